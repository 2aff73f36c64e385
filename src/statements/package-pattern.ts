// Patterns of package URLs: `pkg:apk/alpine/zlib`, `pkg:npm/%40angular/*@13.*`. Components: ECMA-427 (Package-URL) clause 5.
// Names compare without regard to case and, in pypi, to the kind of separator, as registries do; versions compare as they are.
import { fits } from './pattern.ts';

interface UrlParts {
  /** Type, namespace and name. */
  readonly name: string;
  readonly version?: string;
  readonly qualifiers: ReadonlyMap<string, string>;
}

/** Whether the package URL fits: its name; its version and each qualifier where the pattern has them. */
export function fitsPackage(pattern: string, purl: string): boolean {
  const wanted = partsOf(pattern);
  const installed = partsOf(purl);
  if (!fits(wanted.name, installed.name)) return false;
  if (wanted.version !== undefined && !fits(wanted.version, installed.version ?? '')) return false;
  return [...wanted.qualifiers].every(([key, value]) => fits(value, installed.qualifiers.get(key) ?? ''));
}

/** Whether the pattern names one version. */
export function namesVersion(pattern: string): boolean {
  const { version } = partsOf(pattern);
  return version !== undefined && version !== '' && !version.includes('*');
}

/** Type, namespace and name, decoded and in lower case. */
export function packageName(text: string): string {
  return partsOf(text).name;
}

const known = new Map<string, UrlParts>();
/** Package URLs that are remembered: an assessment asks about each of its packages once a statement. */
const KNOWN = 10_000;

function partsOf(text: string): UrlParts {
  const remembered = known.get(text);
  if (remembered !== undefined) return remembered;
  const parts = readParts(text);
  if (known.size >= KNOWN) known.clear();
  known.set(text, parts);
  return parts;
}

function readParts(text: string): UrlParts {
  const [withoutSubpath = ''] = text.split('#', 1);
  const question = withoutSubpath.indexOf('?');
  const path = question === -1 ? withoutSubpath : withoutSubpath.slice(0, question);
  // The `@` of an npm scope that is not encoded has a slash behind it.
  const at = path.lastIndexOf('@');
  const hasVersion = at > 0 && !path.includes('/', at);
  const name = decoded(hasVersion ? path.slice(0, at) : path).toLowerCase();
  const query = question === -1 ? '' : withoutSubpath.slice(question + 1);
  return {
    name: name.startsWith('pkg:pypi/') ? name.replace(/[-_.]+/g, '-') : name,
    ...(hasVersion ? { version: decoded(path.slice(at + 1)) } : {}),
    qualifiers: new Map(
      query
        .split('&')
        .filter((pair) => pair !== '')
        .map((pair) => {
          const equals = pair.indexOf('=');
          const key = equals === -1 ? pair : pair.slice(0, equals);
          return [key.toLowerCase(), equals === -1 ? '' : decoded(pair.slice(equals + 1))] as const;
        }),
    ),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
