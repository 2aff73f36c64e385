import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rpm } from '../../../versions/rpm.ts';
import type { AffectedRange } from '../advisory.ts';
import { affectedRanges, type FixedBuild } from './ranges.ts';

function isAffected(version: string, ranges: readonly AffectedRange[]): boolean {
  return ranges.some(({ introduced, fixed, limit }) => {
    const end = fixed ?? limit;
    return (
      (introduced === undefined || rpm.compare(version, introduced) >= 0) &&
      (end === undefined || rpm.compare(version, end) < 0)
    );
  });
}

test('a fix frees its own minor release, later ones need their own', () => {
  const ranges = affectedRanges([
    { version: '7.76.1-26.el9_3.2', extended: false },
    { version: '7.76.1-14.el9_0.9', extended: true },
    { version: '7.76.1-23.el9_2.4', extended: false },
  ]);
  assert.deepEqual(ranges, [
    { limit: '7.76.1-14.el9_0.9' },
    { introduced: '7.76.1-14.el9_1', fixed: '7.76.1-23.el9_2.4' },
    { introduced: '7.76.1-23.el9_3', fixed: '7.76.1-26.el9_3.2' },
  ]);
  const answers = {
    '7.76.1-14.el9': true,
    '7.76.1-14.el9_0.8': true,
    '7.76.1-14.el9_0.9': false,
    '7.76.1-19.el9_1.2': true,
    '7.76.1-23.el9': true,
    '7.76.1-23.el9_2.3': true,
    '7.76.1-23.el9_2.4': false,
    '7.76.1-23.el9_2.5': false,
    '7.76.1-26.el9': true,
    '7.76.1-26.el9_3.2': false,
    '7.76.1-29.el9': false,
  };
  for (const [version, expected] of Object.entries(answers))
    assert.equal(isAffected(version, ranges), expected, version);
});

test('builds of modules, epochs, odd releases', () => {
  const ranges = (...versions: readonly string[]) =>
    affectedRanges(versions.map((version) => ({ version, extended: false })));
  assert.deepEqual(ranges('12.20-1.module+el8.10.0+22214+9beb89d6', '12.20-1.module+el8.8.0+22245+25697bde'), [
    { fixed: '12.20-1.module+el8.8.0+22245+25697bde' },
    { introduced: '12.20-1.module+el8.9', fixed: '12.20-1.module+el8.10.0+22214+9beb89d6' },
  ]);
  assert.deepEqual(ranges('32:9.8.2-0.62.rc1.el6_9.5', '32:9.8.2-0.68.rc1.el6_10.3')[1], {
    introduced: '32:9.8.2-0.62.rc1.el6_10',
    fixed: '32:9.8.2-0.68.rc1.el6_10.3',
  });
  // Without a minor release nothing tells the two apart: below the higher one is affected.
  assert.deepEqual(ranges('1.0-1.el9', '1.0-2.el9'), [{ fixed: '1.0-1.el9' }, { fixed: '1.0-2.el9' }]);
  assert.deepEqual(
    ranges('1.0-1.el9_2', '1.0-1.el9_2', 'x y'),
    [{ fixed: '1.0-1.el9_2' }],
    'once, and what is no version not at all',
  );
});

test('fixes for subscribers only leave later builds affected; those beyond the last public fix say nothing', () => {
  const extended = (version: string): FixedBuild => ({ version, extended: true });
  assert.deepEqual(affectedRanges([extended('1.0-5.el7_9.3')]), [
    { limit: '1.0-5.el7_9.3' },
    { introduced: '1.0-5.el7_10' },
  ]);
  assert.deepEqual(affectedRanges([{ version: '1.0-5.el8_4.1', extended: false }, extended('1.0-7.el8_6.1')]), [
    { fixed: '1.0-5.el8_4.1' },
  ]);
  assert.deepEqual(affectedRanges([extended('1.0-5.el8_4.1'), { version: '1.0-5.el8_4.1', extended: false }]), [
    { fixed: '1.0-5.el8_4.1' },
  ]);
  assert.deepEqual(affectedRanges([]), [{}]);
});

/** A release's history: minor releases with the build that each begins with, and the update that fixed it, if any. */
const HISTORY = fc
  .array(
    fc.record({
      // How much further the package is than in the minor release before; 0: taken over.
      ahead: fc.integer({ min: 0, max: 2 }),
      fix: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      extended: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .filter((minors) => minors.some(({ fix }) => fix !== undefined));

test('law: in any history of minor releases an update has the fix of its own, or comes after the last', () => {
  fc.assert(
    fc.property(HISTORY, (minors) => {
      const builds: FixedBuild[] = [];
      const updates: { readonly version: string; readonly affected: boolean }[] = [];
      const last = minors.findLastIndex(({ fix }) => fix !== undefined);
      let base = 10;
      for (const [minor, { ahead, fix, extended }] of minors.entries()) {
        base += ahead;
        if (fix !== undefined)
          builds.push({ version: `1.0-${base}.el9_${minor}.${fix}`, extended: extended && minor < last });
        if (ahead > 0) updates.push({ version: `1.0-${base}.el9`, affected: minor <= last });
        for (let update = 1; update <= 4; update += 1) {
          const affected = minor <= last && (fix === undefined || update < fix);
          updates.push({ version: `1.0-${base}.el9_${minor}.${update}`, affected });
        }
      }
      const ranges = affectedRanges(builds);
      for (const { version, affected } of updates) assert.equal(isAffected(version, ranges), affected, version);
    }),
    { numRuns: 1000 },
  );
});
