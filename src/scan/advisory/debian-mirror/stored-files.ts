// Files under their digest: what a Release file or an index vouches for is fetched once, checked, and checked again whenever it is used.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import { fileChunks } from '../../image/file-chunks.ts';
import { withoutPassword } from './places.ts';
import type { Transport } from './transport.ts';

/** What a file must be. */
export interface Expected {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly size: number;
}

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

/**
 * Has the file at `file`: as fetched before, else from the first of the addresses that has it.
 * @returns false when no address has it
 * @throws PlimsollError `digest-mismatch` when what is there is another file; what the transport throws
 */
export async function haveFile(
  urls: readonly string[],
  file: string,
  expected: Expected,
  transport: Transport,
  now: Date,
): Promise<boolean> {
  if (existsSync(file)) {
    if (isExpected(file, expected)) {
      utimesSync(file, now, now);
      return true;
    }
    rmSync(file, { force: true });
  }
  for (const url of urls) {
    if (!(await transport.fetch(url, file, expected.size))) continue;
    if (isExpected(file, expected)) return true;
    rmSync(file, { force: true });
    throw new PlimsollError(
      'digest-mismatch',
      `${withoutPassword(url)} is not the file that the mirror's index names: size or SHA-256 differ`,
    );
  }
  return false;
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

function isExpected(file: string, { sha256, size }: Expected): boolean {
  if (statSync(file).size !== size) return false;
  const hash = createHash('sha256');
  for (const chunk of fileChunks(file, 0, size)) hash.update(chunk);
  return hash.digest('hex') === sha256;
}
