// Whether an advisory's versions hold an installed one. Three answers: text that is no version in its scheme cannot be ordered.
// Intervals follow the OSV schema's events: `introduced` and
// `last_affected` include, `fixed` and `limit` exclude; "0" is before all versions.
import { compareVersions, isValidVersion } from '../../versions/compare.ts';
import type { Order } from '../../versions/order.ts';
import type { VersionScheme } from '../../versions/scheme.ts';
import { VersionError } from '../../versions/version-error.ts';
import type { Advisory, AffectedRange } from '../advisory/advisory.ts';

/** `unknown`: a version cannot be ordered, and the answer depends on it. */
export type Answer = 'yes' | 'no' | 'unknown';

/** A version with the scheme that orders it. */
export interface Versioned {
  /** Version of the source package where advisories are about that. */
  readonly version: string;
  readonly scheme: VersionScheme;
  /** The installed package itself, for advisories that are about it. */
  readonly binary?: { readonly version: string };
}

/** The installed version that the advisory speaks of. */
export function versionOf({ binary }: Advisory, installed: Versioned): string {
  return (binary === true ? installed.binary?.version : undefined) ?? installed.version;
}

/** Whether the advisory's intervals or listed versions hold the version. An advisory without either is about all versions. */
export function covers(advisory: Advisory, installed: Versioned): Answer {
  const { ranges, versions = [] } = advisory;
  if (ranges.length === 0 && versions.length === 0) return 'yes';
  const { scheme } = installed;
  const version = versionOf(advisory, installed);
  if (versions.includes(version)) return 'yes';
  let answer: Answer = versions.length > 0 && !isValidVersion(scheme, version) ? 'unknown' : 'no';
  for (const range of ranges) {
    const held = holds(range, version, scheme);
    if (held === 'yes') return 'yes';
    if (held === 'unknown') answer = 'unknown';
  }
  return answer;
}

/** Order of two versions, or undefined when one of them is no version of the scheme. */
export function orderOf(scheme: VersionScheme, a: string, b: string): Order | undefined {
  try {
    return compareVersions(scheme, a, b);
  } catch (error) {
    if (error instanceof VersionError) return undefined;
    throw error;
  }
}

function holds(range: AffectedRange, version: string, scheme: VersionScheme): Answer {
  const { introduced, fixed, lastAffected, limit } = range;
  const bounds: Answer[] = [];
  if (introduced !== undefined && introduced !== '0') {
    bounds.push(answerOf(orderOf(scheme, version, introduced), (order) => order >= 0));
  }
  for (const end of [fixed, limit]) {
    if (end !== undefined) bounds.push(answerOf(orderOf(scheme, version, end), (order) => order < 0));
  }
  if (lastAffected !== undefined) bounds.push(answerOf(orderOf(scheme, version, lastAffected), (order) => order <= 0));
  if (bounds.includes('no')) return 'no';
  return bounds.includes('unknown') ? 'unknown' : 'yes';
}

function answerOf(order: Order | undefined, test: (order: Order) => boolean): Answer {
  if (order === undefined) return 'unknown';
  return test(order) ? 'yes' : 'no';
}
