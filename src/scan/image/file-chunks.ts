// The bytes of a stretch of a local file as large chunks in one reused buffer: the walk's sustained speed depends on it.
import { closeSync, openSync, readSync } from 'node:fs';
import { messageOf, PlimsollError } from '../../platform/errors.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Reads `length` bytes from `offset`; each chunk is valid until the next is asked for.
 * @throws PlimsollError `input-unreadable` when the file cannot be read or is shorter.
 */
export function* fileChunks(path: string, offset: number, length: number): Generator<Uint8Array> {
  const file = open(path);
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(CHUNK_BYTES, length)));
    for (let at = 0; at < length; ) {
      const got = readSync(file, buffer, 0, Math.min(buffer.length, length - at), offset + at);
      if (got === 0) throw new PlimsollError('input-unreadable', `${path}: ends ${length - at} bytes early`);
      at += got;
      yield got === buffer.length ? buffer : buffer.subarray(0, got);
    }
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw new PlimsollError('input-unreadable', `${path}: ${messageOf(error)}`, { cause: error });
  }
}
