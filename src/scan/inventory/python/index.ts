// Python distributions that pip, setuptools, uv, conda or a distribution's packages installed. Lock files and requirements do not count: they say what
// was wanted. Wheels and source archives that lie in an image are not installed.
import { LIMITS } from '../../../platform/limits.ts';
import type { Catalogue, Cataloguer, LocatedFact } from '../cataloguer.ts';
import { languagePackage } from '../language-package.ts';
import { layersSince } from '../layers-since.ts';
import type { Package } from '../package.ts';
import { isMetadata, metadataOf, type PythonPackage, parseMetadata, siteOf } from './parse.ts';

/** Reads the metadata beside each installed distribution. */
export const python: Cataloguer = {
  id: 'python',
  version: 1,
  title: 'Installed Python distributions',
  reads: ['**/METADATA', '**/PKG-INFO', '**/*.egg-info', '**/*.egg'],
  maxBytes: LIMITS.archiveBytes,
  wants: ({ path }) => isMetadata(path),
  read: (body) => {
    const data = parseMetadata(metadataOf(body));
    return data === undefined ? {} : { data };
  },
  packages: catalogue,
};

/**
 * Facts at other paths are the targets of hard links, which bring the fact of their own. A folder that describes one version of a distribution twice
 * (dist-info and egg-info) holds it once.
 */
function catalogue(facts: readonly LocatedFact[]): Catalogue {
  const packages = new Map<string, Package>();
  for (const fact of facts) {
    if (!isMetadata(fact.path)) continue;
    const key = `${siteOf(fact.path)}\n${keyOf(fact.data)}`;
    if (!packages.has(key)) packages.set(key, packageOf(fact));
  }
  return { packages: [...packages.values()] };
}

function packageOf(fact: LocatedFact): Package {
  const { name, version } = fact.data as PythonPackage;
  const since = layersSince(fact, (data) => [keyOf(data)]).get(keyOf(fact.data)) ?? fact.layer;
  return languagePackage({ type: 'pypi', name, version }, { layer: since, path: fact.path });
}

function keyOf(data: unknown): string {
  const { name, version } = data as PythonPackage;
  return `${name}@${version}`;
}
