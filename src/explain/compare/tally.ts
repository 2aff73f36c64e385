// Adds changed cells up: −1 at the old state, +1 at the new one. Pure.
import { SEVERITY_LEVELS, type SeverityLevel } from '../../scan/advisory/advisory.ts';
import type { ThreeBases } from '../statistics.ts';
import { BASES, type Basis, type Change, type ChangedState, type Tallies } from './change.ts';

type Counts = Record<SeverityLevel | 'total' | 'fixable', number>;

/** What the changes of each basis add up to. */
export function tallyOf(changes: Iterable<Change>): Tallies {
  const sums = { instances: zeros(), distinct: zeros(), images: zeros() } satisfies Record<Basis, Counts>;
  for (const { basis, from, to } of changes) {
    if (from !== undefined) count(sums[basis], from, -1, basis);
    if (to !== undefined) count(sums[basis], to, 1, basis);
  }
  return sums;
}

/** Figures of B minus those of A. */
export function differenceOf(a: ThreeBases, b: ThreeBases): Tallies {
  const sums = { instances: zeros(), distinct: zeros(), images: zeros() } satisfies Record<Basis, Counts>;
  for (const basis of BASES) {
    const sum = sums[basis];
    sum.total = b[basis].total - a[basis].total;
    sum.fixable = b[basis].fixable - a[basis].fixable;
    for (const level of SEVERITY_LEVELS) sum[level] = b[basis][level].count - a[basis][level].count;
  }
  return sums;
}

/** Whether nothing is counted on any basis. */
export function isNothing(tallies: Tallies): boolean {
  return BASES.every((basis) => Object.values({ ...tallies[basis] }).every((value) => value === 0));
}

/** On `images` the cell `any` carries total and fixable, and a severity's cell its own count. */
function count(sum: Counts, { severity, fixable }: ChangedState, by: 1 | -1, basis: Basis): void {
  if (severity === 'any') {
    sum.total += by;
    if (fixable) sum.fixable += by;
    return;
  }
  sum[severity] += by;
  if (basis === 'images') return;
  sum.total += by;
  if (fixable) sum.fixable += by;
}

function zeros(): Counts {
  return { total: 0, critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0, fixable: 0 };
}
