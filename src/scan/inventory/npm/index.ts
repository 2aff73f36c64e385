// Packages that npm, yarn or pnpm installed. Lock files do not count: in an image they say what was wanted, the folders say what is there.
import { LIMITS } from '../../../platform/limits.ts';
import type { Catalogue, Cataloguer, LocatedFact } from '../cataloguer.ts';
import { layersSince } from '../layers-since.ts';
import type { Package } from '../package.ts';
import { packageUrl } from '../purl.ts';
import { installedName, type NpmPackage, parsePackageJson } from './parse.ts';

/** Reads the package.json of every package in a node_modules folder. */
export const npm: Cataloguer = {
  id: 'npm',
  version: 1,
  title: 'Packages installed by npm, yarn or pnpm',
  reads: ['**/package.json'],
  maxBytes: LIMITS.metadataBytes,
  // Another file name means that a link from a wanted path leads to the file.
  wants: ({ path }) => !/(?:^|\/)package\.json$/.test(path) || installedName(path) !== undefined,
  read: (body, { path }) => ({ data: parsePackageJson(body, installedName(path)) }),
  packages: catalogue,
};

function catalogue(facts: readonly LocatedFact[]): Catalogue {
  return { packages: facts.filter((fact) => installedName(fact.path) !== undefined).map(packageOf) };
}

function packageOf(fact: LocatedFact): Package {
  const { name, version } = fact.data as NpmPackage;
  const slash = name.indexOf('/');
  const purl = packageUrl({
    type: 'npm',
    ...(slash === -1 ? {} : { namespace: name.slice(0, slash) }),
    name: name.slice(slash + 1),
    version,
  });
  const since = layersSince(fact, (data) => [keyOf(data)]).get(keyOf(fact.data)) ?? fact.layer;
  const location = { layer: since, path: fact.path };
  return { purl, type: 'npm', name, version, scheme: 'npm', namespace: 'npm', location };
}

function keyOf(data: unknown): string {
  const { name, version } = data as NpmPackage;
  return `${name}@${version}`;
}
