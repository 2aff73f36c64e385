// Packages that rpm installed: Red Hat, SUSE, Fedora, Amazon, Oracle, Mariner and Azure Linux, and their kin.
import type { Catalogue, CatalogueProblem, Cataloguer, LocatedFact } from '../cataloguer.ts';
import { listedPackages } from '../listed-packages.ts';
import { osPackage } from '../os-package.ts';
import type { Location, OsRelease, Package } from '../package.ts';
import { type RpmDatabase, readDatabase } from './database.ts';
import { type RpmEntry, sourceOf } from './entry.ts';

/** Reads rpm's database at its places in /var, in images whose /usr is all they ship, and in those of rpm-ostree. */
export const rpm: Cataloguer = {
  id: 'rpm',
  version: 2,
  title: 'Packages installed by rpm',
  reads: [
    'var/lib/rpm/Packages',
    'var/lib/rpm/Packages.db',
    'var/lib/rpm/rpmdb.sqlite',
    'var/lib/rpm/rpmdb.sqlite-wal',
    'usr/lib/sysimage/rpm/Packages',
    'usr/lib/sysimage/rpm/Packages.db',
    'usr/lib/sysimage/rpm/rpmdb.sqlite',
    'usr/lib/sysimage/rpm/rpmdb.sqlite-wal',
    'usr/share/rpm/Packages',
    'usr/share/rpm/Packages.db',
    'usr/share/rpm/rpmdb.sqlite',
    'usr/share/rpm/rpmdb.sqlite-wal',
    'var/lib/rpmmanifest/container-manifest-2',
  ],
  read: readDatabase,
  packages: catalogue,
};

function catalogue(facts: readonly LocatedFact[], os: OsRelease | undefined): Catalogue {
  const listed = listedPackages(facts, {
    entriesOf,
    keyOf,
    packageOf: (entry, location) => packageOf(entry, os, location),
  });
  return { ...listed, problems: disagreements(facts) };
}

/** rpm uses one database. Where an image has two that differ, nothing says which one is kept up to date. */
function disagreements(facts: readonly LocatedFact[]): readonly CatalogueProblem[] {
  const [first, ...others] = facts.filter(({ data }) => {
    const { format, entries } = data as RpmDatabase;
    return format !== 'manifest' && entries.length > 0;
  });
  if (first === undefined) return [];
  const known = new Set(entriesOf(first.data).map(keyOf));
  return others.flatMap(({ path, layer, data }) => {
    const keys = new Set(entriesOf(data).map(keyOf));
    if (keys.size === known.size && keys.isSubsetOf(known)) return [];
    const reason = `lists other packages than the database ${first.path}; those of both are reported`;
    return [{ path, layer, kind: 'undecidable', reason } as const];
  });
}

function packageOf(entry: RpmEntry, os: OsRelease | undefined, location: Location): Package {
  const { name, version, epoch, architecture, sourceRpm, module } = entry;
  return osPackage(
    {
      type: 'rpm',
      name,
      version: withEpoch(version, epoch),
      architecture,
      source: sourcePackage(entry),
      sourceFile: sourceRpm,
      module,
    },
    os,
    location,
  );
}

/** The file name of a source package lacks its epoch. Packages share it unless they have a version of their own. */
function sourcePackage({ sourceRpm, version, epoch }: RpmEntry): Package['source'] {
  const source = sourceRpm === undefined ? undefined : sourceOf(sourceRpm);
  return source?.version === version ? { name: source.name, version: withEpoch(version, epoch) } : source;
}

function withEpoch(version: string, epoch: number | undefined): string {
  return epoch === undefined ? version : `${epoch}:${version}`;
}

function entriesOf(data: unknown): readonly RpmEntry[] {
  return (data as RpmDatabase).entries;
}

function keyOf({ name, version, epoch, architecture }: RpmEntry): string {
  return `${name} ${withEpoch(version, epoch)} ${architecture ?? ''}`;
}
