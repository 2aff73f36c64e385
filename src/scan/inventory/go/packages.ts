// The packages of a Go program: the standard library, its main module and the modules that it was built with.
// Names are those of the Go vulnerability database (go.dev/security/vuln/database): module paths, `stdlib`, `toolchain`.
import type { Catalogue, CatalogueProblem, LocatedFact } from '../cataloguer.ts';
import { languagePackage } from '../language-package.ts';
import { layersSince } from '../layers-since.ts';
import type { Package } from '../package.ts';
import type { GoModule } from './module-text.ts';
import type { GoProgram } from './read.ts';
import { DEVELOPMENT, mainModuleVersion, moduleVersion, standardLibraryVersion } from './versions.ts';

interface NamedVersion {
  readonly name: string;
  readonly version: string;
}

/** Packages and gaps of the programs of an image: one package a module and file. */
export function catalogueGo(facts: readonly LocatedFact[]): Catalogue {
  const problems: CatalogueProblem[] = [];
  for (const { path, layer, data } of facts) {
    const reason = undecidableReason(data as GoProgram);
    if (reason !== undefined) problems.push({ path, layer, kind: 'undecidable', reason: `go: ${reason}` });
  }
  return { packages: facts.flatMap(packagesOf), problems };
}

function packagesOf(fact: LocatedFact): readonly Package[] {
  const since = layersSince(fact, (data) => contentsOf(data).keys());
  return [...contentsOf(fact.data)].map(([key, module]) =>
    languagePackage({ type: 'golang', ...module }, { layer: since.get(key) ?? fact.layer, path: fact.path }),
  );
}

function contentsOf(data: unknown): ReadonlyMap<string, NamedVersion> {
  const { goVersion, path, main, modules } = data as GoProgram;
  const found: NamedVersion[] = [];
  if (goVersion !== undefined) {
    const version = standardLibraryVersion(goVersion);
    found.push({ name: 'stdlib', version });
    // Go's own commands are of no module: the database calls them the toolchain.
    if (isToolchain(path)) found.push({ name: 'toolchain', version });
  }
  if (main !== undefined) found.push(resolved(main, mainModuleVersion));
  for (const module of modules) found.push(resolved(module, moduleVersion));
  return new Map(found.map((one) => [`${one.name}@${one.version}`, one]));
}

/** A module under the name and version of what was built: of a directory nobody knows which version lies in it. */
function resolved({ path, version, replacement }: GoModule, versionOf: (text: string) => string): NamedVersion {
  if (replacement === undefined) return { name: path, version: versionOf(version) };
  if (isDirectory(replacement.path)) return { name: path, version: DEVELOPMENT };
  return { name: replacement.path, version: moduleVersion(replacement.version) };
}

/** golang.org/ref/mod, "replace directive": a path that begins with `./`, `../` or is absolute, here or on Windows. */
function isDirectory(path: string): boolean {
  return /^(?:\.{1,2}(?:[/\\]|$)|[/\\]|[A-Za-z]:)/.test(path) || !/^[^/]+(?:\/[^/]+)*$/.test(path);
}

function isToolchain(path: string | undefined): boolean {
  return path?.startsWith('cmd/') === true;
}

function undecidableReason({ undecidable, goVersion, path, main, modules }: GoProgram): string | undefined {
  if (undecidable !== undefined) return undecidable;
  if (main === undefined && modules.length === 0 && !isToolchain(path)) {
    return 'built without module support: the modules that it is made of cannot be told';
  }
  return goVersion === undefined ? 'the Go version that it was built with was not found' : undefined;
}
