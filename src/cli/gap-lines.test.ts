import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Gap } from '../platform/gap.ts';
import { gapLines } from './gap-lines.ts';

test('a line says where the gap is', () => {
  const gaps: readonly Gap[] = [
    {
      kind: 'file-unparsed',
      target: 'quay.io/a|linux/amd64',
      location: 'sha256:12:lib/apk/db/installed',
      reason: 'cut short',
    },
    { kind: 'no-feed', target: 'quay.io/a|linux/amd64', reason: 'none' },
  ];
  assert.deepEqual(gapLines(gaps), [
    'gap file-unparsed: quay.io/a|linux/amd64 sha256:12:lib/apk/db/installed: cut short',
    'gap no-feed: quay.io/a|linux/amd64: none',
  ]);
});

test('unreadable images are named up to a bound, of other kinds the first', () => {
  const many = (kind: Gap['kind'], count: number): readonly Gap[] =>
    Array.from({ length: count }, (_, index) => ({ kind, target: `image-${index}`, reason: 'gone' }));
  const lines = gapLines([...many('image-unreadable', 23), ...many('undecidable', 5)]);
  assert.equal(lines.length, 21);
  assert.equal(lines[0], 'gap image-unreadable: image-0: gone');
  assert.equal(lines[19], 'gap image-unreadable: image-19: gone (and 3 more)');
  assert.equal(lines[20], 'gap undecidable: image-0: gone (and 4 more)');
});
