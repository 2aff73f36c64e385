// Files that later checks ask about, kept so that they need no new scan: see traits.ts. Modes and owners of the other entries are in the layers'
// listings.
import type { EntryHeader } from '../../image/layer/layer-report.ts';
import type { Cataloguer, LocatedFact } from '../cataloguer.ts';
import type { FileTrait, NotableFile } from './notable-file.ts';
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
  version: 2,
  title: 'Notable files: setuid and setgid, capabilities, world-writable, shells, package managers, tools',
  reads: [],
  look,
  packages: () => ({ packages: [] }),
};

/** The notable files of an image, sorted by path. `facts` are those of this cataloguer. */
export function notableFiles(facts: readonly LocatedFact[]): NotableFile[] {
  return facts.map((fact) => {
    const { traits, mode, uid, gid } = fact.data as FileFact;
    return { path: fact.path, layer: fact.layer, traits, mode, uid, gid };
  });
}

function look(entry: EntryHeader): FileFact | undefined {
  const bits = traitBits(entry);
  return bits === 0 ? undefined : { traits: traitsOf(bits), mode: entry.mode, uid: entry.uid, gid: entry.gid };
}
