// The repositories that an image of Red Hat's was installed from. They bring no packages; what they say is which of the image's packages have
// advisories of their own: those of layered products, and fixes that only an extended subscription gets.
import { LIMITS } from '../../../platform/limits.ts';
import type { Catalogue, CatalogueProblem, Cataloguer, LocatedFact } from '../cataloguer.ts';
import { type ContentSetKind, kindOf, readContentSets } from './content-sets.ts';

/** Names that a gap lists before it only counts. */
const NAMED = 5;

const MEANINGS: Readonly<Record<Exclude<ContentSetKind, 'main'>, string>> = {
  other:
    'installed from repositories of products whose advisories are not read, so that their packages are judged by Red Hat Enterprise Linux alone',
  extended:
    'installed from repositories of an extended subscription, whose fixes count as not to be had ("subscription") although this image gets them',
};

/** Reads the lists beside the image's own labels. */
export const contentSets: Cataloguer = {
  id: 'content-sets',
  version: 1,
  title: "Repositories that images of Red Hat's build systems were installed from",
  reads: ['root/buildinfo/content_manifests/*', 'usr/share/buildinfo/content-sets.json'],
  maxBytes: LIMITS.metadataBytes,
  wants: ({ path }) => path.endsWith('.json'),
  read: (body) => ({ data: readContentSets(body) }),
  packages: catalogue,
};

/** Every layer of an image has a list of its own; a repository counts once, for the first list that names it. */
function catalogue(facts: readonly LocatedFact[]): Catalogue {
  const told = new Set<string>();
  const problems: CatalogueProblem[] = [];
  for (const { path, layer, data } of facts) {
    const fresh = (data as readonly string[]).filter((name) => !told.has(name));
    for (const name of fresh) told.add(name);
    for (const kind of ['extended', 'other'] as const) {
      const names = fresh.filter((name) => kindOf(name) === kind);
      if (names.length === 0) continue;
      problems.push({ path, layer, kind: 'undecidable', reason: `${MEANINGS[kind]}: ${listed(names)}` });
    }
  }
  return { packages: [], problems };
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
