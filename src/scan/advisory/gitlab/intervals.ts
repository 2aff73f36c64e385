// The member `affected_range` of an advisory: a condition on versions in the ecosystem's own way of writing. Maven writes interval lists,
// [2.0,2.3.1],[2.4.0,2.12.2); the others comparators, >=2.2,<2.2.21||>=3.1 <3.1.9, "||" being or, a comma or a space and.
// Source: https://gitlab.com/gitlab-org/security-products/gemnasium-db, README, "affected_range".

/** An end of an interval; the version itself belongs to the interval when `inclusive`. */
export interface Bound {
  readonly version: string;
  readonly inclusive: boolean;
}

/** An absent bound is open. */
export interface Interval {
  readonly low?: Bound;
  readonly high?: Bound;
}

/** Longer than any real condition by far. */
const MAX_LENGTH = 10_000;
const LISTED = /\s*([[(])([^,[\]()]*)(?:,([^,[\]()]*))?([\])])\s*,?/y;
const COMPARATOR = /\s*,?\s*(>=|<=|==|>|<|=)?\s*([^\s,<>=|]+)\s*/y;

/** The intervals of a condition, in its order; an empty condition holds for all versions. Undefined for one that cannot be read. */
export function readIntervals(condition: unknown): readonly Interval[] | undefined {
  if (typeof condition !== 'string') return undefined;
  const text = condition.trim();
  if (text === '') return [{}];
  if (text.length > MAX_LENGTH) return undefined;
  return /^[[(]/.test(text) ? readList(text) : readAlternatives(text);
}

function readList(text: string): readonly Interval[] | undefined {
  const intervals: Interval[] = [];
  for (LISTED.lastIndex = 0; LISTED.lastIndex < text.length; ) {
    const match = LISTED.exec(text);
    const interval = match === null ? undefined : listed(match);
    if (interval === undefined) return undefined;
    intervals.push(interval);
  }
  return intervals;
}

/** `[1.0]` is one version; `(,2)` and `[,2)` begin before all. */
function listed([, open, first = '', second, close]: RegExpExecArray): Interval | undefined {
  const low = { version: first.trim(), inclusive: open === '[' };
  if (second === undefined) {
    return open === '[' && close === ']' && low.version !== '' ? { low, high: low } : undefined;
  }
  const high = { version: second.trim(), inclusive: close === ']' };
  return { ...(low.version === '' ? {} : { low }), ...(high.version === '' ? {} : { high }) };
}

function readAlternatives(text: string): readonly Interval[] | undefined {
  const intervals: Interval[] = [];
  for (const alternative of text.split('||')) {
    const read = readComparators(alternative);
    if (read === undefined) return undefined;
    for (const interval of read) intervals.push(interval);
  }
  return intervals.length === 0 ? undefined : intervals;
}

/** Comparators that hold together; several versions named with "=" can only be meant as alternatives. */
function readComparators(text: string): readonly Interval[] | undefined {
  let low: Bound | undefined;
  let high: Bound | undefined;
  const exact: Interval[] = [];
  for (COMPARATOR.lastIndex = 0; COMPARATOR.lastIndex < text.length; ) {
    const match = COMPARATOR.exec(text);
    if (match === null) return text.trim() === '' ? [] : undefined;
    const [, operator = '=', version = ''] = match;
    const bound = { version, inclusive: operator.endsWith('=') };
    if (operator === '=' || operator === '==') exact.push({ low: bound, high: bound });
    else if (operator.startsWith('>')) {
      if (low !== undefined) return undefined;
      low = bound;
    } else {
      if (high !== undefined) return undefined;
      high = bound;
    }
  }
  const isBounded = low !== undefined || high !== undefined;
  if (exact.length > 0) return isBounded ? undefined : exact;
  return isBounded ? [{ ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) }] : [];
}
