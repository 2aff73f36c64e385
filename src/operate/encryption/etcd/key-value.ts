// One revision of etcd's key bucket: the bbolt key is main revision (8 bytes, big-endian), `_`, sub revision (8), and `t` behind them for a deletion; the
// value is a mvccpb.KeyValue. Format: etcd, server/mvcc/revision.go and api/mvccpb/kv.proto.
import { u64BigEndian } from './bolt-page.ts';

const REVISION_BYTES = 17;
const TOMBSTONE_BYTES = 18;
const UNDERSCORE = 0x5f;
const MARK = 0x74;

/** Where the parts of a revision lie; written anew for each, as there are millions of them. */
export interface Revision {
  main: number;
  sub: number;
  /** The key was deleted here. */
  isTombstone: boolean;
  keyAt: number;
  keyEnd: number;
  valueAt: number;
  valueEnd: number;
}

/** A place for `readRevision` to write to. */
export function newRevision(): Revision {
  return { main: 0, sub: 0, isTombstone: false, keyAt: 0, keyEnd: 0, valueAt: 0, valueEnd: 0 };
}

/** Reads the entry whose bbolt key lies from `at` to `middle` and its value from there to `end`; false for what is none. */
export function readRevision(bytes: Uint8Array, at: number, middle: number, end: number, into: Revision): boolean {
  const length = middle - at;
  if (length !== REVISION_BYTES && length !== TOMBSTONE_BYTES) return false;
  if (bytes[at + 8] !== UNDERSCORE || (length === TOMBSTONE_BYTES && bytes[at + REVISION_BYTES] !== MARK)) return false;
  into.main = u64BigEndian(bytes, at);
  into.sub = u64BigEndian(bytes, at + 9);
  into.isTombstone = length === TOMBSTONE_BYTES;
  return readKeyValue(bytes, middle, end, into);
}

/** mvccpb.KeyValue: key = 1, create_revision = 2, mod_revision = 3, version = 4, value = 5, lease = 6. By hand, without a cursor: the innermost loop. */
function readKeyValue(bytes: Uint8Array, from: number, end: number, into: Revision): boolean {
  into.keyAt = into.keyEnd = into.valueAt = into.valueEnd = end;
  for (let at = from; at < end; ) {
    const tag = bytes[at++] ?? 0;
    let number = 0;
    let scale = 1;
    for (;;) {
      if (at >= end || scale > 2 ** 63) return false;
      const byte = bytes[at++] ?? 0;
      number += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
    }
    if ((tag & 7) === 0) continue;
    if ((tag & 7) !== 2 || at + number > end) return false;
    if (tag === 0x0a) {
      into.keyAt = at;
      into.keyEnd = at + number;
    } else if (tag === 0x2a) {
      into.valueAt = at;
      into.valueEnd = at + number;
    }
    at += number;
  }
  return into.keyEnd > into.keyAt;
}
