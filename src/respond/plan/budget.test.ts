// Laws of the budgeted choice, against a search through all choices.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bestChoice, byWorth } from './budget.ts';
import type { BudgetItem } from './tally.ts';

const items = fc.array(
  fc.record({
    weight: fc.integer({ min: 1, max: 5 }),
    needs: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  { maxLength: 12 },
);

function closedBy(chosen: readonly number[], all: readonly BudgetItem[]): number {
  return all
    .filter(({ needs }) => needs.every((actions) => actions.some((action) => chosen.includes(action))))
    .reduce((sum, { weight }) => sum + weight, 0);
}

function mostClosed(all: readonly BudgetItem[], size: number): number {
  let most = 0;
  for (let subset = 0; subset < 2 ** 8; subset += 1) {
    const chosen = Array.from({ length: 8 }, (_, action) => action).filter((action) => (subset >> action) & 1);
    if (chosen.length <= size) most = Math.max(most, closedBy(chosen, all));
  }
  return most;
}

test('the choice is the best of all of its size, also where items need several actions', () => {
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 8 }), (all, size) => {
      const choice = bestChoice(all, size);
      assert.ok(choice.chosen.length <= size);
      assert.equal(choice.closed, closedBy(choice.chosen, all));
      assert.equal(choice.closed, mostClosed(all, size));
      assert.equal(choice.exact, true);
      assert.equal(choice.atMost, choice.closed);
    }),
    { numRuns: 300 },
  );
});

test('an action without which as much is closed is not chosen, however large the budget', () => {
  const each = (needs: BudgetItem['needs']): BudgetItem => ({ weight: 1, needs });
  assert.equal(bestChoice([each([[0, 2]]), each([[0, 1]]), each([[1, 2]])], 3).chosen.length, 2);
  // What closes something only together with what the budget leaves out is no help.
  assert.deepEqual(bestChoice([each([[0]]), each([[0]]), each([[1], [2], [3]])], 3).chosen, [0]);
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 8 }), (all, size) => {
      const { chosen, closed } = bestChoice(all, size);
      for (const action of chosen) {
        const others = chosen.filter((other) => other !== action);
        assert.ok(closedBy(others, all) < closed);
      }
    }),
    { numRuns: 100 },
  );
});

test('one action more never closes less', () => {
  fc.assert(
    fc.property(items, (all) => {
      const closed = [1, 2, 3, 4, 5, 6, 7, 8].map((size) => bestChoice(all, size).closed);
      assert.deepEqual(
        closed,
        closed.toSorted((a, b) => a - b),
      );
    }),
    { numRuns: 100 },
  );
});

/** 60 actions, of which each closes a few items alone and shares others: too many choices to look through. */
const MANY: readonly BudgetItem[] = Array.from({ length: 300 }, (_, at) => ({
  weight: 1 + (at % 3),
  needs: at % 5 === 0 ? [[at % 60], [(at * 7 + 3) % 60]] : [[at % 60, (at * 13 + 1) % 60]],
}));

test('of many actions the choice is bounded, grows with the budget, and its bound holds for the sizes that can be checked', () => {
  let before = 0;
  for (const size of [1, 2, 3, 4, 6, 10, 30, 60]) {
    const { chosen, closed, atMost, exact } = bestChoice(MANY, size);
    assert.equal(closed, closedBy(chosen, MANY));
    assert.ok(closed >= before, `${size}: ${closed} after ${before}`);
    assert.ok(closed <= atMost);
    if (exact) assert.equal(closed, atMost);
    before = closed;
  }
  assert.equal(before, closedBy([...Array(60).keys()], MANY));
});

test('the order of worth keeps the choice, and puts first what closes most', () => {
  const all: readonly BudgetItem[] = [
    { weight: 1, needs: [[0]] },
    { weight: 3, needs: [[2]] },
    { weight: 5, needs: [[1], [0]] },
  ];
  // Alone, 2 closes three; then 0 closes one, and with it 1 closes five.
  assert.deepEqual(byWorth([0, 1, 2], all), [2, 0, 1]);
});
