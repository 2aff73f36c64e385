// The inputs kept in the tree: a folder a target, in it small valid inputs, and those that once broke something, whose names begin with `found-`.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Folder of the corpus. */
export const CORPUS = resolve(import.meta.dirname, 'corpus');

/** One input of the corpus. */
export interface CorpusInput {
  /** File name in the target's folder. */
  readonly name: string;
  readonly bytes: Buffer;
  /** Whether it once broke something; the others are valid. */
  readonly found: boolean;
}

/** The inputs of a target, sorted by name; none when it has no folder. */
export function corpusOf(id: string): readonly CorpusInput[] {
  const folder = join(CORPUS, id);
  if (!existsSync(folder)) return [];
  return globSync('*', { cwd: folder })
    .sort()
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)), found: name.startsWith('found-') }));
}
