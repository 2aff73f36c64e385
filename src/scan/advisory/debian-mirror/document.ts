// The file that this feed keeps: changelogs of newer packages and where they came from. Made by gather.ts, read again whenever a set is built, so
// that the reading of changelogs may improve without another download.
import { ParseError } from '../../../platform/errors.ts';
import { fieldsOf, isFields, listOf, textOf, textsOf } from '../fields.ts';

/** A suite that was asked. */
export interface AskedSuite {
  readonly uri: string;
  readonly suite: string;
  /** ISO 8601 instants, as its Release file says. */
  readonly date?: string;
  readonly validUntil?: string;
  /** Fingerprints of the keys that signed the Release file, and of their primary keys. */
  readonly signedBy: readonly string[];
  /** Why the signature was not checked; such a suite is taken only on demand. */
  readonly unsigned?: string;
}

/** A source package that a suite has in a newer version than the target. */
export interface NewerPackage {
  readonly namespace: string;
  readonly source: string;
  /** The oldest version in the target. */
  readonly installed: string;
  /** The newest version of the suites. */
  readonly newest: string;
  /** Path and digest of the package that the changelog was read from; absent with `unread`. */
  readonly path?: string;
  readonly sha256?: string;
  readonly changelog?: string;
  /** Why there is no changelog. */
  readonly unread?: string;
}

/** Something about a suite or a release that makes less known than there could be. */
export interface GatherProblem {
  readonly reason: string;
  /** The suite or release. */
  readonly place: string;
}

/** What was gathered for some targets. */
export interface GatheredChangelogs {
  readonly suites: readonly AskedSuite[];
  /** `debian:12`; those of the targets that the suites speak of. */
  readonly namespaces: readonly string[];
  readonly packages: readonly NewerPackage[];
  readonly problems: readonly GatherProblem[];
}

const FORMAT = 'plimsoll-debian-mirror-1';

/** The document as text. */
export function writeGathered(gathered: GatheredChangelogs): string {
  return `${JSON.stringify({ format: FORMAT, ...gathered }, undefined, 1)}\n`;
}

/** @throws ParseError when the document is no such file; members that cannot be used are left out and reported by `skip`. */
export function readGathered(document: unknown, path: string, skip: (place: string) => void): GatheredChangelogs {
  const fields = fieldsOf(document);
  if (fields['format'] !== FORMAT) {
    throw new ParseError(`${path}: not a file of "plimsoll advisories update --feed debian-mirror"`);
  }
  const usable = <T>(list: unknown, what: string, read: (value: unknown) => T | undefined): readonly T[] =>
    listOf(list).flatMap((value, index) => {
      const one = read(value);
      if (one === undefined) skip(`${what} ${index + 1}`);
      return one ?? [];
    });
  return {
    suites: usable(fields['suites'], 'suite', readSuite),
    namespaces: textsOf(fields['namespaces']).filter((namespace) => /^debian:[a-z0-9]{1,20}$/.test(namespace)),
    packages: usable(fields['packages'], 'package', readPackage),
    problems: usable(fields['problems'], 'problem', readProblem),
  };
}

function readSuite(value: unknown): AskedSuite | undefined {
  if (!isFields(value)) return undefined;
  const uri = textOf(value['uri']);
  const suite = textOf(value['suite']);
  if (uri === undefined || suite === undefined) return undefined;
  return {
    uri,
    suite,
    ...given('date', value['date']),
    ...given('validUntil', value['validUntil']),
    signedBy: textsOf(value['signedBy']),
    ...given('unsigned', value['unsigned']),
  };
}

function readProblem(value: unknown): GatherProblem | undefined {
  if (!isFields(value)) return undefined;
  const reason = textOf(value['reason']);
  const place = textOf(value['place']);
  return reason === undefined || place === undefined ? undefined : { reason, place };
}

function readPackage(value: unknown): NewerPackage | undefined {
  if (!isFields(value)) return undefined;
  const namespace = textOf(value['namespace']);
  const source = textOf(value['source']);
  const installed = textOf(value['installed']);
  const newest = textOf(value['newest']);
  if (namespace === undefined || source === undefined || installed === undefined || newest === undefined)
    return undefined;
  return {
    namespace,
    source,
    installed,
    newest,
    ...given('path', value['path']),
    ...given('sha256', value['sha256']),
    ...given('changelog', value['changelog']),
    ...given('unread', value['unread']),
  };
}

function given<K extends string>(key: K, value: unknown): { readonly [P in K]?: string } {
  const text = textOf(value);
  return (text === undefined ? {} : { [key]: text }) as { readonly [P in K]?: string };
}
