// .NET packages: those that applications were published with, and the shared frameworks that applications run on.
import { basename, dirname } from 'node:path/posix';
import { LIMITS } from '../../../platform/limits.ts';
import type { Catalogue, Cataloguer, LocatedFact } from '../cataloguer.ts';
import { languagePackage } from '../language-package.ts';
import { layersSince } from '../layers-since.ts';
import type { Package } from '../package.ts';
import { type DotnetDependencies, type NugetPackage, parseDependencies } from './parse.ts';

/** Reads deps.json files. */
export const dotnet: Cataloguer = {
  id: 'dotnet',
  version: 2,
  title: 'NuGet packages of applications and shared frameworks',
  reads: ['**/*.json'],
  maxBytes: LIMITS.metadataBytes,
  wants: ({ path }) => isDependencies(path),
  read: parseDependencies,
  packages: catalogue,
};

/** Shared frameworks; the runtime pack `NAME.Runtime.RUNTIME` of the same version has the same content and is what advisories name. */
const FRAMEWORKS = new Set(['Microsoft.NETCore.App', 'Microsoft.AspNetCore.App', 'Microsoft.WindowsDesktop.App']);

function isDependencies(path: string): boolean {
  return path.endsWith('.deps.json');
}

/** Facts at other paths are the targets of hard links, which bring the fact of their own. */
function catalogue(facts: readonly LocatedFact[]): Catalogue {
  const packages: Package[] = [];
  for (const fact of facts) {
    if (!isDependencies(fact.path)) continue;
    const since = layersSince(fact, (data) => packagesOf(fact.path, data).map(keyOf));
    for (const found of packagesOf(fact.path, fact.data)) {
      const location = { layer: since.get(keyOf(found)) ?? fact.layer, path: fact.path };
      packages.push(languagePackage({ type: 'nuget', ...found }, location));
    }
  }
  return { packages };
}

/** The packages that a file names; of a shared framework its runtime pack, for what is inside is one build. */
function packagesOf(path: string, data: unknown): readonly NugetPackage[] {
  const { packages, runtime } = data as DotnetDependencies;
  const [name, version = ''] = [basename(path, '.deps.json'), basename(dirname(path))];
  const isFramework = FRAMEWORKS.has(name) && path.endsWith(`shared/${name}/${version}/${name}.deps.json`);
  return isFramework && runtime !== undefined ? [{ name: `${name}.Runtime.${runtime}`, version }] : packages;
}

function keyOf({ name, version }: NugetPackage): string {
  return `${name} ${version}`;
}
