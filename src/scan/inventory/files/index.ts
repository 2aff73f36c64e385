// Files that later checks ask about, kept so that they need no new scan: see traits.ts. Modes and owners of the other entries are in the layers'
// listings.
import { LIMITS } from '../../../platform/limits.ts';
import type { EntryHeader } from '../../image/layer/layer-report.ts';
import type { Catalogue, Cataloguer, LocatedFact } from '../cataloguer.ts';
import type { FileTrait, NotableFile } from '../package.ts';
import { traitBits, traitsOf } from './traits.ts';

/** The fact that a notable entry becomes. */
interface FileFact {
  readonly traits: readonly FileTrait[];
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Looks at every header; finds no packages. */
export const files: Cataloguer = {
  id: 'files',
  version: 1,
  title: 'Notable files: setuid and setgid, capabilities, world-writable, shells, package managers, candidate secrets',
  reads: [],
  look,
  packages: catalogue,
};

/** The notable files of an image, sorted by path, at most `LIMITS.notableFiles`. `facts` are those of this cataloguer. */
export function notableFiles(facts: readonly LocatedFact[]): NotableFile[] {
  return facts.slice(0, LIMITS.notableFiles).map((fact) => {
    const { traits, mode, uid, gid } = fact.data as FileFact;
    return { path: fact.path, layer: fact.layer, traits, mode, uid, gid };
  });
}

function look(entry: EntryHeader): FileFact | undefined {
  const bits = traitBits(entry);
  return bits === 0 ? undefined : { traits: traitsOf(bits), mode: entry.mode, uid: entry.uid, gid: entry.gid };
}

function catalogue(facts: readonly LocatedFact[]): Catalogue {
  const first = facts[LIMITS.notableFiles];
  if (first === undefined) return { packages: [] };
  const reason = `${facts.length} notable files, more than the ${LIMITS.notableFiles} that are kept; from this path on they are left out`;
  return { packages: [], problems: [{ path: first.path, layer: first.layer, kind: 'limit-reached', reason }] };
}
