// Reads os-release(5), and two older files that name a distribution where os-release is missing: Alpine's etc/alpine-release and Debian's
// etc/debian_version.
import { ParseError } from '../../../platform/errors.ts';
import type { OsRelease } from '../package.ts';

const ASSIGNMENT = /^([A-Z][A-Z0-9_]*)=(.*)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: os-release(5) forbids non-printable characters, and they would reach reports.
const NON_PRINTABLE = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * The identity in an os-release file. The last assignment of a variable counts, as in a shell; a value with non-printable characters does not.
 * Undefined for a file without an `ID`: os-release(5) then says `linux`, which names no distribution.
 * @throws ParseError when a file with content has no assignment at all.
 */
export function parseOsRelease(text: string): OsRelease | undefined {
  const values = new Map<string, string>();
  let assignments = 0;
  for (const line of text.split('\n')) {
    const match = ASSIGNMENT.exec(line.trim());
    if (match === null) continue;
    assignments += 1;
    const [, variable = '', written = ''] = match;
    const value = unquote(written);
    if (NON_PRINTABLE.test(value)) values.delete(variable);
    else values.set(variable, value);
  }
  if (assignments === 0 && text.trim() !== '') throw new ParseError('no line of the form NAME=VALUE');
  return release(values.get('ID'), values.get('VERSION_ID'), values.get('NAME'), values.get('VERSION_CODENAME'));
}

/** Alpine's one-line file: the version. */
export function parseAlpineRelease(text: string): OsRelease | undefined {
  const version = text.trim();
  return /^[0-9][0-9a-z._-]*$/.test(version) ? release('alpine', version, undefined, undefined) : undefined;
}

/** Debian's one-line file: `12.5`, or `trixie/sid` before trixie was released. */
export function parseDebianVersion(text: string): OsRelease | undefined {
  const line = text.trim();
  const major = /^(\d+)(\.\d+)*$/.exec(line)?.[1];
  if (major !== undefined) return release('debian', major, undefined, undefined);
  const codename = /^([a-z]+)(\/sid)?$/.exec(line)?.[1];
  return codename === undefined ? undefined : release('debian', undefined, undefined, codename);
}

/** Shell quoting, without expansion and without joined strings (os-release(5)). */
function unquote(written: string): string {
  const value = written.trim();
  const quote = value.charAt(0);
  if (value.length >= 2 && (quote === '"' || quote === "'") && value.endsWith(quote)) {
    const inner = value.slice(1, -1);
    return quote === "'" ? inner : inner.replace(/\\([$"\\`])/g, '$1');
  }
  return value.replace(/\\(.)/g, '$1');
}

function release(
  id: string | undefined,
  version: string | undefined,
  name: string | undefined,
  codename: string | undefined,
): OsRelease | undefined {
  if (id === undefined || id === '') return undefined;
  return {
    id: id.toLowerCase(),
    ...(version === undefined || version === '' ? {} : { version }),
    ...(name === undefined || name === '' ? {} : { name }),
    ...(codename === undefined || codename === '' ? {} : { codename }),
  };
}
