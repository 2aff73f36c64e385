// A member's database as a file, streamed: pieces of base64, one a line, the last bytes being the SHA-256 of all before them. It is written beside its
// place and moved there only when it is whole. etcd 3.4, Maintenance.Snapshot; the file is what `etcdctl snapshot save` writes.
import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { messageOf, PlimsollError } from '../../platform/errors.ts';
import { linesOf } from '../transport/lines.ts';
import { ServerError } from '../transport/server-error.ts';
import { bytesField } from './fields.ts';
import { type Gateway, isRecord } from './gateway.ts';

/** A saved snapshot. */
export interface Snapshot {
  /** Bytes of the file, its trailer included. */
  readonly bytes: number;
  /** SHA-256 of the whole file, hexadecimal. */
  readonly sha256: string;
}

const PATH = '/v3/maintenance/snapshot';
/** Databases are whole sectors; the trailer is a SHA-256. */
const SECTOR = 512;
const TRAILER = 32;

/**
 * Saves a snapshot. Nothing is left at `file` when it fails, and what stood there stays.
 * @throws ServerError of the member, or `broken` when the bytes do not have the checksum that ends them; PlimsollError `input-unreadable` when it cannot be written
 */
export async function saveSnapshot(gateway: Gateway, file: string): Promise<Snapshot> {
  const partial = `${file}.part`;
  try {
    const saved = await download(gateway, partial);
    await rename(partial, file);
    return saved;
  } catch (error) {
    await rm(partial, { force: true });
    if (error instanceof PlimsollError || !isFileError(error)) throw error;
    throw new PlimsollError('input-unreadable', `${file}: the snapshot cannot be written: ${messageOf(error)}`);
  }
}

async function download(gateway: Gateway, partial: string): Promise<Snapshot> {
  const answer = await gateway.stream(PATH, {});
  // It has all Secrets of the cluster in it.
  const output = await open(partial, 'w', 0o600);
  try {
    const whole = createHash('sha256');
    const content = createHash('sha256');
    let tail: Buffer = Buffer.alloc(0);
    let bytes = 0;
    for await (const line of linesOf(answer.pieces, gateway.server)) {
      const record = gateway.record(line);
      const { result } = record;
      if (answer.status !== 200 || !isRecord(result)) throw gateway.failure(PATH, answer.status, errorText(record));
      const blob = bytesField(result, 'blob');
      await output.write(blob);
      bytes += blob.length;
      whole.update(blob);
      // Only what is followed by more than a trailer is content.
      const held = Buffer.concat([tail, blob]);
      const known = Math.max(0, held.length - TRAILER);
      content.update(held.subarray(0, known));
      tail = held.subarray(known);
    }
    if (bytes % SECTOR !== TRAILER || !content.digest().equals(tail)) {
      throw new ServerError('broken', `etcd at ${gateway.server}: the snapshot ended early or was changed on its way`);
    }
    await output.sync();
    return { bytes, sha256: whole.digest('hex') };
  } finally {
    await output.close();
  }
}

/** Within a stream an error stands in a record of its own. */
function errorText(record: Readonly<Record<string, unknown>>): string {
  const { error } = record;
  return JSON.stringify(isRecord(error) ? { code: error['grpc_code'], message: error['message'] } : record);
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
