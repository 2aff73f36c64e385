import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countReferences, imagesOf, lintMentions, type Mention } from './mention.ts';

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

test('one tag under two names is flagged, two tags of one name are not', () => {
  const lint = lintMentions([
    mention('k8s.gcr.io/coredns:v1.8.0', 138),
    mention('k8s.gcr.io/coredns/coredns:v1.8.0', 143),
    mention('k8s.gcr.io/coredns:v1.8.0', 200),
    mention('k8s.gcr.io/pause:1', 1),
    mention('k8s.gcr.io/pause:2', 2),
    mention('a.io/x', 3),
    mention('b.io/x', 4),
  ]);
  assert.deepEqual(
    lint.map((verdict) => [verdict.check, verdict.subject, verdict.verdict, verdict.evidence]),
    [
      [
        'same-tag-two-names',
        'coredns:v1.8.0',
        'warn',
        [
          'list:138 k8s.gcr.io/coredns:v1.8.0',
          'list:143 k8s.gcr.io/coredns/coredns:v1.8.0',
          'list:200 k8s.gcr.io/coredns:v1.8.0',
        ],
      ],
    ],
  );
});

test('one digest under two names is flagged once, from pins, references and trees', () => {
  const checks = (...mentions: readonly Mention[]): readonly string[] =>
    lintMentions(mentions).map((verdict) => verdict.check);
  assert.deepEqual(checks(mention('r.io/a:1', 1, { digest: A }), mention('r.io/b:2', 2, { digest: A })), [
    'same-digest-two-names',
  ]);
  assert.deepEqual(checks(mention(`r.io/a@${A}`, 1), mention('r.io/b:2', 2, { localDigest: A })), [
    'same-digest-two-names',
  ]);
  const both = { digest: A, physical: `m.io/x@${A}` };
  assert.deepEqual(
    checks(
      mention('r.io/a:1', 1, both),
      mention('r.io/b:2', 2, both),
      mention('r.io/a:1', 3, { localDigest: B }),
      mention('r.io/b:2', 4, { localDigest: B }),
    ),
    ['same-digest-two-names'],
  );
  assert.deepEqual(checks(mention('r.io/a:1', 1, { digest: A }), mention('r.io/a:1', 2, { digest: A })), []);
});

test('one reference with two pins is a failure', () => {
  const [verdict] = lintMentions([
    mention('r.io/a:1', 1, { physical: `m.io/a@${A}`, digest: A }),
    mention('r.io/a:1', 2, { physical: `m.io/a@${B}`, digest: B }),
  ]);
  assert.deepEqual([verdict?.check, verdict?.verdict, verdict?.subject], ['two-pins-one-name', 'fail', 'r.io/a:1']);
});
