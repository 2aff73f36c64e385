// A first look at the file of a set, before SQLite sees it: is it there, is it a database, is it whole.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';

/** First bytes of every SQLite database (SQLite "Database File Format" 1.3); page size and count stand at bytes 16 and 28. */
const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;

/**
 * SQLite would read a file that was cut short for a while; better to say so at once.
 * @throws PlimsollError `input-missing`, `input-unreadable`, or `advisories`
 */
export function checkSetFile(path: string): void {
  const head = Buffer.alloc(HEADER_BYTES);
  let length: number;
  let size: number;
  try {
    size = statSync(path).size;
    const descriptor = openSync(path, 'r');
    try {
      length = readSync(descriptor, head, 0, head.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new PlimsollError(
      missing ? 'input-missing' : 'input-unreadable',
      missing ? `advisory set ${path} does not exist` : `advisory set ${path}: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
  if (length < head.length || head.toString('latin1', 0, 16) !== MAGIC) {
    throw new PlimsollError(
      'advisories',
      `${path} is not an advisory set (no SQLite file); make one with "plimsoll advisories build"`,
    );
  }
  const pageSize = head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16);
  if (size < head.readUInt32BE(28) * pageSize) {
    throw new PlimsollError(
      'advisories',
      `${path} is cut short (an interrupted copy?); copy or build the advisory set again`,
    );
  }
}
