// Puts a bundle into a folder, whole or not at all: it is written beside its place and then renamed. A folder that is there is never written into.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf, PlimsollError } from '../../platform/errors.ts';
import type { Bundle } from './contents.ts';

/**
 * Refuses a folder that holds something: what was published stays as it is.
 * @throws PlimsollError `usage`
 */
export function refuseFilled(directory: string): void {
  if (!existsSync(directory)) return;
  let entries: readonly string[];
  try {
    entries = readdirSync(directory);
  } catch (error) {
    throw new PlimsollError('usage', `${directory} is no folder that a bundle can be written to: ${messageOf(error)}`);
  }
  if (entries.length === 0) return;
  throw new PlimsollError(
    'usage',
    `${directory} is not empty, and what was published stays: name a new folder, with --supersedes ID --reason TEXT when it takes the place of another bundle`,
  );
}

/**
 * Writes the bundle. On failure nothing of it is left.
 * @throws PlimsollError `usage` when the folder holds something or cannot be written.
 */
export function writeBundle({ files }: Bundle, directory: string): void {
  refuseFilled(directory);
  const partial = join(dirname(directory), `.${basename(directory)}.partial.${process.pid}`);
  try {
    mkdirSync(dirname(directory), { recursive: true });
    mkdirSync(partial);
    try {
      for (const { path, content } of files) {
        const file = join(partial, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content, { flag: 'wx' });
      }
      // Takes the place of an empty folder, and of nothing else.
      renameSync(partial, directory);
    } catch (error) {
      rmSync(partial, { recursive: true, force: true });
      throw error;
    }
  } catch (error) {
    throw new PlimsollError('usage', `cannot write ${directory}: ${messageOf(error)}`, { cause: error });
  }
}
