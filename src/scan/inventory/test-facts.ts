// For the tests of this room: runs one cataloguer over bytes or over a directory, as the walk does over a layer.
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOf } from '../../platform/canonical.ts';
import type { EntryHeader } from '../image/layer/layer-report.ts';
import { indexReaders, takes } from '../image/layer/readers.ts';
import type { Cataloguer, LocatedFact } from './cataloguer.ts';

/** A layer digest made of a word. */
export function layer(word: string): Digest {
  return digestOf(word);
}

/** A header with what a test does not care about filled in. */
export function header(path: string, fields: Partial<EntryHeader> = {}): EntryHeader {
  return { path, type: 'file', size: 1, mode: 0o644, uid: 0, gid: 0, ...fields };
}

/** A fact at a path, with the contents that earlier layers had, bottom first. */
export function located(
  path: string,
  data: unknown,
  from: Digest = layer('one'),
  earlier: LocatedFact['earlier'] = [],
): LocatedFact {
  return { path, layer: from, data, earlier };
}

/** The facts and problems that a cataloguer finds below a directory, or in one folder of it, sorted by path. */
export function readTree(
  cataloguer: Cataloguer,
  root: string,
  folder = '',
): { readonly facts: readonly LocatedFact[]; readonly problems: readonly string[] } {
  const index = indexReaders([cataloguer]);
  const facts: LocatedFact[] = [];
  const problems: string[] = [];
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  for (const path of names.map((name) => join(folder, name)).sort()) {
    if (index.forPath(path).length === 0) continue;
    const stat = lstatSync(join(root, path));
    const entry = header(path, { size: stat.size, mode: stat.mode & 0o7777 });
    if (!stat.isFile() || !takes(cataloguer, entry)) continue;
    const result = cataloguer.read?.(readFileSync(join(root, path)), entry);
    problems.push(...(result?.problems ?? []));
    if (result?.data !== undefined) facts.push(located(path, result.data));
  }
  return { facts, problems };
}
