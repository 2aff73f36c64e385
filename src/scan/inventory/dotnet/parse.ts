// Reads the deps.json that the .NET SDK writes beside an application or a shared framework: which packages its assemblies come from.
// Format: dotnet/sdk documentation "runtime-configuration-file", section on deps.json: `libraries` names all packages that the build knew, `targets` what
// each of them brings to the application.
import { ParseError } from '../../../platform/errors.ts';
import { type ProblemLog, problemLog } from '../problem-log.ts';
import { isToken, quoted } from '../token.ts';

/** A package from NuGet. */
export interface NugetPackage {
  readonly name: string;
  readonly version: string;
}

/** The fact that a deps.json becomes. */
export interface DotnetDependencies {
  readonly packages: readonly NugetPackage[];
  /** Runtime identifier that it was built for, `linux-x64`; absent when it is for all. */
  readonly runtime?: string;
}

type Fields = Readonly<Record<string, unknown>>;

const NO_FIELDS: Fields = {};
/** Ids of NuGet: words joined by `.`, `-` or `_`. */
const NAME = /^\w+(?:[.-]\w+)*$/;
/** What a library can bring to a running application. */
const ASSETS = ['runtime', 'native', 'runtimeTargets', 'resources'] as const;
/** Of a self-contained application: the runtime itself, under the name of its package. */
const RUNTIME_PACK = 'runtimepack.';

/**
 * The packages whose assemblies are there. One that brings none to the application (it was for the build, or the framework has its content) is left out.
 * @throws ParseError when the file is no JSON object with libraries.
 */
export function parseDependencies(body: Uint8Array): { data: DotnetDependencies; problems: readonly string[] } {
  const root = parseObject(new TextDecoder().decode(body));
  if (!isFields(root['libraries'])) throw new ParseError('no libraries in it');
  const problems = problemLog();
  const target = targetOf(root['runtimeTarget']);
  const targets = fieldsOf(root['targets']);
  const content = isFields(targets[target]) ? targets[target] : undefined;
  const packages: NugetPackage[] = [];
  for (const [id, library] of Object.entries(root['libraries'])) {
    const { type: stated } = fieldsOf(library);
    const type = typeof stated === 'string' ? stated.toLowerCase() : '';
    if (type !== 'package' && type !== 'runtimepack') continue;
    if (content !== undefined && !bringsAssets(fieldsOf(content[id]))) continue;
    const found = packageOf(type === 'runtimepack' ? id.replace(RUNTIME_PACK, '') : id, problems);
    if (found !== undefined) packages.push(found);
  }
  const runtime = target.slice(target.indexOf('/') + 1);
  return {
    data: { packages, ...(target.includes('/') && isToken(runtime) ? { runtime } : {}) },
    problems: problems.list(),
  };
}

function packageOf(id: string, problems: ProblemLog): NugetPackage | undefined {
  const slash = id.indexOf('/');
  const name = id.slice(0, Math.max(0, slash));
  const version = id.slice(slash + 1);
  if (isToken(name) && NAME.test(name) && isToken(version)) return { name, version };
  problems.add(() => `${quoted(id)} is not of the form NAME/VERSION`);
  return undefined;
}

/** `.NETCoreApp,Version=v6.0/linux-x64`; old files have the text alone. */
function targetOf(value: unknown): string {
  const name = isFields(value) ? value['name'] : value;
  return typeof name === 'string' ? name : '';
}

/** A file `_._` says that there is nothing. */
function bringsAssets(library: Fields): boolean {
  return ASSETS.some((kind) => Object.keys(fieldsOf(library[kind])).some((path) => !/(?:^|\/)_\._$/.test(path)));
}

function parseObject(text: string): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new ParseError('not JSON', { cause });
  }
  if (!isFields(parsed)) throw new ParseError('not a JSON object');
  return parsed;
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : NO_FIELDS;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
