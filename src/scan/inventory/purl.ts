// Package URLs: builds and reads `pkg:type/namespace/name@version?qualifiers#subpath`.
// Rules: ECMA-427 (Package-URL) clause 5 and annex C for the text, the purl-spec type definitions for the case and spelling of names.
import { ParseError } from '../../platform/errors.ts';

/** The components of a package URL, percent-decoded. Segments of `namespace` and `subpath` are separated by `/`. */
export interface PackageUrl {
  readonly type: string;
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  readonly qualifiers?: Readonly<Record<string, string>>;
  readonly subpath?: string;
}

/** Which components a type compares without regard to case; their canonical form is lower case (purl-spec, types/TYPE-definition.json). */
const CASELESS: ReadonlyMap<string, readonly ('namespace' | 'name' | 'version')[]> = new Map([
  ['alpm', ['namespace', 'name']],
  ['apk', ['namespace', 'name']],
  ['bitbucket', ['namespace', 'name']],
  ['bitnami', ['name']],
  ['composer', ['namespace', 'name']],
  ['deb', ['namespace', 'name']],
  ['github', ['namespace', 'name']],
  ['golang', ['namespace', 'name']],
  ['hex', ['namespace', 'name']],
  ['npm', ['namespace', 'name']],
  ['oci', ['name']],
  ['pub', ['name']],
  ['pypi', ['name', 'version']],
  ['rpm', ['namespace']],
] as const);

const TYPE = /^[a-z][a-z0-9.-]*$/;
const QUALIFIER_KEY = /^[a-z][a-z0-9._-]*$/;
const PLAIN = /^[A-Za-z0-9._~:-]*$/;

/**
 * The canonical text of a package URL.
 * @throws ParseError for a type or qualifier key outside the grammar, or an empty name.
 */
export function packageUrl(parts: PackageUrl): string {
  const { type, namespace, name, version, qualifiers, subpath } = canonical(parts);
  let text = `pkg:${type}/`;
  if (namespace !== undefined) text += `${namespace.split('/').map(encode).join('/')}/`;
  text += encode(name);
  if (version !== undefined) text += `@${encode(version)}`;
  if (qualifiers !== undefined) {
    const pairs = Object.entries(qualifiers).map(([key, value]) => `${key}=${encode(value)}`);
    text += `?${pairs.join('&')}`;
  }
  if (subpath !== undefined) text += `#${subpath.split('/').map(encode).join('/')}`;
  return text;
}

/**
 * The components of a package URL, in canonical form. Accepts `pkg://` and an npm scope whose `@` is not encoded.
 * @throws ParseError when the text is not a package URL.
 */
export function parsePackageUrl(text: string): PackageUrl {
  const [beforeSubpath, subpath] = splitLast(text, '#');
  const [beforeQualifiers, query] = splitLast(beforeSubpath, '?');
  const colon = beforeQualifiers.indexOf(':');
  if (colon === -1 || beforeQualifiers.slice(0, colon).toLowerCase() !== 'pkg') {
    throw new ParseError(`not a package URL: ${JSON.stringify(text.slice(0, 200))}; it starts with "pkg:"`);
  }
  const path = beforeQualifiers.slice(colon + 1).replace(/^\/+/, '');
  const slash = path.indexOf('/');
  if (slash === -1) throw new ParseError(`package URL without a name: ${JSON.stringify(text.slice(0, 200))}`);

  // The `@` of an unencoded npm scope has a slash behind it; the one before a version has none, for a version's own slashes are encoded.
  const rest = path.slice(slash + 1);
  const at = rest.lastIndexOf('@');
  const hasVersion = at !== -1 && !rest.includes('/', at);
  const version = hasVersion ? decode(rest.slice(at + 1)) : undefined;
  if (version === '') throw new ParseError(`package URL with an empty version: ${JSON.stringify(text.slice(0, 200))}`);
  const [namespace, name] = splitName((hasVersion ? rest.slice(0, at) : rest).replace(/\/+$/, ''));
  return canonical({
    type: path.slice(0, slash),
    name: decode(name),
    ...(namespace === undefined ? {} : { namespace: decodeSegments(namespace) }),
    ...(version === undefined ? {} : { version }),
    ...(query === undefined ? {} : { qualifiers: readQualifiers(query) }),
    ...(subpath === undefined ? {} : { subpath: decodeSegments(subpath) }),
  });
}

function canonical(parts: PackageUrl): PackageUrl {
  const type = parts.type.toLowerCase();
  if (!TYPE.test(type)) throw new ParseError(`package URL type outside the grammar: ${JSON.stringify(parts.type)}`);
  const fold = CASELESS.get(type) ?? [];
  const folded = (component: 'namespace' | 'name' | 'version', value: string): string =>
    fold.includes(component) ? value.toLowerCase() : value;

  const namespace = folded('namespace', segments(parts.namespace ?? '').join('/'));
  const name = spelled(type, folded('name', parts.name.replace(/^\/+|\/+$/g, '')));
  if (name === '') throw new ParseError(`package URL of type ${type} without a name`);
  const version = folded('version', parts.version ?? '');
  const qualifiers = canonicalQualifiers(parts.qualifiers ?? {});
  const subpath = segments(parts.subpath ?? '').filter((segment) => segment !== '.' && segment !== '..');
  return {
    type,
    ...(namespace === '' ? {} : { namespace }),
    name,
    ...(version === '' ? {} : { version }),
    ...(Object.keys(qualifiers).length === 0 ? {} : { qualifiers }),
    ...(subpath.length === 0 ? {} : { subpath: subpath.join('/') }),
  };
}

/** pypi: runs of `-`, `_` and `.` are one `-` (PEP 503). */
function spelled(type: string, name: string): string {
  return type === 'pypi' ? name.replace(/[-_.]+/g, '-') : name;
}

/** Keys in lower case, sorted; pairs with an empty value left out (clause 5.6.6). */
function canonicalQualifiers(qualifiers: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = new Map<string, string>();
  for (const [written, value] of Object.entries(qualifiers)) {
    const key = written.toLowerCase();
    if (!QUALIFIER_KEY.test(key)) {
      throw new ParseError(`package URL qualifier outside the grammar: ${JSON.stringify(written.slice(0, 80))}`);
    }
    if (value === '') continue;
    if (pairs.has(key)) throw new ParseError(`package URL with two values for the qualifier ${key.slice(0, 80)}`);
    pairs.set(key, value);
  }
  return Object.fromEntries([...pairs].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readQualifiers(query: string): Record<string, string> {
  const found = new Map<string, string>();
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1));
    if (value === '') continue;
    const key = pair.slice(0, equals).toLowerCase();
    if (found.has(key)) throw new ParseError(`package URL with two values for the qualifier ${key.slice(0, 80)}`);
    found.set(key, value);
  }
  return Object.fromEntries(found);
}

function splitLast(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.lastIndexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function splitName(path: string): readonly [string | undefined, string] {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? [undefined, path] : [path.slice(0, slash), path.slice(slash + 1)];
}

function segments(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function decodeSegments(path: string): string {
  return segments(path)
    .map((segment) => {
      const decoded = decode(segment);
      if (decoded.includes('/')) throw new ParseError(`package URL with an encoded slash in the segment ${segment}`);
      return decoded;
    })
    .join('/');
}

/** Clause 5.4: all but letters, digits, `.-_~` and `:` become percent triplets of their UTF-8 bytes. */
function encode(text: string): string {
  if (PLAIN.test(text)) return text;
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new ParseError(`package URL with a bad percent escape: ${JSON.stringify(text.slice(0, 80))}`, { cause });
  }
}
