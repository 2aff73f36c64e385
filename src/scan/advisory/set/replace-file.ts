// Writes a database under a temporary name beside its own and renames it when it is complete: nothing half-written is ever seen.
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import { asAdvisoryError } from './failure.ts';

/**
 * Lets `fill` write an empty database, with a second one to stage records in, and puts it in the place of `output`.
 * @throws PlimsollError `advisories` when the folder cannot be written or the disk is full; what `fill` throws.
 */
export async function writeWhole<T>(
  output: string,
  fill: (database: DatabaseSync, staging: DatabaseSync) => Promise<T>,
): Promise<T> {
  const folder = temporaryFolder(output);
  try {
    const file = join(folder, 'set');
    const database = new DatabaseSync(file);
    const staging = new DatabaseSync(join(folder, 'staging'));
    let result: T;
    try {
      result = await fill(database, staging);
    } finally {
      staging.close();
      database.close();
    }
    flush(file);
    renameSync(file, output);
    return result;
  } catch (error) {
    throw asAdvisoryError(output, error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function temporaryFolder(output: string): string {
  const parent = dirname(resolve(output));
  if (statSync(output, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new PlimsollError('usage', `${output} is a folder; name the file that the set shall be`);
  }
  try {
    mkdirSync(parent, { recursive: true });
    return mkdtempSync(join(parent, '.plimsoll-advisories-'));
  } catch (error) {
    throw new PlimsollError('advisories', `cannot write ${output}: ${messageOf(error)}`, { cause: error });
  }
}

/** On disk before it gets its name: a power cut must not leave a name over missing bytes. */
function flush(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
