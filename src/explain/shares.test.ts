import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatPercent, percentages, percentOf } from './shares.ts';

function tenths(shares: readonly number[]): number {
  return shares.reduce((sum, share) => sum + Math.round(share * 10), 0);
}

describe('percentages', () => {
  const rows: readonly [readonly number[], readonly number[]][] = [
    [
      [1, 1, 1],
      [33.4, 33.3, 33.3],
    ],
    [
      [2, 1],
      [66.7, 33.3],
    ],
    [
      [1, 0, 0],
      [100, 0, 0],
    ],
    [
      [0, 0],
      [0, 0],
    ],
    [[], []],
    [
      [1, 9999],
      [0, 100],
    ],
    [
      [18, 111, 2017, 2307],
      [0.4, 2.5, 45.3, 51.8],
    ],
    [
      [22, 151, 1906, 2374],
      [0.5, 3.4, 42.8, 53.3],
    ],
  ];
  for (const [counts, shares] of rows) {
    it(`of ${JSON.stringify(counts)} are ${JSON.stringify(shares)}`, () =>
      assert.deepEqual(percentages(counts), shares));
  }

  const counts = fc.array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 8 });

  it('add to exactly 100.0 unless there is nothing', () => {
    fc.assert(
      fc.property(counts, (given) => {
        assert.equal(tenths(percentages(given)), given.some((count) => count > 0) ? 1000 : 0);
      }),
    );
  });

  it('are never off the true share by a whole tenth', () => {
    fc.assert(
      fc.property(counts, (given) => {
        const total = given.reduce((sum, count) => sum + count, 0);
        fc.pre(total > 0);
        for (const [index, share] of percentages(given).entries()) {
          assert.ok(Math.abs(share - ((given[index] ?? 0) * 100) / total) < 0.1 + 1e-9);
        }
      }),
    );
  });

  it('keep the order of the counts', () => {
    fc.assert(
      fc.property(counts, (given) => {
        const shares = percentages(given);
        for (const [i, a] of given.entries()) {
          for (const [j, b] of given.entries()) if (a > b) assert.ok((shares[i] ?? 0) >= (shares[j] ?? 0));
        }
      }),
    );
  });
});

describe('a single share', () => {
  it('is rounded half up to a tenth, and 0 of nothing', () => {
    assert.deepEqual([percentOf(1, 3), percentOf(1, 16), percentOf(0, 5), percentOf(0, 0)], [33.3, 6.3, 0, 0]);
  });
});

describe('a printed share', () => {
  const rows: readonly [number, number, string][] = [
    [0, 0, '0.0'],
    [1, 0, '<0.1'],
    [1, 0.1, '0.1'],
    [9999, 100, '100.0'],
    [5, 41.2, '41.2'],
  ];
  for (const [count, percent, text] of rows) {
    it(`${count} at ${percent} is ${text}`, () => assert.equal(formatPercent({ count, percent }), text));
  }
});
