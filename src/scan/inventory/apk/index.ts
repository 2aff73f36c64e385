// Packages that apk installed: Alpine, Wolfi, Chainguard and their kin.
import type { Catalogue, Cataloguer, LocatedFact } from '../cataloguer.ts';
import { listedPackages } from '../listed-packages.ts';
import { osEntryKey, osPackage } from '../os-package.ts';
import type { Location, OsRelease, Package } from '../package.ts';
import { type ApkDatabase, type ApkEntry, parseInstalled } from './parse.ts';

/** Reads apk's database, at its old place and at the one of merged-usr images. */
export const apk: Cataloguer = {
  id: 'apk',
  version: 3,
  title: 'Packages installed by apk',
  reads: ['lib/apk/db/installed', 'usr/lib/apk/db/installed'],
  read: parseInstalled,
  packages: catalogue,
};

function catalogue(facts: readonly LocatedFact[], os: OsRelease | undefined): Catalogue {
  return listedPackages(facts, {
    entriesOf,
    keyOf: osEntryKey,
    packageOf: (entry, location) => packageOf(entry, os, location),
  });
}

function packageOf(entry: ApkEntry, os: OsRelease | undefined, location: Location): Package {
  const { name, version, origin = name } = entry;
  return osPackage({ ...entry, type: 'apk', source: { name: origin, version } }, os, location);
}

function entriesOf(data: unknown): readonly ApkEntry[] {
  return (data as ApkDatabase).entries;
}
