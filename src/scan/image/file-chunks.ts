// The bytes of a stretch of a local file as large chunks in one reused buffer: the walk's sustained speed depends on it.
import { closeSync, openSync, readSync } from 'node:fs';
import { messageOf, PlimsollError } from '../../platform/errors.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Reads `length` bytes from `offset`; each chunk is valid until the next is asked for.
 * @throws PlimsollError `input-missing`; `input-unreadable` when the file cannot be read or is shorter.
 */
export function* fileChunks(path: string, offset: number, length: number): Generator<Uint8Array> {
  const file = attempt(path, () => openSync(path, 'r'));
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(CHUNK_BYTES, length)));
    for (let at = 0; at < length; ) {
      const most = Math.min(buffer.length, length - at);
      const got = attempt(path, () => readSync(file, buffer, 0, most, offset + at));
      if (got === 0) throw new PlimsollError('input-unreadable', `${path}: ends ${length - at} bytes early`);
      at += got;
      yield got === buffer.length ? buffer : buffer.subarray(0, got);
    }
  } finally {
    closeSync(file);
  }
}

function attempt(path: string, work: () => number): number {
  try {
    return work();
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const code = absent ? 'input-missing' : 'input-unreadable';
    throw new PlimsollError(code, `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
