// Which versions RustSec calls affected: those that none of the requirements under `patched` and `unaffected` holds. Requirements are Cargo's
// (https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html), read as intervals of semantic versions, pre-releases included.
import { semver } from '../../../versions/semver.ts';
import { VersionError } from '../../../versions/version-error.ts';
import type { AffectedRange } from '../advisory.ts';

/** An end of an interval; the version itself belongs to the interval when `inclusive`. */
interface Bound {
  readonly version: string;
  readonly inclusive: boolean;
}

/** An absent bound is open. */
interface Interval {
  readonly low?: Bound;
  readonly high?: Bound;
  readonly patched: boolean;
}

/** Shorter than any real list by far. */
const MAX_LENGTH = 1000;

/** The affected intervals, in order; undefined when a requirement cannot be read. */
export function affectedBy(
  patched: readonly string[],
  unaffected: readonly string[],
): readonly AffectedRange[] | undefined {
  const free: Interval[] = [];
  for (const [requirements, isPatched] of [
    [patched, true],
    [unaffected, false],
  ] as const) {
    for (const requirement of requirements) {
      const interval = intervalOf(requirement, isPatched);
      if (interval === undefined) return undefined;
      free.push(interval);
    }
  }
  return complement(free.sort(compareLow));
}

/** What lies between the free intervals. The beginning of a patched one is a fix, that of an unaffected one only an end. */
function complement(free: readonly Interval[]): readonly AffectedRange[] {
  const ranges: AffectedRange[] = [];
  // The end of all free intervals so far; undefined before the first version.
  let start: Bound | undefined;
  for (const { low, high, patched } of free) {
    if (low !== undefined && (start === undefined || isGap(start, low)))
      ranges.push({ ...from(start), ...to(low, patched) });
    if (high === undefined) return ranges;
    if (start === undefined || endsLater(high, start)) start = high;
  }
  return [...ranges, from(start)];
}

function from(end: Bound | undefined): AffectedRange {
  if (end === undefined) return {};
  return { introduced: end.inclusive ? successor(end.version) : end.version };
}

function to({ version, inclusive }: Bound, patched: boolean): AffectedRange {
  if (!inclusive) return { lastAffected: version };
  return patched ? { fixed: version } : { limit: version };
}

/** Whether a version lies behind the one interval's end and before the other's beginning. */
function isGap(end: Bound, low: Bound): boolean {
  const order = semver.compare(end.version, low.version);
  return order < 0 || (order === 0 && !end.inclusive && !low.inclusive);
}

function endsLater(a: Bound, b: Bound): boolean {
  const order = semver.compare(a.version, b.version);
  return order > 0 || (order === 0 && a.inclusive);
}

function compareLow(a: Interval, b: Interval): number {
  if (a.low === undefined || b.low === undefined) return Number(a.low !== undefined) - Number(b.low !== undefined);
  return semver.compare(a.low.version, b.low.version) || Number(b.low.inclusive) - Number(a.low.inclusive);
}

/** The interval of `>= 1.2, < 2.0`, `^1.2.3`, `~1.2`, `=1.2.3` or `1.2.3`, which is ^1.2.3. */
function intervalOf(requirement: string, patched: boolean): Interval | undefined {
  if (requirement.length > MAX_LENGTH) return undefined;
  let low: Bound | undefined;
  let high: Bound | undefined;
  for (const comparator of requirement.split(',')) {
    const match = /^\s*(>=|<=|>|<|=|\^|~)?\s*(\d[\w.+-]*)\s*$/.exec(comparator);
    const bounds = match === null ? undefined : boundsOf(match[1] ?? '^', match[2] ?? '');
    if (bounds === undefined) return undefined;
    if (bounds.low !== undefined && (low === undefined || isHigher(bounds.low, low))) low = bounds.low;
    if (bounds.high !== undefined && (high === undefined || endsLater(high, bounds.high))) high = bounds.high;
  }
  return { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }), patched };
}

function isHigher(a: Bound, b: Bound): boolean {
  const order = semver.compare(a.version, b.version);
  return order > 0 || (order === 0 && !a.inclusive);
}

type Bounds = { readonly low?: Bound; readonly high?: Bound };

function boundsOf(operator: string, text: string): Bounds | undefined {
  if (!isVersion(text)) return undefined;
  const parts = /^\d+(?:\.\d+)*/.exec(text)?.[0].split('.').map(Number) ?? [];
  const isWhole = parts.length === 3;
  const version = isWhole ? text : [...parts, 0, 0].slice(0, 3).join('.');
  const low = { version, inclusive: true };
  // A version without its last parts stands for all that begin so: > 1.2 is what follows all of 1.2.
  const nextOfKind = { version: before(parts, parts.length - 1), inclusive: false };
  switch (operator) {
    case '>=':
      return { low };
    case '>':
      return { low: isWhole ? { version, inclusive: false } : { ...nextOfKind, inclusive: true } };
    case '<':
      return { high: { version: isWhole ? version : `${version}-0`, inclusive: false } };
    case '<=':
      return { high: isWhole ? { version, inclusive: true } : nextOfKind };
    case '=':
      return { low, high: isWhole ? { version, inclusive: true } : nextOfKind };
    case '~':
      return { low, high: { version: before(parts, Math.min(parts.length - 1, 1)), inclusive: false } };
    default:
      return { low, high: { version: before(parts, caretPlace(parts)), inclusive: false } };
  }
}

/** Caret: the first part that is not zero may not change; 0.0 and 0 keep what is written. */
function caretPlace(parts: readonly number[]): number {
  const place = parts.findIndex((part) => part !== 0);
  return place === -1 ? parts.length - 1 : place;
}

/** The first version, pre-releases included, whose part at `place` is one higher: 2.0.0-0 is before all of 2.0.0. */
function before(parts: readonly number[], place: number): string {
  const kept = parts.slice(0, place + 1).map((part, index) => (index === place ? part + 1 : part));
  return `${[...kept, 0, 0].slice(0, 3).join('.')}-0`;
}

/** The lowest version above this one: the first pre-release of the next patch, or one more identifier behind a pre-release. */
function successor(version: string): string {
  const bare = version.replace(/\+.*$/, '');
  const [, start, patch] = /^(\d+\.\d+\.)(\d+)$/.exec(bare) ?? [];
  return start === undefined ? `${bare}.0` : `${start}${Number(patch) + 1}-0`;
}

function isVersion(text: string): boolean {
  try {
    semver.check(text);
    return true;
  } catch (error) {
    if (error instanceof VersionError) return false;
    throw error;
  }
}
