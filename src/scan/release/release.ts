// What a release is: images under logical references, the chart releases that use them, and what about it looks wrong.
import type { Digest } from '../../platform/canonical.ts';
import type { Gap } from '../../platform/gap.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { ContainerStart } from './manifests/container-needs.ts';

/** An image of a release before any registry was asked. */
export interface ReleaseImage {
  /** Normalised reference as a chart or index names it: `docker.io/library/alpine:3.16`. */
  readonly logical: string;
  /** What was really shipped, as far as pins and mirror rules tell: `mirror/name@sha256:…`, `mirror/name:tag`. Before shipRelease only pins. */
  readonly physical?: string;
  /** Why the mirror rules refuse the reference: it is never asked for. */
  readonly refused?: string;
  readonly digest?: Digest;
  /** A transport target for members that lie on disk (`dir:PATH`, `oci:PATH:TAG`); absent: the registry. */
  readonly local?: string;
  readonly origin: 'own' | 'third-party';
  /** Charts that use it, `manifest/chart:version` where the manifest is known, sorted. */
  readonly charts: readonly string[];
  /** Where the reference was read, `docker/index.yaml`, `manifests/platform.yaml cacheImages`, sorted. */
  readonly sources: readonly string[];
}

/** A chart installed under a name. */
export interface ChartRelease {
  readonly manifest: string;
  readonly chart: string;
  readonly version: string;
  /** Name of the Helm release; the chart's name unless the manifest says otherwise. */
  readonly release: string;
  readonly namespace: string;
}

/** A container that a chart runs. */
export interface ReleaseContainer extends ContainerStart {
  /** As the images' charts are named. */
  readonly chart: string;
  /** `Deployment/name`, behind the file that has it. */
  readonly workload: string;
  /** Reference in normal form. */
  readonly image: string;
}

/** Figures of `release show`, on CSM's own terms. */
export interface ReleaseCounts {
  /** Entries of the image index (name with tag). */
  readonly explicitReferences: number;
  readonly imageNames: number;
  /** Chart entries over all manifests. */
  readonly chartEntries: number;
  /** Distinct Helm releases (release name and namespace). */
  readonly chartReleases: number;
  readonly charts: number;
  readonly namespaces: number;
  readonly precacheEntries: number;
}

/** A release as its files describe it. Sorted throughout. */
export interface Release {
  readonly name: string;
  readonly version: string;
  /** The target as given. */
  readonly target: string;
  readonly images: readonly ReleaseImage[];
  readonly charts: readonly ChartRelease[];
  /** Containers of all pods, by chart; absent where no Kubernetes object was read. */
  readonly containers?: readonly ReleaseContainer[];
  readonly counts: ReleaseCounts;
  readonly lint: readonly Verdict[];
  /** Members that are not scanned: RPM indexes, node images. */
  readonly gaps: readonly Gap[];
}
