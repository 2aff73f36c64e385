// Reads the files of a bundle from its folder. Only plain files count: a link could lead anywhere.
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';

/** What lies in the folder. Paths are relative, with `/`, and sorted. */
export interface BundleFolder {
  readonly files: ReadonlyMap<string, Buffer>;
  /** Links, devices and the like, which are not read. */
  readonly others: readonly string[];
}

/** A bundle has a few dozen files. */
const MOST_FILES = 10_000;
const DEEPEST = 16;
/** Of all files together: they are held in memory, and a folder from elsewhere may claim any size (sparse files cost nothing). */
const MOST_BYTES = 4 * LIMITS.assessmentBytes;

/**
 * Reads everything below the folder.
 * @throws PlimsollError `input-missing`, `input-unreadable`; LimitError for more or larger files than a bundle has.
 */
export function readBundleFolder(directory: string): BundleFolder {
  const paths: string[] = [];
  const others: string[] = [];
  let bytes = 0;
  const walk = (below: string, depth: number): void => {
    for (const entry of read(join(directory, below), below === '' ? 'input-missing' : 'input-unreadable', listed)) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (paths.length + others.length >= MOST_FILES)
        throw new LimitError(`${directory} holds more than ${MOST_FILES} files`);
      if (entry.isDirectory() && depth < DEEPEST) walk(path, depth + 1);
      else if (entry.isFile()) {
        paths.push(path);
        const { size } = read(join(directory, path), 'input-unreadable', (file) => lstatSync(file));
        if (size > LIMITS.assessmentBytes)
          throw new LimitError(`${path} has more than ${LIMITS.assessmentBytes} bytes`);
        bytes += size;
        if (bytes > MOST_BYTES) throw new LimitError(`the files of ${directory} have more than ${MOST_BYTES} bytes`);
      } else others.push(path);
    }
  };
  walk('', 0);
  const files = new Map(
    paths.map((path) => [path, read(join(directory, path), 'input-unreadable', (file) => readFileSync(file))]),
  );
  return { files, others };
}

function listed(path: string) {
  return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function read<T>(path: string, code: 'input-missing' | 'input-unreadable', how: (path: string) => T): T {
  try {
    return how(path);
  } catch (error) {
    throw new PlimsollError(code, `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
