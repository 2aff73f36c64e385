// What is known of one control plane, as it travels from node to node: which flag, which configuration, which process. No key is in it, nor a hash of
// the file that could be tried on guessed keys: keys stand as fingerprints, which cost as much as a password's.
import type { OnDisk, Running, ServerState } from '../plan/state.ts';
import type { TransformerId } from '../plan/transformer-id.ts';

/** The manifest of the API server. */
export interface ManifestFacts {
  /** Path of the configuration in the container; absent without --encryption-provider-config: nothing is encrypted. */
  readonly flag?: string;
  /** The same file on the node; absent when no volume brings it into the container. */
  readonly path?: string;
  /** --encryption-provider-config-automatic-reload: changes of the file are loaded by the running process. */
  readonly reload: boolean;
  /** `https://ADDRESS:PORT` of this server alone. */
  readonly address?: string;
  /** Version of the image (`v1.20.2`); absent when its name does not tell it. */
  readonly version?: string;
}

/** The configuration file that the manifest names. */
export interface FileFacts {
  readonly modifiedAt: string;
  /** What holds for the judged resource, in order; absent when the file is wrong. */
  readonly transformers?: readonly TransformerId[];
  /** Entries of its lists that mean nothing to the server's release; absent when there are none. */
  readonly ignored?: readonly string[];
  /** What is wrong with it. */
  readonly problem?: string;
}

/** Values that a process could not read or write since its start. */
export interface TransformationFailures {
  readonly direction: 'read' | 'write';
  /** How the values begin: `k8s:enc:aescbc:v1:`; `identity` or empty for plain ones. */
  readonly prefix: string;
  readonly count: number;
}

/** The running process. */
export interface ProcessFacts {
  readonly startedAt: string;
  /** The flag that it was started with; absent when it has none. `not-known` when only its answers are known. */
  readonly flag: { readonly known: false } | { readonly known: true; readonly path?: string };
  /** When it last loaded the file anew by itself, from its metrics. */
  readonly reloadedAt?: string;
  /** Whether the bytes that it loaded are those of the file: by their SHA-256 in its metrics (from 1.34), where the file was at hand. */
  readonly isOfFile?: boolean;
  readonly ready?: boolean;
  /** From its metrics; absent when nothing failed, or it was not asked. */
  readonly failures?: readonly TransformationFailures[];
}

/** Everything about one control plane. */
export interface ControlPlane {
  readonly node: string;
  /** When this was gathered. */
  readonly at: string;
  /** The resource whose transformers are told. */
  readonly resource: string;
  readonly manifest?: ManifestFacts;
  /** Why there is no manifest, or none that can be read. */
  readonly manifestProblem?: string;
  readonly file?: FileFacts;
  /** `none`: looked for, and not there. Absent: nobody looked. */
  readonly process?: ProcessFacts | 'none';
  /** What the process loaded, known of a time when it was as its file. */
  readonly loaded?: readonly TransformerId[];
}

const PLAIN: readonly TransformerId[] = ['identity'];

/** A control plane as the plan sees it. */
export function serverStateOf(plane: ControlPlane): ServerState {
  return { name: plane.node, file: onDisk(plane), running: runningOf(plane) };
}

function onDisk({ manifest, manifestProblem, file }: ControlPlane): OnDisk {
  if (manifest === undefined) return { state: 'not-examined', reason: manifestProblem ?? 'no manifest was read' };
  if (manifest.flag === undefined) return { state: 'read', transformers: PLAIN };
  if (manifest.path === undefined) {
    return { state: 'broken', reason: `no volume brings ${manifest.flag} into the container` };
  }
  if (file === undefined) return { state: 'broken', reason: `there is no ${manifest.path}` };
  return file.transformers === undefined
    ? { state: 'broken', reason: file.problem ?? `${manifest.path} cannot be read` }
    : {
        state: 'read',
        transformers: file.transformers,
        ...(file.ignored === undefined ? {} : { ignored: file.ignored }),
      };
}

function runningOf(plane: ControlPlane): Running {
  const { process } = plane;
  if (process === 'none') return { state: 'down' };
  const transformers = loadedBy(plane);
  if (process === undefined || transformers === undefined) return { state: 'unknown' };
  const { startedAt, reloadedAt, ready } = process;
  return {
    state: 'loaded',
    transformers,
    startedAt: later(startedAt, reloadedAt),
    ...(ready === undefined ? {} : { ready }),
  };
}

/**
 * What the process loaded: what the file says, when the server says that it loaded these bytes, or is younger than the file, or has loaded it anew since;
 * else what was known before. A process whose flag is not that of the manifest loaded another file. Undefined when it cannot be told.
 */
export function loadedBy({ manifest, file, process, loaded }: ControlPlane): readonly TransformerId[] | undefined {
  if (process === undefined || process === 'none') return undefined;
  const { flag, startedAt, reloadedAt, isOfFile } = process;
  if (isOfFile !== undefined) return isOfFile ? file?.transformers : loaded;
  if (flag.known && flag.path === undefined) return PLAIN;
  const sameFlag = !flag.known || flag.path === manifest?.flag;
  if (manifest === undefined || !sameFlag) return loaded;
  // Without the process's own flag, a manifest that asks for nothing may be newer than the process.
  if (manifest.flag === undefined) return loaded;
  const since = manifest.reload ? later(startedAt, reloadedAt) : startedAt;
  // A file of the same moment may have been read before or after its change.
  return file?.transformers !== undefined && file.modifiedAt < since ? file.transformers : loaded;
}

/**
 * One control plane of several looks at it, whatever their order: the last look, with what an earlier look knew of the same process.
 * @throws RangeError without a look
 */
export function mergeLooks(looks: readonly ControlPlane[]): ControlPlane {
  const sorted = looks.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const last = sorted.at(-1);
  if (last === undefined) throw new RangeError('no look at the control plane');
  const loaded =
    loadedBy(last) ??
    sorted
      .filter((look) => isSameProcess(look, last))
      .flatMap((look) => {
        const known = loadedBy(look);
        return known === undefined ? [] : [known];
      })
      .at(-1);
  return loaded === undefined ? last : { ...last, loaded };
}

function isSameProcess(a: ControlPlane, b: ControlPlane): boolean {
  if (a.process === undefined || a.process === 'none' || b.process === undefined || b.process === 'none') return false;
  const reloaded = [a, b].map(({ process }) => (process === 'none' ? undefined : process?.reloadedAt));
  return isSameStart(a.process, b.process) && reloaded[0] === reloaded[1];
}

/** Whether two times of a start, from the kernel or the server's own metrics, are of one process: none restarts within a second. */
export function isSameStart(a: Pick<ProcessFacts, 'startedAt'>, b: Pick<ProcessFacts, 'startedAt'>): boolean {
  return Math.abs(Date.parse(a.startedAt) - Date.parse(b.startedAt)) < 1000;
}

/** The later one of two times. */
export function later(a: string, b: string | undefined): string {
  return b !== undefined && b > a ? b : a;
}
