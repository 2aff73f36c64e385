// A file of the user's is replaced whole or not at all. It keeps its permissions, and a link to it stays a link.
import { chmodSync, existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { messageOf, PlimsollError } from '../platform/errors.ts';

/** Writes a file; a reader never sees half of it. @throws PlimsollError `usage` when it cannot be written */
export function replaceFile(path: string, text: string): void {
  try {
    const file = existsSync(path) ? realpathSync(path) : path;
    const draft = `${file}.new-${process.pid}`;
    const mode = statSync(file, { throwIfNoEntry: false })?.mode;
    writeFileSync(draft, text, { flag: 'wx', mode: mode ?? 0o666 });
    try {
      // Beside the bits that the process's mask takes from every new file.
      if (mode !== undefined) chmodSync(draft, mode);
      renameSync(draft, file);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  } catch (error) {
    throw new PlimsollError('usage', `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}
