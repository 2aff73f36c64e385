// Packages that npm, yarn or pnpm installed. Lock files do not count: in an image they say what was wanted, the folders say what is there.
import { ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { EntryHeader } from '../../image/layer/layer-report.ts';
import type { ReadResult } from '../../image/layer/reader.ts';
import type { Catalogue, CatalogueProblem, Cataloguer, LocatedFact, ResolvePath } from '../cataloguer.ts';
import { languagePackage } from '../language-package.ts';
import { layersSince } from '../layers-since.ts';
import type { OsRelease, Package } from '../package.ts';
import { isInstalled, linkedFolders, lookForLink, type NpmLink } from './links.ts';
import { installedName, type NpmPackage, parsePackageJson } from './parse.ts';

/** Reads the package.json of every package in a node_modules folder, or behind a link from one. */
export const npm: Cataloguer = {
  id: 'npm',
  version: 2,
  title: 'Packages installed by npm, yarn or pnpm',
  reads: ['**/package.json'],
  maxBytes: LIMITS.metadataBytes,
  read,
  look: lookForLink,
  packages: catalogue,
};

/** A package.json outside node_modules that is none of a package with a version: what is wrong matters only behind a link. */
interface Unusable {
  readonly unusable: string;
}

type NpmFact = NpmPackage | NpmLink | Unusable;

function read(body: Uint8Array, { path }: EntryHeader): ReadResult {
  const folder = installedName(path);
  try {
    return { data: parsePackageJson(body, folder) satisfies NpmFact };
  } catch (error) {
    if (folder !== undefined || !(error instanceof ParseError)) throw error;
    return { data: { unusable: error.message } satisfies NpmFact };
  }
}

function catalogue(
  facts: readonly LocatedFact[],
  _os: OsRelease | undefined,
  resolve: ResolvePath = (path) => path,
): Catalogue {
  const packages: Package[] = [];
  const problems: CatalogueProblem[] = [];
  const folders = linkedFolders(
    facts.filter(({ data }) => 'link' in (data as NpmFact)),
    resolve,
  );
  for (const fact of facts) {
    const data = fact.data as NpmFact;
    if ('link' in data || !isInstalled(fact.path, folders)) continue;
    if ('unusable' in data) {
      problems.push({ path: fact.path, layer: fact.layer, kind: 'file-unparsed', reason: `npm: ${data.unusable}` });
    } else packages.push(packageOf(fact, data));
  }
  return { packages, problems };
}

function packageOf(fact: LocatedFact, { name, version }: NpmPackage): Package {
  const since = layersSince(fact, (data) => [keyOf(data)]).get(keyOf(fact.data)) ?? fact.layer;
  return languagePackage({ type: 'npm', name, version }, { layer: since, path: fact.path });
}

function keyOf(data: unknown): string {
  const { name, version } = data as Partial<NpmPackage>;
  return `${name}@${version}`;
}
