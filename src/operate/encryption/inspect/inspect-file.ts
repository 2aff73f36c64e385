// Inspects one file of whatever kind etcd makes; what it is, its bytes say.
import { type BigIntStats, statSync } from 'node:fs';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import { hasMeta, readMeta } from '../etcd/bolt-page.ts';
import { type ByteWindow, firstBytes, openWindow } from '../etcd/byte-window.ts';
import { mayBeRaftSnapshot, readRaftSnapshot } from '../etcd/raft-snapshot.ts';
import { isWal } from '../etcd/wal.ts';
import { FileTally } from './file-tally.ts';
import { searchFrom } from './free-search.ts';
import { inspectDatabase } from './inspect-database.ts';
import { inspectWal } from './inspect-wal.ts';
import type { EtcdFileKind, FileInspection } from './inspection.ts';
import type { JudgedResources } from './judged-resources.ts';
import type { ValueReader } from './value-opener.ts';

/** An inspected file. */
export interface InspectedFile {
  readonly file: FileInspection;
  /** What of its bytes could not be read, in words. */
  readonly unread: readonly string[];
  /** What was read and could not be judged: values that nothing opened, remains of what nobody knows. */
  readonly unjudged: readonly string[];
}

/** How values are looked at. */
export interface InspectFileOptions {
  readonly judged: JudgedResources;
  /** Opens values with keys; one for each file. */
  readonly newOpener?: () => ValueReader;
}

/**
 * Reads the whole file.
 * @param path where it is
 * @param name how it is called in results
 * @returns undefined when it is no file of etcd
 * @throws ParseError when it is one that cannot be read at all; LimitError; PlimsollError `input-missing`, `input-unreadable`
 */
export async function inspectFile(
  path: string,
  name: string,
  { judged, newOpener }: InspectFileOptions,
): Promise<InspectedFile | undefined> {
  const before = stateOf(path, name);
  const head = await firstBytes(path, name, HEAD_BYTES);
  if (!hasMeta(head) && !isWal(head) && !mayBeRaftSnapshot(head)) return;
  const window = await openWindow(path, name);
  try {
    const tally = new FileTally(judged, newOpener?.());
    const read = await readContent(window, tally);
    if (read === undefined) return;
    const { problems, ...facts } = read;
    const { file, unjudged } = tally.finish({
      path: name,
      ...facts,
      bytes: window.size,
      ...(window.packed ? { packed: 'gzip' } : {}),
    });
    const isSame = sameState(before, stateOf(path, name));
    return { file, unread: [...(isSame ? [] : [CHANGED]), ...problems], unjudged: [...unjudged, ...orphans(file)] };
  } finally {
    window.close();
  }
}

/** What is told of a file that is written to while it is read. */
export const CHANGED = 'it was changed while it was read: inspect a snapshot, or a copy of a stopped member';
/** Holds both meta pages with pages of up to 64 KiB, the largest that a system has. */
const HEAD_BYTES = 64 * 1024 + 128;
const WAL_HEAD_BYTES = 16;

interface ReadContent {
  readonly kind: EtcdFileKind;
  readonly problems: readonly string[];
  readonly compactedRevision?: number;
  readonly freePages?: number;
  readonly orphanPages?: number;
}

async function readContent(window: ByteWindow, tally: FileTally): Promise<ReadContent | undefined> {
  const meta = await readMeta(window);
  if (meta !== undefined) return await inspectDatabase(window, meta, tally);
  await window.fill(0, WAL_HEAD_BYTES);
  if (isWal(window.bytes.subarray(0, window.end - window.start))) {
    return { kind: 'wal', problems: await inspectWal(window, tally) };
  }
  const snapshot = await readRaftSnapshot(window);
  if (snapshot === undefined) return;
  await searchFrom(window, 0, tally, 'wal');
  return { kind: 'raft-snapshot', problems: snapshot.isSumRight ? [] : ['its checksum is wrong'] };
}

function orphans({ orphanPages = 0 }: FileInspection): readonly string[] {
  if (orphanPages === 0) return [];
  const pages = orphanPages === 1 ? '1 free page holds' : `${orphanPages} free pages hold`;
  return [`${pages} the middle of values whose beginning was overwritten: of what, nobody can tell`];
}

/** @throws PlimsollError `input-missing` */
function stateOf(path: string, name: string): BigIntStats {
  try {
    return statSync(path, { bigint: true });
  } catch (error) {
    throw new PlimsollError('input-missing', `${name} is not there: ${messageOf(error)}`, { cause: error });
  }
}

function sameState(a: BigIntStats, b: BigIntStats): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;
}
