// Packages that apk installed: Alpine, Wolfi, Chainguard and their kin.
import type { Catalogue, Cataloguer, LocatedFact } from '../cataloguer.ts';
import { layersSince } from '../layers-since.ts';
import { osDistro, osNamespace } from '../os-release/namespace.ts';
import type { OsRelease, Package } from '../package.ts';
import { packageUrl } from '../purl.ts';
import { type ApkDatabase, type ApkEntry, parseInstalled } from './parse.ts';

/** Reads apk's database, at its old place and at the one of merged-usr images. */
export const apk: Cataloguer = {
  id: 'apk',
  version: 2,
  title: 'Packages installed by apk',
  reads: ['lib/apk/db/installed', 'usr/lib/apk/db/installed'],
  read: parseInstalled,
  packages: catalogue,
};

function catalogue(facts: readonly LocatedFact[], os: OsRelease | undefined): Catalogue {
  const packages = new Map<string, Package>();
  const owned = new Map<string, string>();
  for (const fact of facts) {
    const since = layersSince(fact, (data) => entriesOf(data).map(keyOf));
    for (const entry of entriesOf(fact.data)) {
      const found = packageOf(entry, os, { layer: since.get(keyOf(entry)) ?? fact.layer, path: fact.path });
      if (!packages.has(found.purl)) packages.set(found.purl, found);
      for (const path of entry.owns ?? []) owned.set(path, found.purl);
    }
  }
  return { packages: [...packages.values()], owned };
}

function packageOf(entry: ApkEntry, os: OsRelease | undefined, location: Package['location']): Package {
  const { name, version, architecture, origin } = entry;
  const namespace = os === undefined ? undefined : osNamespace(os);
  const purl = packageUrl({
    type: 'apk',
    ...(os === undefined ? {} : { namespace: os.id }),
    name,
    version,
    qualifiers: { arch: architecture ?? '', distro: os === undefined ? '' : osDistro(os) },
  });
  return {
    purl,
    type: 'apk',
    name,
    version,
    scheme: 'apk',
    source: { name: origin ?? name, version },
    ...(namespace === undefined ? {} : { namespace }),
    location,
  };
}

function entriesOf(data: unknown): readonly ApkEntry[] {
  return (data as ApkDatabase).entries;
}

function keyOf(entry: ApkEntry): string {
  return `${entry.name} ${entry.version} ${entry.architecture ?? ''}`;
}
