// What a plan is made from: the configuration of each control plane (what its file says, what its process loaded), what the data holds, and what
// backups need. Pure values; who gathers them is another matter.
import { compareText } from '../../../platform/order.ts';
import { isKeyless, type TransformerId } from './transformer-id.ts';

/** What a server's process loaded at its start. */
export type Running =
  | {
      readonly state: 'loaded';
      /** In the order in which they are tried; the first one writes. */
      readonly transformers: readonly TransformerId[];
      /** When the process started, ISO 8601 in UTC. */
      readonly startedAt: string;
      /** What `/readyz` says; absent when it was not asked. */
      readonly ready?: boolean;
    }
  /** No process. A start would load the file. */
  | { readonly state: 'down' }
  /** A process is there; what it loaded is not known, as of one that is older than its file. */
  | { readonly state: 'unknown' };

/** What a start would load: the manifest's flag and the file that it names. */
export type OnDisk =
  | {
      readonly state: 'read';
      readonly transformers: readonly TransformerId[];
      /** Entries of its lists of resources that the server's release does not know, so that it encrypts nothing by them. */
      readonly ignored?: readonly string[];
    }
  /** It is there and no server could start with it. */
  | { readonly state: 'broken'; readonly reason: string }
  /** Nobody looked. */
  | { readonly state: 'not-examined'; readonly reason: string };

/** One control plane. */
export interface ServerState {
  readonly name: string;
  readonly file: OnDisk;
  readonly running: Running;
}

/** Values of one transformer in one member's database. Old and deleted ones are those within reach: not compacted. */
export interface ValueCount {
  /** The member or file that holds them. */
  readonly holder: string;
  readonly transformer: TransformerId;
  readonly current: number;
  readonly old: number;
  readonly deleted: number;
}

/** What the data holds. */
export interface DataState {
  /** When the data was read or its copy made, ISO 8601 in UTC: what was written later is not in it. */
  readonly observedAt: string;
  readonly values: readonly ValueCount[];
  /** Parts that could not be read, in words. While there is one, nothing counts as absent. */
  readonly unread: readonly string[];
}

/** A backup that somebody may want to restore. */
export interface Backup {
  readonly name: string;
  /** What opens its values. */
  readonly transformers: readonly TransformerId[];
  /** Whether all of it was read. */
  readonly whole: boolean;
}

/** All that a plan looks at. */
export interface EncryptionState {
  /** Every control plane that there is, whether it could be examined or not. */
  readonly servers: readonly ServerState[];
  readonly data?: DataState;
  readonly backups: readonly Backup[];
  /** Transformers whose keys are at hand although no server's file has them: of a key file. */
  readonly atHand: readonly TransformerId[];
  /** Transformers whose keys are kept elsewhere, with a receipt: backups that need them can be restored. */
  readonly escrowed: readonly TransformerId[];
  /** When the servers were looked at, ISO 8601 in UTC; absent when that is not known. */
  readonly at?: string;
}

/** How long a server may take to become ready before it counts as one that fails. */
const STARTING_MS = 120_000;

/** Whether a server that is not ready may only be starting: it began just before it was looked at. */
export function isStarting({ running }: ServerState, { at }: Pick<EncryptionState, 'at'>): boolean {
  if (at === undefined || running.state !== 'loaded' || running.ready !== false) return false;
  const age = Date.parse(at) - Date.parse(running.startedAt);
  // The clock of its machine may be ahead of ours.
  return Math.abs(age) < STARTING_MS;
}

/** What a server reads and writes with, or would after a start at any moment: its process's list and its file's. Neither is empty. */
export function listsOf({ file, running }: ServerState): readonly (readonly TransformerId[])[] {
  return [
    ...(running.state === 'loaded' ? [running.transformers] : []),
    ...(file.state === 'read' ? [file.transformers] : []),
  ];
}

/** What any server writes with, or would after a start. */
export function writersOf({ servers }: EncryptionState): ReadonlySet<TransformerId> {
  return new Set(servers.flatMap(listsOf).flatMap(([writer]) => writer ?? []));
}

/** Current values by transformer, the largest count of any member: members hold the same values. */
export function currentCounts({ data }: EncryptionState): ReadonlyMap<TransformerId, number> {
  return countsBy(data, ({ current }) => current);
}

/** Old and deleted values within reach by transformer, the largest count of any member. */
export function pastCounts({ data }: EncryptionState): ReadonlyMap<TransformerId, number> {
  return countsBy(data, ({ old, deleted }) => old + deleted);
}

/** Whether the keys to configure it are in some server's file or at hand. */
export function isAtHand({ servers, atHand }: EncryptionState, id: TransformerId): boolean {
  return (
    isKeyless(id) ||
    atHand.includes(id) ||
    servers.some(({ file }) => file.state === 'read' && file.transformers.includes(id))
  );
}

/**
 * What every server must be able to read: what the data holds, and what any server writes with from now on. What nobody can read any more (no key at
 * hand) is not in it. In order of id.
 */
export function neededOf(state: EncryptionState): readonly TransformerId[] {
  const ids = new Set([...writersOf(state), ...currentCounts(state).keys(), ...pastCounts(state).keys()]);
  return [...ids].filter((id) => isAtHand(state, id)).sort(compareText);
}

/**
 * Whether the data was looked at after every process began, and wholly. Only then does a transformer that it does not show count as absent: a process
 * that is gone may have written until its end.
 */
export function showsAbsence({ servers, data }: EncryptionState): boolean {
  if (data === undefined || data.unread.length > 0) return false;
  return servers.every(({ running }) => running.state === 'loaded' && running.startedAt <= data.observedAt);
}

function countsBy(data: DataState | undefined, count: (values: ValueCount) => number): Map<TransformerId, number> {
  const counts = new Map<TransformerId, number>();
  for (const values of data?.values ?? []) {
    const most = Math.max(counts.get(values.transformer) ?? 0, count(values));
    if (most > 0) counts.set(values.transformer, most);
  }
  return counts;
}
