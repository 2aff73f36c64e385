import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Digest, digestOf } from '../../platform/canonical.ts';
import type { AssessedImage } from '../../scan/assess/assessment.ts';
import { assignSlots } from '../../scan/release/slots.ts';
import { imageOf } from '../test-assessment.ts';
import { type PairingHints, pairSlots } from './pair-slots.ts';

const PLATFORM = 'linux/amd64';
const NO_HINTS: PairingHints = { baseOf: () => undefined };

/** Images of a release: `reference`, `reference=content` or `reference=content+chart`. */
function images(...entries: readonly string[]): readonly AssessedImage[] {
  const parsed = entries.map((entry) => {
    const [logical = '', rest = ''] = entry.split('=');
    const [content = '', chart] = rest.split('+');
    return { logical, content, charts: chart === undefined ? [] : [`platform/${chart}:1.0`], platform: PLATFORM };
  });
  const slots = assignSlots(parsed);
  return parsed.map(({ logical, content, charts }, index) => ({
    ...imageOf(slots[index] ?? ''),
    logical,
    charts,
    digest: digestOf(content === '' ? logical : content),
  }));
}

/** The pairs as `logical of A -> logical of B`, `-` for none. */
function pairsOf(a: readonly AssessedImage[], b: readonly AssessedImage[], hints = NO_HINTS): readonly string[] {
  return pairSlots(a, b, hints).pairs.map((pair) => `${pair.a?.logical ?? '-'} -> ${pair.b?.logical ?? '-'}`);
}

test('one tag of a repository on each side is one slot, whatever the tags', () => {
  assert.deepEqual(pairsOf(images('quay.io/etcd:3.4'), images('quay.io/etcd:3.5')), [
    'quay.io/etcd:3.4 -> quay.io/etcd:3.5',
  ]);
});

test('of several tags equal ones pair first, then those of one chart, then from the newest down', () => {
  assert.deepEqual(
    pairsOf(
      images('quay.io/pause:3.1=a+dns', 'quay.io/pause:3.2', 'quay.io/pause:3.9', 'quay.io/pause:3.10'),
      images('quay.io/pause:3.2', 'quay.io/pause:3.6=b+dns', 'quay.io/pause:3.11'),
    ),
    [
      'quay.io/pause:3.10 -> quay.io/pause:3.11',
      'quay.io/pause:3.2 -> quay.io/pause:3.2',
      'quay.io/pause:3.1 -> quay.io/pause:3.6',
      'quay.io/pause:3.9 -> -',
    ],
  );
});

test('a second tag that comes does not make the first one new', () => {
  assert.deepEqual(pairsOf(images('quay.io/pause:3.2'), images('quay.io/pause:3.2', 'quay.io/pause:3.6')), [
    'quay.io/pause:3.2 -> quay.io/pause:3.2',
    '- -> quay.io/pause:3.6',
  ]);
});

test('one removed and one added name with one digest is a rename; with two candidates it is none', () => {
  const renamed = pairSlots(images('dtr.dev/old:1=same'), images('quay.io/new:1=same'), NO_HINTS);
  assert.deepEqual(
    renamed.pairs.map(({ slot, renamed }) => ({ slot, renamed })),
    [{ slot: `quay.io/new|${PLATFORM}`, renamed: true }],
  );
  assert.equal(pairsOf(images('dtr.dev/old:1=same'), images('quay.io/x:1=same', 'quay.io/y:1=same')).length, 3);
});

test('a declared rename pairs different contents, too', () => {
  const hints = { ...NO_HINTS, renames: new Map([['dtr.dev/old', 'quay.io/new']]) };
  assert.deepEqual(pairsOf(images('dtr.dev/old:1'), images('quay.io/new:2'), hints), [
    'dtr.dev/old:1 -> quay.io/new:2',
  ]);
});

test('one removed and one added name on one base are only suspected', () => {
  const { pairs, suspectedRenames } = pairSlots(images('dtr.dev/old:1'), images('quay.io/new:1'), {
    baseOf: () => digestOf('base'),
  });
  assert.equal(pairs.length, 2);
  assert.deepEqual(suspectedRenames, [{ from: `dtr.dev/old|${PLATFORM}`, to: `quay.io/new|${PLATFORM}` }]);
});

const release = fc
  .uniqueArray(fc.tuple(fc.nat(3), fc.nat(12)), { maxLength: 8, selector: String })
  .chain((names) => fc.tuple(fc.constant(names), fc.array(fc.nat(4), { minLength: 8, maxLength: 8 })))
  .map(([names, contents]) =>
    images(...names.map(([name, tag], index) => `quay.io/i${name}:${tag}=c${contents[index]}+c${tag % 3}`)),
  );

test('every image is in exactly one pair, and exchanging the releases gives the same pairs', () => {
  fc.assert(
    fc.property(release, release, (a, b) => {
      const hints = { baseOf: (image: Digest) => image };
      const { pairs } = pairSlots(a, b, hints);
      assert.deepEqual(new Set(pairs.flatMap((pair) => pair.a ?? [])), new Set(a));
      assert.deepEqual(new Set(pairs.flatMap((pair) => pair.b ?? [])), new Set(b));
      assert.equal(pairs.length, a.length + b.length - pairs.filter((pair) => pair.a && pair.b).length);
      const forward = pairs.map((pair) => `${pair.a?.slot} ${pair.b?.slot}`).sort();
      const backward = pairSlots(b, a, hints).pairs.map((pair) => `${pair.b?.slot} ${pair.a?.slot}`);
      assert.deepEqual(backward.sort(), forward);
    }),
    { numRuns: 3000 },
  );
});
