import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Buckets, leafOf, placeOf, TreeBuilder } from './tree.ts';

const rows = fc.uniqueArray(fc.tuple(fc.string(), fc.string()), { selector: ([key]) => key, maxLength: 60 });

/** The rows of the bucket that the place is in, as a table gives them. */
function leavesNear(place: number, buckets: Buckets, table: readonly (readonly [string, string])[]) {
  const [first, last] = buckets.span(place);
  return table
    .filter(([key]) => placeOf(key) >= first && placeOf(key) <= last)
    .sort((a, b) => placeOf(a[0]) - placeOf(b[0]))
    .map(([key, text]) => leafOf(key, text));
}

test('law: every bucket of the rows is right, and wrong with one row more, less or other', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 5 }), fc.string(), (table, rowsPerBucket, key) => {
      const builder = new TreeBuilder(rowsPerBucket);
      for (const [name, text] of table) assert.equal(builder.add(name, text), placeOf(name));
      const buckets = new Buckets(builder.digests());
      for (const place of [placeOf(key), ...table.map(([name]) => placeOf(name)), 0, 2 ** 32 - 1]) {
        const leaves = leavesNear(place, buckets, table);
        assert.equal(buckets.check(place, [...leaves, leafOf(key, 'more')]), false);
        assert.equal(buckets.check(place, leaves), true);
        assert.equal(buckets.isChecked(place), true);
        if (leaves.length > 0) assert.equal(buckets.check(place, leaves.slice(1)), false);
      }
    }),
  );
});

test('there are about as many buckets as were asked for', () => {
  const sizes = [0, 1, 2, 3, 1000].map((count) => {
    const builder = new TreeBuilder(4);
    for (let row = 0; row < count; row++) builder.add(`key ${row}`, '');
    return builder.digests().length / 32;
  });
  assert.deepEqual(sizes, [1, 1, 1, 1, 256]);
});
