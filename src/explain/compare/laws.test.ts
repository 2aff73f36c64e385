// The laws of a comparison, over random releases, sets and dates: the sums hold, and A and B can be exchanged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assessmentOfWorld, setOf, type World, worlds } from '../../../test/support/comparison-worlds.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { statisticsOf, type ThreeBases } from '../statistics.ts';
import { BASES, type Basis, type Change, type ChangedState, inverseLabel, type Tallies } from './change.ts';
import { type Comparison, compareAssessments } from './compare.ts';
import { differenceOf, tallyOf } from './tally.ts';

const RUNS = Number(process.env.PLIMSOLL_LAW_RUNS ?? 3000);

/** A renamed image, a statement that names only its new name, a vulnerability that is withdrawn, and another date: found at random once. */
const RENAMED = ((): readonly [World, World] => {
  const unread = { name: 0, tag: 1, versions: undefined, damaged: false };
  const statement = { vulnerability: 2, image: 1, package: undefined, line: undefined } as const;
  const record = { severity: 'critical', ghsa: 'no', feed: 'debian-tracker' } as const;
  const kept = { ...record, vulnerability: 1, package: 0, fixed: 2 };
  const side = {
    withOsv: false,
    version: '1.2.0',
    statements: [{ ...statement, status: 'not_affected', expires: 5 }],
  } as const;
  return [
    {
      ...side,
      images: [unread, { name: 2, tag: 1, versions: [2, 0, 3], damaged: false }],
      records: [kept, { ...record, vulnerability: 2, package: 0, fixed: 9 }],
      day: 2,
      asOf: 4,
    },
    {
      ...side,
      images: [unread, { name: 1, tag: 1, versions: [2, 0, 3], damaged: false }],
      records: [kept],
      day: 1,
      asOf: 5,
    },
  ];
})();

function compared([a, b]: readonly [World, World], withSets: boolean): Comparison {
  const sets = [setOf(a), setOf(b)] as const;
  const from = { assessment: assessmentOfWorld(a, sets[0]), ...(withSets ? { set: sets[0] } : {}) };
  const to = { assessment: assessmentOfWorld(b, sets[1]), ...(withSets ? { set: sets[1] } : {}) };
  return compareAssessments(from, to);
}

function added(tallies: readonly Tallies[]): Tallies {
  const sum = structuredClone(tallyOf([])) as unknown as Record<Basis, Record<string, number>>;
  for (const tally of tallies) {
    for (const basis of BASES) {
      for (const [key, value] of Object.entries(tally[basis])) sum[basis][key] = (sum[basis][key] ?? 0) + value;
    }
  }
  return sum as unknown as Tallies;
}

/** Counts by severity and fix that `difference` does not show. */
function finer(figures: ThreeBases): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const basis of BASES) {
    counts[`${basis} fully`] = figures[basis].fullyFixable;
    for (const level of SEVERITY_LEVELS) {
      counts[`${basis} ${level} fixable`] = figures[basis][level].fixable;
      counts[`${basis} ${level} fully`] = figures[basis][level].fullyFixable;
    }
  }
  return counts;
}

/** Adds a change to finer counts of A. */
function apply(counts: Record<string, number>, { basis, from, to }: Change): void {
  const step = (state: ChangedState | undefined, by: number): void => {
    if (state === undefined) return;
    const add = (key: string) => {
      counts[key] = (counts[key] ?? 0) + by;
    };
    if (state.severity === 'any' || basis !== 'images') if (state.fullyFixable) add(`${basis} fully`);
    if (state.severity === 'any') return;
    if (state.fixable) add(`${basis} ${state.severity} fixable`);
    if (state.fullyFixable) add(`${basis} ${state.severity} fully`);
  };
  step(from, -1);
  step(to, 1);
}

for (const withSets of [true, false]) {
  const how = withSets ? 'with both sets' : 'from the assessments alone';

  test(`${how}: the causes add up to the difference on every basis, and so do severities with their fix states`, () => {
    fc.assert(
      fc.property(worlds, (pair) => {
        const comparison = compared(pair, withSets);
        const { a, b, causes, difference, changes } = comparison;
        assert.deepEqual(added(causes.map((cause) => cause.difference)), difference);
        assert.deepEqual(differenceOf(statisticsOf(a), statisticsOf(b)), difference, 'recounted');
        const counts = finer(statisticsOf(a));
        for (const change of changes) apply(counts, change);
        assert.deepEqual(counts, finer(statisticsOf(b)));
        for (const { from, to } of changes) assert.notDeepEqual(from, to);
        const cells = changes.map(({ basis, cell }) => `${basis} ${cell}`);
        assert.equal(new Set(cells).size, cells.length, 'a cell changes once');
      }),
      { numRuns: RUNS },
    );
  });

  test(`${how}: exchanging A and B negates counts and inverts labels`, () => {
    fc.assert(
      fc.property(worlds, ([a, b]) => {
        const forward = compared([a, b], withSets);
        const backward = compared([b, a], withSets);
        const told = (changes: readonly Change[], invert: boolean) =>
          changes
            .map(({ basis, from, to, cause, label, also }) =>
              JSON.stringify(
                invert
                  ? [basis, to ?? null, from ?? null, cause, inverseLabel(label), also]
                  : [basis, from ?? null, to ?? null, cause, label, also],
              ),
            )
            .sort();
        assert.deepEqual(told(backward.changes, true), told(forward.changes, false));
      }),
      { numRuns: RUNS, examples: [[RENAMED]] },
    );
  });
}

test('nothing differs: nothing is changed', () => {
  fc.assert(
    fc.property(worlds, ([a]) => {
      assert.deepEqual(compared([a, a], true).changes, []);
    }),
    { numRuns: 200 },
  );
});

test('what was published is what is evaluated again: the method changes nothing', () => {
  fc.assert(
    fc.property(worlds, (pair) => {
      const { method } = compared(pair, true);
      assert.deepEqual(method, { from: tallyOf([]), to: tallyOf([]) });
    }),
    { numRuns: 500 },
  );
});
