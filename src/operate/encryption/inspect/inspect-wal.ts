// Inspects a segment of etcd's WAL: every put of every record, and a search behind the last record, where old bytes may lie.
import type { ByteWindow } from '../etcd/byte-window.ts';
import { type PutPlace, readEntry } from '../etcd/raft-request.ts';
import { readWal, WAL_ENTRY } from '../etcd/wal.ts';
import type { FileTally } from './file-tally.ts';
import { searchFrom } from './free-search.ts';

/** Reads the segment into the tally; gives what could not be read, in words. */
export async function inspectWal(window: ByteWindow, tally: FileTally): Promise<readonly string[]> {
  let unread = 0;
  const end = await readWal(window, ({ type, from, to }) => {
    if (type !== WAL_ENTRY) return;
    const { bytes, start } = window;
    const isWhole = readEntry(bytes, from, to, (put: PutPlace) => tally.addWritten(bytes, put, start));
    if (!isWhole) unread += 1;
  });
  await searchFrom(window, end.offset, tally, 'wal');
  return [
    ...(end.reason === '' ? [] : [`${end.reason}; from there on it was only searched`]),
    ...(unread === 0 ? [] : [`${unread} records hold requests that could not be read`]),
  ];
}
