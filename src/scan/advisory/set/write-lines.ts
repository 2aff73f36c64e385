// Writes many lines into a file, packed when its name ends in .gz, and gives it its name when it is whole.
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';

/** Characters that are written, or packed as one gzip member (RFC 1952 2.2 allows several), at once. */
const BATCH = 4 * 1024 * 1024;

/** @throws PlimsollError `usage` when the file cannot be written. */
export function writeLines(file: string, lines: Iterable<string>): void {
  const packed = /\.gz$/i.test(file);
  const part = `${file}.part`;
  try {
    const descriptor = openSync(part, 'w');
    try {
      for (const batch of batches(lines)) writeAll(descriptor, packed ? gzipSync(batch) : Buffer.from(batch));
    } finally {
      closeSync(descriptor);
    }
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    if (error instanceof PlimsollError) throw error;
    throw new PlimsollError('usage', `cannot write ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** Lines gathered into pieces of some megabytes. */
export function* batches(lines: Iterable<string>): Generator<string> {
  let batch: string[] = [];
  let length = 0;
  for (const line of lines) {
    batch.push(line);
    length += line.length;
    if (length >= BATCH) {
      yield batch.join('');
      batch = [];
      length = 0;
    }
  }
  yield batch.join('');
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
}
