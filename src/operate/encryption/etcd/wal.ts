// The write-ahead log of etcd, one segment: records behind each other, each with its length (56 bits, little-endian; the highest byte says how it is padded to
// 8 bytes) and a walpb.Record: type = 1, crc = 2, data = 3. The checksums are a chain over the data of all records, carried on from segment to segment. A
// segment is preallocated: zeros follow the last record. Format: etcd, server/wal/encoder.go, decoder.go, walpb/record.proto.
import { LIMITS } from '../../../platform/limits.ts';
import { u32 } from './bolt-page.ts';
import type { ByteWindow } from './byte-window.ts';
import { crc32c } from './crc32c.ts';
import { ProtobufCursor } from './protobuf.ts';

/** Type of a record that holds a raftpb.Entry. */
export const WAL_ENTRY = 2;
const WAL_CRC = 4;
const LENGTH_BYTES = 8;
const MOST_TYPE = 5;

/** A record in the window: where its data lies in the window's bytes. */
export interface WalRecord {
  readonly type: number;
  readonly from: number;
  readonly to: number;
}

/** Where the records of a segment end, and why. */
export interface WalEnd {
  readonly offset: number;
  /** `zeros`: the segment was preallocated; `end`: of the file; `torn`: the file ends within a record; else what is wrong. */
  readonly state: 'zeros' | 'end' | 'torn' | 'damaged';
  readonly reason: string;
}

/** Whether a file begins as a segment: with the record of a checksum, which is 0 or that of the segment before. */
export function isWal(head: Uint8Array): boolean {
  const length = u32(head, 0);
  return length >= 2 && length <= 9 && u32(head, 4) << 8 === 0 && head[8] === 0x08 && head[9] === WAL_CRC;
}

/** Gives all records in order; the window holds the bytes of one only while it is taken. */
export async function readWal(window: ByteWindow, take: (record: WalRecord) => void): Promise<WalEnd> {
  let sum: number | undefined;
  let offset = 0;
  while (offset < window.size) {
    const torn: WalEnd = { offset, state: 'torn', reason: `it ends within the record at byte ${offset}` };
    if (offset + LENGTH_BYTES > window.size) return torn;
    await window.fill(offset, LENGTH_BYTES);
    const at = offset - window.start;
    const low = u32(window.bytes, at);
    const high = u32(window.bytes, at + 4);
    if (low === 0 && high === 0) return { offset, state: 'zeros', reason: '' };
    const length = low + (high & 0xffffff) * 2 ** 32;
    const padding = high >>> 31 === 1 ? (high >>> 24) & 7 : 0;
    const end = offset + LENGTH_BYTES + length + padding;
    const damaged: WalEnd = { offset, state: 'damaged', reason: `the record at byte ${offset} is damaged` };
    if (length > LIMITS.etcdSpanBytes) return damaged;
    if (end > window.size) return torn;
    await window.fill(offset, end - offset);
    const from = offset - window.start + LENGTH_BYTES;
    const record = recordOf(window.bytes, from, from + length);
    if (record === undefined) return damaged;
    if (record.type === WAL_CRC) {
      // The first one carries on the chain of the segment before, which need not be here.
      if (sum !== undefined && record.crc !== sum) return damaged;
      sum = record.crc;
    } else {
      sum = crc32c(sum ?? 0, window.bytes, record.from, record.to);
      if (sum !== record.crc) return damaged;
      take(record);
    }
    offset = end;
  }
  return { offset, state: 'end', reason: '' };
}

function recordOf(bytes: Uint8Array, at: number, end: number): (WalRecord & { readonly crc: number }) | undefined {
  const cursor = new ProtobufCursor(bytes, at, end);
  let type = 0;
  let crc = 0;
  let [from, to] = [end, end];
  while (cursor.next()) {
    if (cursor.field === 1) type = cursor.value;
    else if (cursor.field === 2) crc = cursor.value;
    else if (cursor.field === 3) [from, to] = [cursor.from, cursor.to];
  }
  const isRecord = !cursor.isDamaged && type >= 1 && type <= MOST_TYPE && from >= 0;
  return isRecord ? { type, crc, from, to } : undefined;
}
