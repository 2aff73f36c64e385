// Reads the core metadata of an installed Python distribution, and knows by the path which files are such metadata.
// Format: "Core metadata specifications" of the Python packaging user guide: e-mail headers (RFC 822), then a body. Layouts: "Recording installed
// projects" there (NAME-VERSION.dist-info/METADATA), and setuptools' older NAME.egg-info as folder or file, and NAME.egg/EGG-INFO,
// in a folder or a zip archive.
import { dirname } from 'node:path/posix';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { isZip, zipContent, zipMembers, zipOf } from '../../../platform/zip.ts';
import { isToken, quoted, TOKEN_LENGTH } from '../token.ts';

/** The fact that a metadata file becomes. */
export interface PythonPackage {
  /** Normalised: lower case, with `-` for each run of `-`, `_` and `.` (PEP 503). */
  readonly name: string;
  readonly version: string;
}

/** "Names and normalization" of the Python packaging user guide. */
const NAME = /^[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?$/i;

/** Parts of the interpreter that describe themselves as distributions; pip leaves them out of its list, too. */
const INTERPRETER = new Set(['argparse', 'python', 'wsgiref']);

/** A header line: a name of printable characters without colon, a colon, the value. */
const HEADER = /^([\x21-\x39\x3b-\x7e]*):(.*)$/s;

/**
 * Whether the path is that of an installed distribution's metadata. Not so: leftovers of an interrupted pip, whose names begin with `~`, and the cache
 * of uv, which keeps unpacked wheels in `archive-v0`.
 */
export function isMetadata(path: string): boolean {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  const folder = parts.at(-1) ?? '';
  if (parts.includes('archive-v0')) return false;
  if (name === 'METADATA') return isFolder(folder, '.dist-info');
  if (name === 'PKG-INFO') return folder === 'EGG-INFO' || isFolder(folder, '.egg-info');
  return isFolder(name, '.egg-info') || isFolder(name, '.egg');
}

/**
 * The metadata in a file: itself, or what an egg that is not unpacked holds as EGG-INFO/PKG-INFO.
 * @throws ParseError for an egg without usable metadata; LimitError when they are larger than the limits.
 */
export function metadataOf(body: Uint8Array): Uint8Array {
  const egg = zipOf(body);
  if (!isZip(egg)) {
    if (body.length > LIMITS.metadataBytes) throw new LimitError(`${body.length} bytes of metadata`);
    return body;
  }
  for (const member of zipMembers(egg, LIMITS.archiveMembers)) {
    if (member.path === 'EGG-INFO/PKG-INFO') return zipContent(egg, member, LIMITS.metadataBytes);
  }
  throw new ParseError('an egg without EGG-INFO/PKG-INFO');
}

/** The folder that a metadata file describes a part of: `site-packages`, or the egg. */
export function siteOf(path: string): string {
  return dirname(/\/(?:METADATA|PKG-INFO)$/.test(path) ? dirname(path) : path);
}

/**
 * Name and version; undefined for a part of the interpreter. The first header of a name counts, and the first line that is no header ends them.
 * @throws ParseError without a usable name or version.
 */
export function parseMetadata(body: Uint8Array): PythonPackage | undefined {
  const headers = readHeaders(body, ['name', 'version']);
  const name = headers.get('name') ?? '';
  const version = headers.get('version') ?? '';
  if (!isToken(name) || !NAME.test(name)) throw new ParseError(`no usable package name (Name: ${quoted(name)})`);
  if (!isToken(version)) {
    throw new ParseError(`the package ${quoted(name)} has no usable version (Version: ${quoted(version)})`);
  }
  const normal = name.toLowerCase().replace(/[-_.]+/g, '-');
  return INTERPRETER.has(normal) ? undefined : { name: normal, version };
}

function isFolder(name: string, ending: string): boolean {
  return name.length > ending.length && name.endsWith(ending) && !name.startsWith('~');
}

/** The wanted headers, by their names in lower case. */
function readHeaders(body: Uint8Array, wanted: readonly string[]): ReadonlyMap<string, string> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const found = new Map<string, string>();
  let current: string | undefined;
  for (const line of linesOf(bytes)) {
    if (/^[ \t]/.test(line)) {
      // The value goes on. No name or version has a second line: with one it is not usable, whatever more follows.
      const value = current === undefined ? undefined : found.get(current);
      if (current !== undefined && value !== undefined && value.length <= TOKEN_LENGTH) {
        found.set(current, `${value}\n${line}`.trim());
      }
      continue;
    }
    const header = HEADER.exec(line);
    if (header === null) break;
    const [, name = '', value = ''] = header;
    const key = name.toLowerCase();
    current = wanted.includes(key) && !found.has(key) ? key : undefined;
    if (current !== undefined) found.set(current, value.trim());
  }
  return found;
}

const NEWLINE = 10;
/** Longest piece of a line that is looked at: names and versions are shorter than tokens may be. */
const LINE_BYTES = 2048;

function* linesOf(bytes: Buffer): Generator<string> {
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    const stop = bytes[end - 1] === 13 ? end - 1 : end;
    yield bytes.toString('utf8', start, Math.min(stop, start + LINE_BYTES));
    start = end + 1;
  }
}
