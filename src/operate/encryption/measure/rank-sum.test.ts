// The rank sum test against every division counted one by one, and against published critical values.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leastProbability, quantileOf, rankSumProbability, shiftOf } from './rank-sum.ts';

test('the probability is that of all divisions counted one by one, ties or not: a law', () => {
  const sample = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(sample, sample, (first, second) => {
      assert.ok(Math.abs(rankSumProbability(first, second) - countedProbability(first, second)) < 1e-12);
    }),
    { numRuns: 60 },
  );
});

// Critical values of U for two sides at 5 percent (Mann and Whitney's tables as extended by Auble, 1953): the largest U that still counts.
for (const [size, critical] of [
  [4, 0],
  [5, 2],
  [8, 13],
  [10, 23],
  [20, 127],
] as const) {
  test(`two samples of ${size}: U of ${critical} counts at 5 percent, and one more does not`, () => {
    assert.ok(rankSumProbability(...samplesWith(critical, size)) <= 0.05);
    assert.ok(rankSumProbability(...samplesWith(critical + 1, size)) > 0.05);
  });
}

test('it does not matter which sample is first, nor on which scale both are', () => {
  const sample = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(sample, sample, (first, second) => {
      const probability = rankSumProbability(first, second);
      assert.ok(Math.abs(rankSumProbability(second, first) - probability) < 1e-12);
      const squares = (values: readonly number[]): number[] => values.map((value) => value * value);
      assert.equal(rankSumProbability(squares(first), squares(second)), probability);
      assert.equal(shiftOf(second, first) + shiftOf(first, second), 0);
    }),
    { numRuns: 60 },
  );
});

test('four rounds cannot tell three operations apart, five can', () => {
  assert.equal(leastProbability(3, 3), 0.1);
  assert.ok(leastProbability(4, 4) > 0.05 / 3);
  assert.ok(leastProbability(5, 5) < 0.05 / 3);
  assert.equal(rankSumProbability([], [1]), 1);
});

test('quantiles and shifts', () => {
  assert.deepEqual(
    [0, 0.25, 0.5, 1].map((q) => quantileOf([4, 1, 3, 2], q)),
    [1, 1.75, 2.5, 4],
  );
  assert.equal(shiftOf([1, 2, 3], [11, 12, 300]), 10);
  assert.ok(Number.isNaN(quantileOf([], 0.5)));
});

/** Every choice of places for the first sample, by its bits. */
function countedProbability(first: readonly number[], second: readonly number[]): number {
  const all = [...first, ...second];
  const rank = (value: number): number =>
    all.filter((other) => other < value).length + (all.filter((other) => other === value).length + 1) / 2;
  const ranks = all.map(rank);
  const sumOf = (bits: number): number => ranks.reduce((sum, one, place) => sum + ((bits >> place) & 1) * one, 0);
  const middle = (first.length * (all.length + 1)) / 2;
  const observed = Math.abs(sumOf((1 << first.length) - 1) - middle);
  let [total, extreme] = [0, 0];
  for (let bits = 0; bits < 1 << all.length; bits += 1) {
    if (bits.toString(2).replaceAll('0', '').length !== first.length) continue;
    total += 1;
    if (Math.abs(sumOf(bits) - middle) >= observed - 1e-9) extreme += 1;
  }
  return extreme / total;
}

/** Two samples of one size without ties, with so many pairs in which the second one is smaller. */
function samplesWith(u: number, size: number): [readonly number[], readonly number[]] {
  const second = Array.from({ length: size }, (_, index) => {
    // Each value of the second sample stands below some values of the first.
    const below = Math.min(size, Math.max(0, u - index * size));
    return size - below + (index + 1) / (2 * size);
  });
  return [Array.from({ length: size }, (_, index) => index + 0.9), second];
}
