// A file of the user's is replaced whole or not at all.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { messageOf, PlimsollError } from '../platform/errors.ts';

/** Writes a file; a reader never sees half of it. @throws PlimsollError `usage` when it cannot be written */
export function replaceFile(path: string, text: string): void {
  const draft = `${path}.new-${process.pid}`;
  try {
    writeFileSync(draft, text, { flag: 'wx' });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new PlimsollError('usage', `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}
