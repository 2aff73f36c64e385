// Whether a finding can be fixed, and with which version: from the intervals of the records that decide.
// Rules: docs/guide/counting.md, "Fixable".

import { compareText } from '../../platform/order.ts';
import type { VersionScheme } from '../../versions/scheme.ts';
import type { Advisory, FixState } from '../advisory/advisory.ts';
import { covers, orderOf, type Versioned, versionOf } from './covers.ts';

/** The fix of a finding. */
export interface Fix {
  readonly fixedIn?: string;
  readonly fixState: FixState;
}

/** States without a fixed version, the most telling first. */
const UNFIXED = ['subscription', 'deferred', 'will-not-fix', 'not-fixed'] as const satisfies readonly FixState[];

/**
 * The fix for an installed version that has the vulnerability: the lowest fixed version above it in which `isAffected`, asked for all that
 * feeds say, is false. Feeds may disagree so widely that there is none; then the lowest that the feed which names it leaves free.
 * `records` are those that decide. Where none of them names a fix, that of the weaker feeds that call the version affected, too, holds: the
 * fixed version is there, whatever the deciding feed has not noted yet.
 */
export function fixOf(
  records: readonly Advisory[],
  weaker: readonly Advisory[],
  installed: Versioned,
  isAffected: (version: string) => boolean,
): Fix {
  const agreed = laterFixes(records, installed).find((version) => !isAffected(version));
  const fixedIn = agreed ?? fixOfOneFeed(records, installed) ?? fixOfOneFeed(weaker, installed);
  if (fixedIn !== undefined) return { fixedIn, fixState: 'fixed' };
  const holding = records.filter((record) => covers(record, installed) === 'yes');
  return { fixState: UNFIXED.find((state) => holding.some(({ fixState }) => fixState === state)) ?? 'unknown' };
}

/** The lowest later version that a feed names as fixed and holds affected in none of its records. */
export function fixOfOneFeed(records: readonly Advisory[], installed: Versioned): string | undefined {
  const { scheme } = installed;
  const versions: string[] = [];
  for (const said of Map.groupBy(records, ({ feed }) => feed).values()) {
    const isFree = (version: string) => said.every((record) => covers(record, { version, scheme }) !== 'yes');
    const version = laterFixes(said, installed).find(isFree);
    if (version !== undefined) versions.push(version);
  }
  return ordered(versions, scheme)[0];
}

/** Fixed versions above the installed one, lowest first. */
function laterFixes(records: readonly Advisory[], installed: Versioned): readonly string[] {
  const { scheme } = installed;
  const fixes = new Set<string>();
  for (const record of records) {
    const version = versionOf(record, installed);
    for (const { fixed } of record.ranges) {
      if (fixed !== undefined && orderOf(scheme, fixed, version) === 1) fixes.add(fixed);
    }
  }
  return ordered([...fixes], scheme);
}

/** Equal versions in different spellings keep a fixed order, so that the result does not depend on the order of records. */
function ordered(versions: readonly string[], scheme: VersionScheme): readonly string[] {
  return versions.toSorted((a, b) => orderOf(scheme, a, b) || compareText(a, b));
}
