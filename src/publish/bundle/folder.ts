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

/**
 * Reads everything below the folder.
 * @throws PlimsollError `input-missing`, `input-unreadable`; LimitError for more or larger files than a bundle has.
 */
export function readBundleFolder(directory: string): BundleFolder {
  const files = new Map<string, Buffer>();
  const others: string[] = [];
  const walk = (below: string, depth: number): void => {
    for (const entry of listed(join(directory, below), below === '')) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (files.size + others.length >= MOST_FILES)
        throw new LimitError(`${directory} holds more than ${MOST_FILES} files`);
      if (entry.isDirectory() && depth < DEEPEST) walk(path, depth + 1);
      else if (entry.isFile()) files.set(path, readOne(join(directory, path)));
      else others.push(path);
    }
  };
  walk('', 0);
  return { files, others };
}

function listed(path: string, isRoot: boolean) {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new PlimsollError(
      isRoot ? 'input-missing' : 'input-unreadable',
      `${path} cannot be read: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

function readOne(path: string): Buffer {
  try {
    const { size } = lstatSync(path);
    if (size > LIMITS.assessmentBytes) throw new LimitError(`${path} has more than ${LIMITS.assessmentBytes} bytes`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    throw new PlimsollError('input-unreadable', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
