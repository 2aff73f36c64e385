// Packages that apk installed: Alpine, Wolfi, Chainguard and their kin.
import type { Catalogue, Cataloguer, LocatedFact } from '../cataloguer.ts';
import { listedPackages } from '../listed-packages.ts';
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
  return listedPackages(facts, { entriesOf, keyOf, packageOf: (entry, location) => packageOf(entry, os, location) });
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
