import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { causeOf, FACTORS, type Factor, type Mixture, mixtureOf, takesB } from './factors.ts';

/** A cell that is there when the version installed is below the fix that the set knows. */
function zlibCell(content: [number, number], known: [number | undefined, number | undefined]) {
  return (mixture: Mixture): string | undefined => {
    const version = content[takesB(mixture, 'content') ? 1 : 0] ?? 0;
    const fix = known[takesB(mixture, 'advisories') ? 1 : 0];
    return fix !== undefined && version < fix ? `high, fixed in ${fix}` : undefined;
  };
}

test('a rebuilt image that still carries the old package gains a new vulnerability by its publication', () => {
  const state = zlibCell([11, 11], [undefined, 12]);
  assert.deepEqual(causeOf(['content', 'advisories'], state), { cause: 'advisories', also: [] });
});

test('a rebuilt image loses a vulnerability by its rebuild, when the fix was known before', () => {
  const state = zlibCell([11, 12], [12, 12]);
  assert.deepEqual(causeOf(['content', 'advisories'], state), { cause: 'content', also: [] });
});

test('a fix that is released and built in between: the rebuild, also the advisories', () => {
  const state = (mixture: Mixture): string | undefined => {
    const rebuilt = takesB(mixture, 'content');
    const released = takesB(mixture, 'advisories');
    return rebuilt && released ? undefined : released ? 'high, fixable' : 'high';
  };
  assert.deepEqual(causeOf(['advisories', 'content'], state), { cause: 'content', also: ['advisories'] });
});

test('an added image with a vulnerability that only the new set knows: the image, also the advisories', () => {
  const state = (mixture: Mixture): string | undefined =>
    takesB(mixture, 'membership') && takesB(mixture, 'advisories') ? 'high' : undefined;
  assert.deepEqual(causeOf(['membership', 'advisories'], state), { cause: 'membership', also: ['advisories'] });
});

test('a factor that differs without touching the cell is never named', () => {
  const state = (mixture: Mixture): string | undefined => (takesB(mixture, 'policy') ? 'medium' : 'high');
  assert.deepEqual(causeOf(FACTORS, state), { cause: 'policy', also: [] });
});

const differing = fc
  .subarray([...FACTORS], { minLength: 1, maxLength: 5 })
  .chain((factors) => fc.tuple(fc.constant(factors), fc.array(fc.nat(2), { minLength: 32, maxLength: 32 })));

/** Any function from mixtures to three states, given by a table over the subsets of the differing factors. */
function tableState(factors: readonly Factor[], table: readonly number[]) {
  return (mixture: Mixture): string | undefined => {
    let row = 0;
    for (const [bit, factor] of factors.entries()) if (takesB(mixture, factor)) row |= 1 << bit;
    const state = table[row];
    return state === 0 ? undefined : String(state);
  };
}

test('the cause is defined for every change, does what it says, and is the same with A and B exchanged', () => {
  fc.assert(
    fc.property(differing, ([factors, table]) => {
      const state = tableState(factors, table);
      const all = mixtureOf(factors);
      fc.pre(state(0) !== state(all));
      const cause = causeOf(factors, state);
      const set = mixtureOf([cause.cause, ...cause.also]);
      assert.equal(state(set), state(all), 'it turns A into B');
      assert.equal(state(all & ~set), state(0), 'it turns B into A');
      assert.deepEqual(
        causeOf(factors, (mixture) => state(all & ~mixture)),
        cause,
      );
    }),
    { numRuns: 20_000 },
  );
});
