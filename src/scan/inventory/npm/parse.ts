// Reads the package.json of an installed npm package, and knows by the path which package.json files are installed packages.
// Names and versions: npm's package.json documentation; layouts: npm and yarn (node_modules/NAME), pnpm (node_modules/.pnpm/ID/node_modules/NAME),
// yarn's pnpm linker (node_modules/.store/ID/package).
import { ParseError } from '../../../platform/errors.ts';
import { isToken, quoted } from '../token.ts';

/** Name and version of a package.json. */
export interface NpmPackage {
  /** With its scope: `@scope/name`. The name inside, which differs from the folder's for npm aliases. */
  readonly name: string;
  readonly version: string;
}

/** npm's own limit (validate-npm-package-name). */
const NAME_LENGTH = 214;
const NAME = /^(?:@[^/@]+\/)?[^/@._][^/@]*$/;

/**
 * The package that a path is the package.json of, by its folder: `node_modules/NAME` or `node_modules/@scope/NAME`, at any depth and under any
 * `lib` (global installations). Undefined for others: package.json files deeper inside a package only set options for its files.
 */
export function installedName(path: string): string | undefined {
  const folders = path.split('/').slice(0, -1);
  const [third, second, first] = [folders.at(-3), folders.at(-2), folders.at(-1)];
  if (first === undefined || second === undefined) return undefined;
  if (second === 'node_modules') return /^[@.]/.test(first) ? undefined : first;
  if (third === 'node_modules' && second.startsWith('@')) return `${second}/${first}`;
  if (third === '.store' && folders.at(-4) === 'node_modules' && first === 'package') return second;
  return undefined;
}

/**
 * Name and version of a package.json. A name that is not there is the folder's, as npm sees it; without version or with an unusable name it is a
 * problem.
 * @param folder what `installedName` gave, if anything.
 * @throws ParseError when the file is not a JSON object.
 */
export function parsePackageJson(body: Uint8Array, folder: string | undefined): NpmPackage {
  const parsed = parseObject(new TextDecoder().decode(body));
  const name = parsed['name'] ?? folder;
  const version = parsed['version'];
  if (typeof name !== 'string' || !isName(name)) {
    throw new ParseError(`no usable package name: ${worded(name)}`);
  }
  if (typeof version !== 'string' || !isToken(version.trim())) {
    throw new ParseError(`the package ${quoted(name)} has no usable version: ${worded(version)}`);
  }
  return { name, version: version.trim() };
}

function parseObject(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new ParseError('not JSON', { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new ParseError('not a JSON object');
  }
  return parsed as Record<string, unknown>;
}

/** Old packages may have upper case and odd characters in their names; no name has spaces or starts with `.` or `_`. */
function isName(name: string): boolean {
  return name.length <= NAME_LENGTH && isToken(name) && NAME.test(name);
}

function worded(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : value === undefined ? 'none' : `a value of type ${typeof value}`;
}
