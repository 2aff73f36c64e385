// Whether a finding can be fixed, and with which version: from the intervals of the records that decide.
// Rules: docs/guide/counting.md, "Fixable".
import type { VersionScheme } from '../../versions/scheme.ts';
import type { Advisory, FixState } from '../advisory/advisory.ts';
import { covers, orderOf, type Versioned } from './covers.ts';

/** The fix of a finding. */
export interface Fix {
  readonly fixedIn?: string;
  readonly fixState: FixState;
}

/** States without a fix that can be installed, the most telling first. */
const UNFIXED = ['subscription', 'deferred', 'will-not-fix', 'not-fixed'] as const satisfies readonly FixState[];

/**
 * The fix that the records of one or several feeds name for an installed version that some of them hold.
 * A fixed version counts when no record still holds it; feeds that disagree so widely that none is left are asked one by one. A record
 * whose `fixState` is `subscription` has its fixed versions behind a subscription: they are used only when there is no other.
 */
export function fixOf(records: readonly Advisory[], installed: Versioned): Fix {
  const free = fixedVersion(records, installed, ({ fixState }) => fixState !== 'subscription');
  if (free !== undefined) return { fixedIn: free, fixState: 'fixed' };
  const paid = fixedVersion(records, installed, ({ fixState }) => fixState === 'subscription');
  if (paid !== undefined) return { fixedIn: paid, fixState: 'subscription' };
  const holding = records.filter((record) => covers(record, installed) === 'yes');
  return { fixState: UNFIXED.find((state) => holding.some(({ fixState }) => fixState === state)) ?? 'unknown' };
}

/** The lowest version that a wanted record fixes and that all records leave free; else the lowest that its own feed leaves free. */
function fixedVersion(
  records: readonly Advisory[],
  installed: Versioned,
  isWanted: (record: Advisory) => boolean,
): string | undefined {
  const candidates = (said: readonly Advisory[]) => laterFixes(said.filter(isWanted), installed);
  const clear = (said: readonly Advisory[]) =>
    candidates(said).find((version) => isFree(version, said, installed.scheme));
  const agreed = clear(records);
  if (agreed !== undefined) return agreed;
  const single: string[] = [];
  for (const said of Map.groupBy(records, ({ feed }) => feed).values()) {
    const version = clear(said);
    if (version !== undefined) single.push(version);
  }
  return ordered(single, installed.scheme)[0];
}

/** Fixed versions above the installed one, lowest first. */
function laterFixes(records: readonly Advisory[], { version, scheme }: Versioned): readonly string[] {
  const fixes = new Set<string>();
  for (const { ranges } of records) {
    for (const { fixed } of ranges) if (fixed !== undefined && orderOf(scheme, fixed, version) === 1) fixes.add(fixed);
  }
  return ordered([...fixes], scheme);
}

function isFree(version: string, records: readonly Advisory[], scheme: VersionScheme): boolean {
  return records.every((record) => covers(record, { version, scheme }) !== 'yes');
}

/** Equal versions in different spellings keep a fixed order, so that the result does not depend on the order of records. */
function ordered(versions: readonly string[], scheme: VersionScheme): readonly string[] {
  return versions.toSorted((a, b) => orderOf(scheme, a, b) || (a < b ? -1 : a > b ? 1 : 0));
}
