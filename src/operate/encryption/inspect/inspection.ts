// What an inspection found: counts and places, never a value.
import type { Gap } from '../../../platform/gap.ts';

/**
 * `plaintext-found`: an examined range of bytes holds a judged value in plain text. `not-proven`: none was found, and part of a file could not be read, or
 * nothing could be judged. `proof`: all of the files was read, and holds none.
 */
export type InspectionVerdict = 'proof' | 'not-proven' | 'plaintext-found';

/**
 * `database`: member/snap/db or a copy. `snapshot`: what `etcdctl snapshot save` writes, with its checksum. `wal`: one segment of the write-ahead log.
 * `raft-snapshot`: a *.snap file, which holds no value of Kubernetes.
 */
export type EtcdFileKind = 'database' | 'snapshot' | 'wal' | 'raft-snapshot';

/** Counts by writer: `identity` (no encryption), `aescbc:KEY`, `kms-v2:NAME`, `unknown`; sorted by name. */
export type WriterCounts = Readonly<Record<string, number>>;

/** Where one value in plain text is. */
export interface PlaintextPlace {
  readonly area: 'current' | 'old' | 'deleted' | 'free' | 'wal';
  /** Where the value begins in the file, unpacked. */
  readonly offset: number;
  /** The etcd key; absent where only the value is left. */
  readonly key?: string;
  readonly revision?: number;
}

/** A value that was not opened, or holds another object than its etcd key names. */
export interface UnopenedPlace {
  /** `no-key`: the configuration has no key for it. `refused`: no key of that name opens it. `kms`: only the service can. `swapped`: it opens, to
   * another object than its etcd key names. `no-object`: it opens, to no object. */
  readonly reason: 'no-key' | 'refused' | 'kms' | 'swapped' | 'no-object';
  readonly key: string;
  readonly revision: number;
  readonly writer: string;
  /** Namespace and name of the object inside, when it was swapped. */
  readonly holds?: string;
}

/** One writer in one file. */
export interface WriterUse {
  /** As in WriterCounts. */
  readonly writer: string;
  /** Fingerprint of the key that opened its values; with keys only. */
  readonly fingerprint?: string;
  readonly current: number;
  readonly old: number;
  readonly deleted: number;
  /** Values in records of the WAL. */
  readonly wal: number;
  /** Revisions of its first and last value in the database. */
  readonly firstRevision?: number;
  readonly lastRevision?: number;
}

/** One file that was examined. */
export interface FileInspection {
  readonly path: string;
  readonly kind: EtcdFileKind;
  /** Bytes, unpacked. */
  readonly bytes: number;
  /** `gzip` when the file was packed. */
  readonly packed?: 'gzip';
  /** Revisions of the database, of all keys, deletions too; 0 in other files. */
  readonly revisions: number;
  /** The highest one. */
  readonly lastRevision?: number;
  /** Up to which the history was compacted; absent when it never was. */
  readonly compactedRevision?: number;
  /** Pages of a database that its tree does not reach. */
  readonly freePages?: number;
  /** Those of them that hold the middle of a value whose beginning was overwritten: of what, nobody can tell. */
  readonly orphanPages?: number;
  /** Judged values by what they are to their key: the last one, an earlier one, one of a key that was deleted. */
  readonly values: { readonly current: WriterCounts; readonly old: WriterCounts; readonly deleted: WriterCounts };
  /** Judged values in plain text: in the tree of the database, in its free pages, in the WAL. */
  readonly plaintext: { readonly reachable: number; readonly free: number; readonly wal: number };
  /** Everything that wrote judged values, sorted. */
  readonly writers: readonly WriterUse[];
  /** Where plain text is: by area, then offset; the first ones. `plaintext` counts all. */
  readonly places: readonly PlaintextPlace[];
  /** With keys: how many judged values were opened and held what their etcd key names, and those that did not. */
  readonly opened?: { readonly right: number; readonly wrong: number; readonly places: readonly UnopenedPlace[] };
}

/** What was not examined, and why that matters. */
export interface NotExamined {
  readonly what: string;
  readonly why: string;
}

/** What to do next, most urgent first. */
export interface NextStep {
  readonly command: string;
  readonly reason: string;
}

/** The result. */
export interface Inspection {
  readonly verdict: InspectionVerdict;
  readonly resources: readonly string[];
  /** By path. */
  readonly files: readonly FileInspection[];
  /** What could not be read of the files. */
  readonly gaps: readonly Gap[];
  readonly notExamined: readonly NotExamined[];
  readonly next: readonly NextStep[];
}
