// The folder in the user's cache: what lies there can be fetched again, and is forgotten when nobody asks for it.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';

/** Days for which a file that nobody asks for is kept. */
const KEPT_DAYS = 60;

/** A folder of the cache, made when it is not there. */
export function cacheFolder(cache: string, name: string): string {
  const folder = join(cache, name);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new PlimsollError('advisories', `cannot write ${folder}: ${messageOf(error)}`, { cause: error });
  }
  return folder;
}

/** Writes a file that is there whole or not at all. @throws PlimsollError `advisories` when the file cannot be written (disk full) */
export function writeStored(file: string, bytes: Uint8Array | string): void {
  try {
    const part = `${file}.${process.pid}.part`;
    writeFileSync(part, bytes, { mode: 0o600 });
    renameSync(part, file);
  } catch (error) {
    throw new PlimsollError('advisories', `cannot write ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** Removes files of the folder that nobody asked for in a long time. */
export function forgetOld(folder: string, now: Date): void {
  const oldest = now.getTime() - KEPT_DAYS * 86_400_000;
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if ((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? oldest) < oldest)
      rmSync(file, { recursive: true, force: true });
  }
}
