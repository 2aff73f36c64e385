// Packages that dpkg installed: Debian, Ubuntu, their derivatives, and distroless images built from Debian packages.
import { basename, dirname } from 'node:path/posix';
import type { EntryHeader } from '../../image/layer/layer-report.ts';
import type { ReadResult } from '../../image/layer/reader.ts';
import type { Catalogue, CatalogueProblem, Cataloguer, LocatedFact } from '../cataloguer.ts';
import { layersSince } from '../layers-since.ts';
import { osEntryKey, osPackage } from '../os-package.ts';
import type { Location, OsRelease, Package } from '../package.ts';
import { type DpkgFiles, parseFileList } from './file-list.ts';
import { type DpkgEntry, type DpkgStatus, parseStatus } from './parse.ts';

/** Reads dpkg's database, at its place in /var and at the one of images whose /usr is all they ship. */
export const dpkg: Cataloguer = {
  id: 'dpkg',
  version: 3,
  title: 'Packages installed by dpkg',
  reads: [
    'var/lib/dpkg/status',
    'var/lib/dpkg/status.d/*',
    'var/lib/dpkg/info/*',
    'usr/lib/dpkg/status',
    'usr/lib/dpkg/info/*',
  ],
  wants: ({ path }) => path.endsWith('.list') || !path.slice(0, path.lastIndexOf('/')).endsWith('/info'),
  read,
  packages: catalogue,
};

function read(body: Uint8Array, { path }: EntryHeader): ReadResult {
  if (path.endsWith('.list') || path.endsWith('.md5sums')) {
    const data = parseFileList(body, path.endsWith('.list') ? 'list' : 'md5sums');
    return data === undefined ? {} : { data };
  }
  return parseStatus(body, isSingle(path));
}

/** Whether the file is one package of a status.d folder (or what a link from there leads to). */
function isSingle(path: string): boolean {
  return basename(path) !== 'status' || basename(dirname(path)) === 'status.d';
}

function catalogue(facts: readonly LocatedFact[], os: OsRelease | undefined): Catalogue {
  const packages = new Map<string, Package>();
  const problems: CatalogueProblem[] = [];
  const owners = new Map<string, string>();
  for (const fact of facts) {
    if (!isStatus(fact.data)) continue;
    const since = layersSince(fact, (data) => (isStatus(data) ? data.entries.map(osEntryKey) : []));
    for (const entry of fact.data.entries) {
      const location = { layer: since.get(osEntryKey(entry)) ?? fact.layer, path: fact.path };
      if (entry.halfInstalled) {
        const reason = `${entry.name} ${entry.version} is half-installed: its files may be there or not`;
        problems.push({ ...location, kind: 'undecidable', reason });
        continue;
      }
      const found = packageOf(entry, os, location);
      if (!packages.has(found.purl)) packages.set(found.purl, found);
      owners.set(`${entry.name}:${entry.architecture ?? ''}`, found.purl);
      owners.set(entry.name, found.purl);
      if (isSingle(fact.path)) owners.set(basename(fact.path), found.purl);
    }
  }
  return { packages: [...packages.values()], owned: ownedFiles(facts, owners), problems };
}

/** Lists are named `NAME.list`, or `NAME:ARCHITECTURE.list` for packages that may be installed for several. */
function ownedFiles(facts: readonly LocatedFact[], owners: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const owned = new Map<string, string>();
  for (const fact of facts) {
    const owner = isStatus(fact.data) ? undefined : owners.get(basename(fact.path).replace(/\.(?:list|md5sums)$/, ''));
    if (owner === undefined) continue;
    for (const path of (fact.data as DpkgFiles).owns) owned.set(path, owner);
  }
  return owned;
}

function packageOf(entry: DpkgEntry, os: OsRelease | undefined, location: Location): Package {
  const { name, version, source = { name, version } } = entry;
  return osPackage({ ...entry, type: 'deb', source }, os, location);
}

function isStatus(data: unknown): data is DpkgStatus {
  return typeof data === 'object' && data !== null && 'entries' in data;
}
