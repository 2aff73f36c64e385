// Predicted against actual: what became of each instance that a plan said would go.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../platform/canonical.ts';
import type { Gap } from '../../platform/gap.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { outcomeOf } from './outcome.ts';
import { planOf } from './plan.ts';
import { releaseOf } from './test-release.ts';
import { outcomeSentence } from './words.ts';

const FOUND = ['os apk zlib CVE-2022-1001 high 2', 'os apk curl CVE-2022-1002 critical 2'];
const BEFORE = releaseOf(
  ['a', 'b', 'c', 'd'].map((repository) => ({ repository, layers: ['os', repository], found: FOUND })),
);
const PLAN = planOf(BEFORE, { severities: ['critical', 'high'], rebuildThirdParty: false });

/** The release with other images in some slots. */
function rebuilt(
  slots: readonly string[],
  change: (assessment: Assessment) => Assessment = (same) => same,
): Assessment {
  const isRebuilt = (slot: string): boolean => slots.some((name) => slot.startsWith(`${name}|`));
  return change({
    ...BEFORE,
    id: digestOf('after'),
    asOf: '2022-04-20',
    images: BEFORE.images.map((image) =>
      isRebuilt(image.slot) ? { ...image, digest: digestOf(`new ${image.slot}`) } : image,
    ),
    findings: BEFORE.findings.filter(({ slot }) => !isRebuilt(slot)),
  });
}

test('all rebuilt, all gone: every promise kept', () => {
  const outcome = outcomeOf(PLAN, rebuilt(['a', 'b', 'c', 'd']));
  assert.equal(outcome.predicted, 8);
  assert.equal(outcome.counts.removed, 8);
  assert.equal(outcomeSentence(outcome), 'Of 8 predicted removals 8 of 8 in rebuilt images are gone (100.0 %).');
});

test('what was not rebuilt, is still there, went with its image, or could not be judged is told apart', () => {
  const after = rebuilt(['a', 'b', 'c'], (release) => ({
    ...release,
    images: release.images
      .filter(({ slot }) => !slot.startsWith('c|'))
      .map((image) =>
        image.slot.startsWith('b|')
          ? {
              ...image,
              gaps: [{ kind: 'file-unparsed' as const, target: image.slot, location: 'x', reason: 'damaged' }],
            }
          : image,
      ),
    // a still has its curl, under an alias; d, as it was, no longer has zlib: withdrawn.
    findings: [
      ...BEFORE.findings
        .filter(({ slot, package: name }) => slot.startsWith('a|') && name === 'curl')
        .map((row) => ({ ...row, vulnerability: 'GHSA-x', aliases: ['CVE-2022-1002'] })),
      ...BEFORE.findings.filter(({ slot, package: name }) => slot.startsWith('d|') && name === 'curl'),
    ],
  }));
  const { counts, steps } = outcomeOf(PLAN, after);
  assert.deepEqual(counts, {
    removed: 1,
    'still-there': 1,
    'not-rebuilt': 1,
    withdrawn: 1,
    'image-gone': 2,
    'not-judged': 2,
  });
  assert.deepEqual(
    steps.flatMap(({ missed }) => missed.map(({ vulnerability }) => vulnerability)),
    ['CVE-2022-1002'],
  );
});

test('a broken file that was there before the rebuild hides nothing new, though it lies in another layer', () => {
  const broken = (layer: string, path: string): Gap => ({
    kind: 'file-unparsed',
    target: 'a|linux/amd64',
    location: `${digestOf(layer)}:${path}`,
    reason: 'no JSON',
  });
  const withGap = (release: Assessment, gap: Gap): Assessment => ({
    ...release,
    images: release.images.map((image) => (image.slot.startsWith('a|') ? { ...image, gaps: [gap] } : image)),
  });
  const plan = planOf(withGap(BEFORE, broken('old', 'srv/test/package.json')), PLAN.options);
  const kept = (path: string) => outcomeOf(plan, withGap(rebuilt(['a', 'b', 'c', 'd']), broken('new', path))).counts;
  assert.equal(kept('srv/test/package.json')['not-judged'], 0);
  assert.equal(kept('lib/apk/db/installed')['not-judged'], 2);
});

test('an unread image and the starter set prove no absence', () => {
  const unread = rebuilt(['a'], (release) => ({
    ...release,
    images: release.images.map(({ digest, ...image }) =>
      image.slot.startsWith('a|') || digest === undefined ? image : { ...image, digest },
    ),
  }));
  assert.equal(outcomeOf(PLAN, unread).counts['not-judged'], 2);
  const starter = rebuilt(['a'], (release) => ({ ...release, advisorySet: { ...release.advisorySet, starter: true } }));
  assert.equal(outcomeOf(PLAN, starter).counts['not-judged'], 2);
});

test('what a rebuilt image brought was introduced, what is only known since was not', () => {
  const [row] = BEFORE.findings;
  assert.ok(row !== undefined);
  const critical = { ...row, severity: 'critical' as const };
  const after = rebuilt(['a'], (release) => ({
    ...release,
    findings: [
      ...release.findings,
      { ...critical, vulnerability: 'CVE-2022-9998', package: 'zlib', purl: 'pkg:apk/alpine/zlib@1' },
      { ...critical, vulnerability: 'CVE-2022-9999', package: 'perl', purl: 'pkg:apk/alpine/perl@5' },
    ],
  }));
  assert.deepEqual(outcomeOf(PLAN, after).introduced, [{ slot: 'a|linux/amd64', vulnerability: 'CVE-2022-9999' }]);
});
