// SQLite's failures as the program's own errors: what is wrong with the set, and what to do.
import { messageOf, PlimsollError } from '../../../platform/errors.ts';

/** SQLite result codes (https://www.sqlite.org/rescode.html). */
const SQLITE_FULL = 13;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** Runs `work`; failures of SQLite become PlimsollError `advisories`, others pass. */
export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asAdvisoryError(path, error);
  }
}

/** The error to raise for a failure on the set at `path`. */
export function asAdvisoryError(path: string, error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === SQLITE_FULL || isDiskFull(error)) {
    return new PlimsollError('advisories', `${path}: the disk is full; nothing was written: make room and repeat`, {
      cause: error,
    });
  }
  if (code === undefined) return error;
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) {
    return new PlimsollError('advisories', `${path} is damaged; build or download the advisory set again`, {
      cause: error,
    });
  }
  return new PlimsollError('advisories', `${path}: ${messageOf(error)}`, { cause: error });
}

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  // The low byte is the primary code, above it stand its refinements.
  return error.errcode & 0xff;
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
