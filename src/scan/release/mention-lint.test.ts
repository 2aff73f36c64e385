import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mention } from './mention.ts';
import { lintMentions } from './mention-lint.ts';

const A = `sha256:${'a'.repeat(64)}` as const;
const B = `sha256:${'b'.repeat(64)}` as const;

function mention(logical: string, line: number, more: Partial<Mention> = {}): Mention {
  return { logical, source: 'list', position: `list:${line}`, ...more };
}

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

test('one reference in two spellings is flagged, one spelling twice is not', () => {
  const alpine = 'docker.io/library/alpine:3';
  const lint = lintMentions([
    mention(alpine, 1, { written: 'alpine:3' }),
    mention(alpine, 2),
    mention(alpine, 3, { written: 'alpine:3' }),
    mention('docker.io/library/debian:12', 4, { written: 'debian:12' }),
    mention('docker.io/library/debian:12', 5, { written: 'debian:12' }),
  ]);
  assert.deepEqual(
    lint.map((verdict) => [verdict.check, verdict.subject, verdict.verdict, verdict.evidence]),
    [['two-spellings-one-name', alpine, 'warn', ['list:1 alpine:3', `list:2 ${alpine}`, 'list:3 alpine:3']]],
  );
});

test('places on disk are no names: two folders that are called alike are not flagged', () => {
  const place = (local: string, line: number) => mention(local, line, { local });
  assert.deepEqual(lintMentions([place('dir:old/alpine:3', 1), place('dir:new/alpine:3', 2)]), []);
});
