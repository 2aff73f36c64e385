import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { needsShared, sharedPath } from '../../test/support/needs.ts';
import { checkPrintedShares } from './printed-shares.ts';
import { percentages } from './shares.ts';

describe('a printed line of shares', () => {
  const rows: readonly [string, readonly number[], boolean][] = [
    ['2022-04-06 as printed: 102.6', [3, 5.5, 41.2, 52.9], false],
    ['2022-04-06 with .3: 99.9', [0.3, 5.5, 41.2, 52.9], true],
    ['2022-04-20: 100.0', [0.5, 3.4, 42.8, 53.3], true],
    ['2022-03-16: 99.9', [0.2, 1.7, 46.3, 51.7], true],
    ['the last that rounding explains, above', [25.1, 25.1, 25, 25], true],
    ['the first that it does not, above', [25.1, 25.1, 25.1, 25], false],
    ['the last that rounding explains, below', [24.9, 24.9, 25, 25], true],
    ['the first that it does not, below', [24.9, 24.9, 24.9, 25], false],
    ['three classes bear 0.15', [33.3, 33.3, 33.3], true],
    ['a negative share', [-1, 101], false],
    ['a share that is no number', [Number.NaN, 100], false],
    ['no shares at all', [], false],
  ];
  for (const [name, shares, ok] of rows) it(name, () => assert.equal(checkPrintedShares(shares).ok, ok));

  it('says what it adds to', () => {
    const { sum, tolerance, reason } = checkPrintedShares([3, 5.5, 41.2, 52.9]);
    assert.deepEqual([sum, tolerance], [102.6, 0.2]);
    assert.equal(reason, 'the shares add to 102.6, 2.6 off 100; rounding of 4 classes allows 0.2');
  });

  it('is accepted when every share was rounded honestly', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 10_000 }), { minLength: 1, maxLength: 6 }), (counts) => {
        const total = counts.reduce((sum, count) => sum + count, 0);
        fc.pre(total > 0);
        assert.ok(checkPrintedShares(counts.map((count) => Math.round((count * 1000) / total) / 10)).ok);
        assert.ok(checkPrintedShares(percentages(counts)).ok);
      }),
    );
  });

  it('in all minutes with four classes only one is wrong', needsShared('data/csm/sig'), () => {
    const wrong: string[] = [];
    let lines = 0;
    for (const file of readdirSync(sharedPath('data/csm/sig'))
      .filter((name) => name.endsWith('.md'))
      .sort()) {
      for (const line of readFileSync(sharedPath(`data/csm/sig/${file}`), 'utf8').split('\n')) {
        const shares = [...line.matchAll(/([0-9]*\.?[0-9]+)% (?:critical|high|medium|low)/g)].map(([, share]) =>
          Number(share),
        );
        if (shares.length !== 4) continue;
        lines += 1;
        if (!checkPrintedShares(shares).ok) wrong.push(file);
      }
    }
    assert.deepEqual([lines, wrong], [8, ['2022-04-06.md']]);
  });
});
