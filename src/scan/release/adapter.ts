// What a release adapter is: a folder that reads one way of describing a release. The list of all is registry.ts.
import type { ReleaseParts } from './assemble.ts';
import type { ManifestObjects } from './manifests/objects.ts';

/** Settings that decide how a release is read. */
export interface LoadOptions {
  /** Prefixes below which images are our own (origin.ts); absent: the adapter's default. */
  readonly own?: readonly string[];
  /** How a chart is rendered; only `chart:` takes it. */
  readonly chart?: ChartOptions;
  /** Environment variables, in which programs are looked for (PATH, HELM_BIN); absent: those of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** What helm is given beside a chart. */
export interface ChartOptions {
  /** Files of values, in the order of `helm template --values`. */
  readonly values?: readonly string[];
  /** Single values, `key=value` as `helm template --set` reads them. */
  readonly set?: readonly string[];
  /** `default` unless given; objects of manifests that name none are in it too. */
  readonly namespace?: string;
}

/** One way of describing a release. */
export interface ReleaseAdapter {
  /** The word before the colon of a target: `csm` in `csm:DIR`. */
  readonly id: string;
  readonly title: string;
  /** What stands behind the colon, for help texts; in brackets what may be missing. */
  readonly argument: 'DIR' | 'FILE' | 'PATH' | '[CONTEXT]';
  /** What it reads there. */
  readonly reads: string;
  /** Whether a path given without a scheme holds what this adapter reads; never throws. */
  readonly recognizes: (path: string) => boolean;
  /**
   * Reads the release. What cannot be read inside it is a gap.
   * @param path file or folder
   * @throws PlimsollError `input-missing` when nothing readable is there; LimitError
   */
  readonly load: (path: string, options: LoadOptions) => Promise<ReleaseParts>;
  /**
   * The Kubernetes objects that the release installs, as far as it holds them; the rest are gaps. Absent where a description never holds any.
   * @throws as load
   */
  readonly objects?: (path: string, options: LoadOptions) => Promise<ManifestObjects>;
}
