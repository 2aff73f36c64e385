// The files of an image layout, in a directory or inside a tar archive, under one face: read a small one, find where a large one is.
// Symbolic links in a directory are followed (build tools link blobs from a cache); every content is verified against its digest by the caller.
import { closeSync, constants, openSync, readSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import type { BlobLocation } from '../source.ts';

/** Where a file's bytes are. */
export type FileLocation = Extract<BlobLocation, { kind: 'file' }>;

/** Where the bytes of a layout's file are, on disk or inside a packed archive. */
export type LayoutLocation = Extract<BlobLocation, { kind: 'file' | 'packed' }>;

/** Files under relative paths. */
export interface LayoutFiles {
  /** The directory or archive, for messages. */
  readonly name: string;
  /** Whether a regular file is there. */
  has(path: string): boolean;
  /** Throws PlimsollError `input-missing` when it is not there, `input-unreadable` when it cannot be read or is no regular file. */
  locate(path: string): LayoutLocation;
  /** A small file whole; what `locate` throws, and ParseError for what a packed archive keeps no copy of. */
  read(path: string): Uint8Array;
}

/** The files of a directory. */
export function directoryFiles(directory: string): LayoutFiles {
  const locate = (path: string): FileLocation => {
    const full = join(directory, path);
    const found = statOf(full);
    if (found === undefined) throw new PlimsollError('input-missing', `${directory} has no ${path}`);
    if (!found.isFile()) throw new PlimsollError('input-unreadable', `${full} is not a regular file`);
    return { kind: 'file', path: full, offset: 0, length: found.size };
  };
  return {
    name: directory,
    has: (path) => statOf(join(directory, path))?.isFile() === true,
    locate,
    read: (path) => readLocation(locate(path)),
  };
}

/**
 * Reads a small file whole.
 * @throws LimitError above `limit` bytes; PlimsollError `input-missing`, `input-unreadable`.
 */
export function readLayoutFile(files: LayoutFiles, path: string, limit: number): Uint8Array {
  const location = files.locate(path);
  if (location.length > limit) {
    throw new LimitError(`${path} of ${files.name} has ${location.length} bytes (at most ${limit})`);
  }
  return files.read(path);
}

/** Reads a stretch of a file whole. A file that ends earlier gives fewer bytes, which no digest will match. */
export function readLocation(location: FileLocation): Uint8Array {
  const file = openFile(location.path);
  try {
    const bytes = Buffer.alloc(location.length);
    let filled = 0;
    while (filled < bytes.length) {
      const read = readSync(file, bytes, filled, bytes.length - filled, location.offset + filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  } catch (error) {
    throw unreadable(location.path, error);
  } finally {
    closeSync(file);
  }
}

/**
 * Opens a file for reading.
 * @throws PlimsollError `input-missing`, `input-unreadable`.
 */
export function openFile(path: string): number {
  try {
    // Without waiting for one who writes: a named pipe is no file, as its status shows.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The file's status, or undefined when nothing is there. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw unreadable(path, error);
  }
}

/** @throws PlimsollError `input-missing` when nothing is there; `input-unreadable` when it is no directory. */
export function requireDirectory(path: string): void {
  const status = statOf(path);
  if (status === undefined) throw new PlimsollError('input-missing', `${path} does not exist`);
  if (!status.isDirectory()) throw new PlimsollError('input-unreadable', `${path} is not a directory`);
}

function unreadable(path: string, error: unknown): PlimsollError {
  if (isAbsence(error)) return new PlimsollError('input-missing', `${path} does not exist`, { cause: error });
  return new PlimsollError('input-unreadable', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
}

function isAbsence(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
}
