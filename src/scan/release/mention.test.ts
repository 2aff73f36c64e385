import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countReferences, imagesNotTaken, imagesOf, type Mention } from './mention.ts';

const A = `sha256:${'a'.repeat(64)}` as const;
const B = `sha256:${'b'.repeat(64)}` as const;

function mention(logical: string, line: number, more: Partial<Mention> = {}): Mention {
  return { logical, source: 'list', position: `list:${line}`, ...more };
}

test('mentions of one reference become one image with all places, charts and the first pin', () => {
  const images = imagesOf(
    [
      mention('r.io/b:1', 1),
      mention('r.io/a:1', 2, { chart: 'm/y:1', source: 'map' }),
      mention('r.io/a:1', 3, { chart: 'm/x:1' }),
      mention('r.io/a:1', 4, { physical: `m.io/a@${A}`, digest: A, local: 'dir:a', localDigest: B }),
      mention(`r.io/c@${B}`, 5),
    ],
    ['r.io/b'],
  );
  assert.deepEqual(images, [
    {
      logical: 'r.io/a:1',
      physical: `m.io/a@${A}`,
      digest: A,
      local: 'dir:a',
      origin: 'third-party',
      charts: ['m/x:1', 'm/y:1'],
      sources: ['list', 'map'],
    },
    { logical: 'r.io/b:1', origin: 'own', charts: [], sources: ['list'] },
    { logical: `r.io/c@${B}`, digest: B, origin: 'third-party', charts: [], sources: ['list'] },
  ]);
});

test('references and names are counted once', () => {
  assert.deepEqual(countReferences(['r.io/a:1', 'r.io/a:2', 'r.io/a:1', 'localhost:5000/b']), {
    explicitReferences: 3,
    imageNames: 2,
  });
});

test('another image under a reference that has one already is a gap, the same one is not', () => {
  const gaps = imagesNotTaken([
    mention('r.io/a:1', 1),
    mention('r.io/a:1', 2, { local: 'dir:a', localDigest: A }),
    mention('r.io/a:1', 3, { local: 'dir:same', localDigest: A }),
    mention('r.io/a:1', 4, { local: 'dir:other', localDigest: B }),
  ]);
  assert.deepEqual(gaps, [
    {
      kind: 'not-scanned',
      target: 'r.io/a:1',
      location: 'list:4',
      reason: 'dir:other is another image under this reference; dir:a is taken',
    },
  ]);
});
