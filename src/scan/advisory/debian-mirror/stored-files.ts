// Files under their digest: what a Release file or an index vouches for is fetched once, checked, and checked again whenever it is used.
import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { PlimsollError } from '../../../platform/errors.ts';
import { fileChunks } from '../../image/file-chunks.ts';
import { withoutPassword } from './places.ts';
import type { Transport } from './transport.ts';

/** What a file must be. */
export interface Expected {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly size: number;
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
  // Two updates at once each fetch their own.
  const part = `${file}.${process.pid}`;
  try {
    for (const url of urls) {
      if (!(await transport.fetch(url, part, expected.size))) continue;
      if (!isExpected(part, expected)) {
        throw new PlimsollError(
          'digest-mismatch',
          `${withoutPassword(url)} is not the file that the mirror's index names: size or SHA-256 differ`,
        );
      }
      renameSync(part, file);
      return true;
    }
    return false;
  } finally {
    rmSync(part, { force: true });
  }
}

function isExpected(file: string, { sha256, size }: Expected): boolean {
  if (statSync(file).size !== size) return false;
  const hash = createHash('sha256');
  for (const chunk of fileChunks(file, 0, size)) hash.update(chunk);
  return hash.digest('hex') === sha256;
}
