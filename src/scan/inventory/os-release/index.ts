// The distribution of an image: reads the files that name it, and chooses among them.
import { LIMITS } from '../../../platform/limits.ts';
import type { Cataloguer, LocatedFact } from '../cataloguer.ts';
import type { OsRelease } from '../package.ts';
import { parseAlpineRelease, parseDebianVersion, parseOsRelease } from './parse.ts';

/** Which file counts. os-release(5): etc/os-release alone if it exists, else usr/lib/os-release; then the files of older images. */
const PRECEDENCE = ['etc/os-release', 'usr/lib/os-release', 'etc/alpine-release', 'etc/debian_version'];

/** Names the distribution; finds no packages. */
export const osRelease: Cataloguer = {
  id: 'os-release',
  version: 1,
  title: 'Identity of the distribution',
  reads: PRECEDENCE,
  maxBytes: LIMITS.metadataBytes,
  read(body, entry) {
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
    const data = parserOf(entry.path)(text);
    return data === undefined ? {} : { data };
  },
  packages: () => ({ packages: [] }),
};

/** The distribution that an image's visible files name; undefined when none does. `facts` are those of this cataloguer. */
export function osFrom(facts: readonly LocatedFact[]): OsRelease | undefined {
  const ranked = facts.toSorted((a, b) => rank(a.path) - rank(b.path));
  return ranked[0]?.data as OsRelease | undefined;
}

/** By the name of the file, for a link may lead to it from one of the paths above. */
function parserOf(path: string): (text: string) => OsRelease | undefined {
  if (path.endsWith('/alpine-release')) return parseAlpineRelease;
  if (path.endsWith('/debian_version')) return parseDebianVersion;
  return parseOsRelease;
}

/** A path that is not in the list is where a link from one of them led: of its kind the first, for only the first kind has two places. */
function rank(path: string): number {
  const place = PRECEDENCE.indexOf(path);
  if (place !== -1) return place;
  if (path.endsWith('/alpine-release')) return 2;
  return path.endsWith('/debian_version') ? 3 : 0.5;
}
