// A *.snap file of raft: snappb.Snapshot with crc = 1 and data = 2, a checksum and a raftpb.Snapshot. Since etcd keeps values in its database only, it holds the
// members of the cluster and nothing of Kubernetes. Format: etcd, server/etcdserver/api/snap/snappb/snap.proto.
import type { ByteWindow } from './byte-window.ts';
import { crc32c } from './crc32c.ts';
import { ProtobufCursor } from './protobuf.ts';

const CRC_TAG = 0x08;
/** Larger ones are of etcd 2, whose values stand in them; Kubernetes left it with 1.13. */
const MOST_BYTES = 64 * 1024 ** 2;

/** Whether a file that begins so may be one. */
export function mayBeRaftSnapshot(head: Uint8Array): boolean {
  return head[0] === CRC_TAG;
}

/** Whether the file is one: undefined when it is not, else whether its checksum is right. */
export async function readRaftSnapshot(window: ByteWindow): Promise<{ readonly isSumRight: boolean } | undefined> {
  if (window.size < 4 || window.size > MOST_BYTES) return;
  await window.fill(0, 1);
  if (!mayBeRaftSnapshot(window.bytes)) return;
  await window.fill(0, window.size);
  const cursor = new ProtobufCursor(window.bytes, 0, window.size);
  const isNext = (field: number): boolean => cursor.next() && cursor.field === field;
  if (!isNext(1) || cursor.from >= 0) return;
  const sum = cursor.value;
  if (!isNext(2) || cursor.from < 0 || cursor.to !== window.size) return;
  return { isSumRight: crc32c(0, window.bytes, cursor.from, cursor.to) === sum };
}
