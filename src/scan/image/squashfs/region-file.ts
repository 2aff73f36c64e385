// A stretch of a file on disk as a region, opened for as long as work needs it.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import type { Region } from './region.ts';

/** Where a file system lies: in a file, from `offset`, for `length` bytes (to the end of the file without). */
export interface RegionPlace {
  readonly path: string;
  readonly offset: number;
  readonly length?: number;
}

/**
 * Opens the place, gives it to `work` and closes it.
 * @throws PlimsollError `input-missing`, `input-unreadable`; what `work` throws
 */
export function withRegion<T>({ path, offset, length }: RegionPlace, work: (region: Region) => T): T {
  const file = attempt(path, () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new PlimsollError('input-unreadable', `${path} is not a file`);
    const there = Math.max(0, status.size - offset);
    return work({
      length: Math.min(there, length ?? there),
      read: (at, bytes) => attempt(path, () => readAll(file, offset + at, bytes)),
    });
  } finally {
    closeSync(file);
  }
}

function readAll(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const got = readSync(file, bytes, filled, length - filled, position + filled);
    if (got === 0) break;
    filled += got;
  }
  return bytes.subarray(0, filled);
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const code = absent ? 'input-missing' : 'input-unreadable';
    throw new PlimsollError(code, `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
