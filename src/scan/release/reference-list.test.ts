import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseReferenceList } from './reference-list.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

test('references, comments and pins are read with their lines', () => {
  const text = `\ufeff# all images\r\nalpine:3.16\r\n\n  quay.io/org/app:1 # why\nr.io/a:1\tmirror.example/r.io/a@${DIGEST}\nr.io/b:1\tmirror.example/b:1\n`;
  assert.deepEqual(parseReferenceList(text, 'index.txt'), {
    references: [
      { logical: 'docker.io/library/alpine:3.16', written: 'alpine:3.16', line: 2 },
      { logical: 'quay.io/org/app:1', line: 4 },
      { logical: 'r.io/a:1', physical: `mirror.example/r.io/a@${DIGEST}`, digest: DIGEST, line: 5 },
      { logical: 'r.io/b:1', physical: 'mirror.example/b:1', line: 6 },
    ],
    gaps: [],
  });
});

test('an unreadable line is a gap with its place, the others count', () => {
  const { references, gaps } = parseReferenceList('Not A Reference\nalpine\na\tb\tc\nr.io/a\tNO\n', 'l.txt');
  assert.deepEqual(
    references.map((reference) => reference.logical),
    ['docker.io/library/alpine'],
  );
  assert.deepEqual(
    gaps.map((gap) => [gap.kind, gap.target, gap.location]),
    [
      ['file-unparsed', 'l.txt', 'line 1'],
      ['file-unparsed', 'l.txt', 'line 3'],
      ['file-unparsed', 'l.txt', 'line 4'],
    ],
  );
});

test('law: every line with content is a reference or a gap', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-zA-Z0-9./:@ -]{0,20}$/)), (lines) => {
      const { references, gaps } = parseReferenceList(lines.join('\n'), 'f');
      assert.equal(references.length + gaps.length, lines.filter((line) => line.trim() !== '').length);
    }),
  );
});
