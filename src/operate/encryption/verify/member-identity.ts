// Whose log a segment of the WAL is: its record of metadata names the member and the cluster. A member that was rebuilt has another id, so that what was
// seen of the one before never counts for it. etcd, server/wal/walpb and etcdserverpb.Metadata { NodeID = 1, ClusterID = 2 }.
import { openWindow } from '../etcd/byte-window.ts';
import { readWal } from '../etcd/wal.ts';

/** Ids as decimal digits. */
export interface MemberIdentity {
  readonly member: string;
  readonly cluster: string;
}

const WAL_METADATA = 1;

/**
 * The identity in a segment; undefined when it has none.
 * @throws PlimsollError `input-missing`, `input-unreadable`; ParseError, LimitError
 */
export async function identityOf(path: string, name: string): Promise<MemberIdentity | undefined> {
  const window = await openWindow(path, name);
  try {
    let found: MemberIdentity | undefined;
    await readWal(window, ({ type, from, to }) => {
      if (type === WAL_METADATA) found ??= metadataOf(window.bytes.subarray(from, to));
    });
    return found;
  } finally {
    window.close();
  }
}

/** The ids of a metadata record; undefined for bytes that are none. */
export function metadataOf(bytes: Uint8Array): MemberIdentity | undefined {
  const ids = new Map<number, bigint>();
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at] ?? 0;
    at += 1;
    // Both are varints, and fields beyond them are of no version that is known.
    if (tag !== 0x08 && tag !== 0x10) return undefined;
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at];
      at += 1;
      if (byte === undefined || shift > 63n) return undefined;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    ids.set(tag >> 3, BigInt.asUintN(64, value));
  }
  const [member, cluster] = [ids.get(1), ids.get(2)];
  return member === undefined || cluster === undefined
    ? undefined
    : { member: String(member), cluster: String(cluster) };
}
