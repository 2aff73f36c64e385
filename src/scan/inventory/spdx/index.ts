// The bills of materials that packages of Wolfi, Chainguard and others of apko's and melange's world bring along, held against apk's database. They are
// evidence, and add no packages: the database says what is installed, and where the two differ one of them is not to be trusted.
import type { ReadResult } from '../../image/layer/reader.ts';
import { parseInstalled } from '../apk/parse.ts';
import type { Catalogue, CatalogueProblem, Cataloguer, LocatedFact } from '../cataloguer.ts';
import { type NamedVersion, parseSpdx } from './parse.ts';

/** Reads SPDX documents of installed packages, and apk's database to compare with. */
export const spdx: Cataloguer = {
  id: 'spdx',
  version: 1,
  title: 'Bills of materials of apk packages, compared with what is installed',
  reads: ['var/lib/db/sbom/*', 'lib/apk/db/installed', 'usr/lib/apk/db/installed'],
  wants: ({ path }) => !path.startsWith('var/lib/db/sbom/') || path.endsWith('.spdx.json'),
  read,
  packages: compare,
};

/** The fact that a document, or the database, becomes. */
interface Listed {
  readonly from: 'document' | 'database';
  readonly packages: readonly NamedVersion[];
}

/** Told by the first byte: behind links the files have other names. Problems of the database are for the cataloguer of apk to tell. */
function read(body: Uint8Array): ReadResult {
  if (
    /^\s*\{/.test(
      Buffer.from(body.subarray(0, 64))
        .toString('latin1')
        .replace(/^\xef\xbb\xbf/, ''),
    )
  ) {
    const { packages, problems } = parseSpdx(body);
    return { data: { from: 'document', packages } satisfies Listed, problems };
  }
  const packages = parseInstalled(body).data.entries.map(({ name, version }) => ({ name, version }));
  return { data: { from: 'database', packages } satisfies Listed };
}

function compare(facts: readonly LocatedFact[]): Catalogue {
  const installed = new Map<string, Set<string>>();
  for (const { packages } of facts.map(listedOf).filter(({ from }) => from === 'database')) {
    for (const { name, version } of packages) {
      const key = name.toLowerCase();
      const versions = installed.get(key) ?? new Set();
      installed.set(key, versions.add(version));
    }
  }
  const problems: CatalogueProblem[] = [];
  for (const fact of facts) {
    const { from, packages } = listedOf(fact);
    if (from === 'database') continue;
    const others = packages.filter(({ name, version }) => installed.get(name.toLowerCase())?.has(version) !== true);
    if (others.length === 0) continue;
    problems.push({ path: fact.path, layer: fact.layer, kind: 'undecidable', reason: reasonOf(others, installed) });
  }
  return { packages: [], problems };
}

/** How many packages of one document are told by name. */
const TOLD = 5;

function reasonOf(others: readonly NamedVersion[], installed: ReadonlyMap<string, ReadonlySet<string>>): string {
  const words = others.slice(0, TOLD).map(({ name, version }) => {
    const versions = installed.get(name.toLowerCase());
    return `${name} ${version} (${versions === undefined ? 'not installed' : `installed: ${[...versions].join(', ')}`})`;
  });
  const more = others.length > TOLD ? ` and ${others.length - TOLD} more` : '';
  return `the package database disagrees with this bill of materials on ${words.join(', ')}${more}`;
}

function listedOf({ data }: LocatedFact): Listed {
  return data as Listed;
}
