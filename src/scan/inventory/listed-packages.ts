// The packages of databases that list every package with the files that it owns, as apk's and rpm's do.
import type { Catalogue, LocatedFact } from './cataloguer.ts';
import { layersSince } from './layers-since.ts';
import type { Package } from './package.ts';

/** How a database of packages is read. */
interface Listing<Entry> {
  /** The entries of a fact. */
  readonly entriesOf: (data: unknown) => readonly Entry[];
  /** Name, version and architecture: what makes an entry the same in several layers. */
  readonly keyOf: (entry: Entry) => string;
  readonly packageOf: (entry: Entry, location: Package['location']) => Package;
}

/** A package each, the first of equal package URLs, located at the layer since which it is there; and the owners of files. */
export function listedPackages<Entry extends { readonly owns?: readonly string[] }>(
  facts: readonly LocatedFact[],
  { entriesOf, keyOf, packageOf }: Listing<Entry>,
): Required<Pick<Catalogue, 'packages' | 'owned'>> {
  const packages = new Map<string, Package>();
  const owned = new Map<string, string>();
  for (const fact of facts) {
    const since = layersSince(fact, (data) => entriesOf(data).map(keyOf));
    for (const entry of entriesOf(fact.data)) {
      const found = packageOf(entry, { layer: since.get(keyOf(entry)) ?? fact.layer, path: fact.path });
      if (!packages.has(found.purl)) packages.set(found.purl, found);
      for (const path of entry.owns ?? []) owned.set(path, found.purl);
    }
  }
  return { packages: [...packages.values()], owned };
}
