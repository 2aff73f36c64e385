// Files that the build lays beside the program's code. Where the sources run as they are there are none: they would tell of older sources.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Their names. */
export type BuiltFile =
  | 'build-id'
  | 'starter.db'
  | 'hygiene-checks.yaml'
  | 'kubernetes-versions.yaml'
  | 'conflict-table.yaml';

/** Path of a built file by its name; undefined when the sources run, or when it is not there. */
export function builtFile(name: BuiltFile): string | undefined {
  const here = import.meta.url;
  if (here.endsWith('.ts')) return undefined;
  const path = fileURLToPath(new URL(here.includes('/chunks/') ? `../${name}` : `./${name}`, here));
  return existsSync(path) ? path : undefined;
}

/** Digest of the program's files as built; undefined when the sources run, which may change between two runs. */
export function buildId(): string | undefined {
  const path = builtFile('build-id');
  return path === undefined ? undefined : readFileSync(path, 'utf8');
}
