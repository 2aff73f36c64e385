import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { displayWidth } from '../../platform/printable.ts';
import type { Release } from '../../scan/release/release.ts';
import { renderRelease } from './release.ts';

const text = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.stringMatching(/^[a-z0-9./:-]{1,90}$/),
  fc.constant('\x1b[2J'),
  fc.constant('映像'),
);
const texts = fc.array(text, { maxLength: 3 });
const count = fc.nat(1000);
const release: fc.Arbitrary<Release> = fc.record({
  name: text,
  version: text,
  target: text,
  images: fc.array(
    fc.record({
      logical: text,
      origin: fc.constantFrom('own' as const, 'third-party' as const),
      charts: texts,
      sources: texts,
    }),
    { maxLength: 4 },
  ),
  charts: fc.array(fc.record({ manifest: text, chart: text, version: text, release: text, namespace: text }), {
    maxLength: 4,
  }),
  counts: fc.record({
    explicitReferences: count,
    imageNames: count,
    chartEntries: count,
    chartReleases: count,
    charts: count,
    namespaces: count,
    precacheEntries: count,
  }),
  lint: fc.array(
    fc.record({
      check: text,
      subject: text,
      verdict: fc.constantFrom('warn' as const, 'fail' as const),
      evidence: texts,
      reason: text,
    }),
    { maxLength: 3 },
  ),
  gaps: fc.array(fc.record({ kind: fc.constant('not-scanned' as const), target: text, reason: text }), {
    maxLength: 3,
  }),
});

const EMPTY: Release = {
  name: 'a',
  version: '1',
  target: 'images:a',
  images: [],
  charts: [],
  counts: {
    explicitReferences: 0,
    imageNames: 0,
    chartEntries: 0,
    chartReleases: 0,
    charts: 0,
    namespaces: 0,
    precacheEntries: 0,
  },
  lint: [],
  gaps: [],
};

test('law: no line is wider than the terminal, and no text from outside moves the cursor', () => {
  fc.assert(
    fc.property(release, fc.integer({ min: 40, max: 200 }), (given, columns) => {
      for (const line of renderRelease(given, { columns, color: false }).split('\n')) {
        assert.ok(displayWidth(line) <= columns, `${displayWidth(line)} of ${columns}: ${line}`);
        assert.doesNotMatch(line, /\p{Cc}/u);
      }
    }),
    { numRuns: 300 },
  );
});

test('of a pin the start of its digest is shown, of an image under another name the whole place', () => {
  const digest = `sha256:${'ab'.repeat(32)}` as const;
  const image = { origin: 'own', digest, charts: ['platform/a:1'], sources: ['index.txt'] } as const;
  const rows = renderRelease(
    {
      ...EMPTY,
      images: [
        { ...image, logical: 'quay.io/a:1', physical: `quay.io/a@${digest}` },
        { ...image, logical: 'quay.io/b:1', physical: `mirror.example/quay.io/b@${digest}`, charts: [] },
        { ...image, logical: `quay.io/c@${digest}`, physical: `quay.io/c@${digest}` },
      ],
    },
    { columns: Infinity, color: false },
  );
  assert.match(rows, /^ {2}quay\.io\/a:1 +own {2}pinned {2}platform\/a:1 {2}sha256:abababababab$/m);
  assert.match(
    rows,
    new RegExp(`^  quay\\.io/b:1 +own  pinned  as mirror\\.example/quay\\.io/b@${digest}  index\\.txt$`, 'm'),
  );
  assert.match(rows, new RegExp(`^  quay\\.io/c@${digest}  own  pinned  platform/a:1$`, 'm'));
});

test('headings are bold only when colours are wanted', () => {
  assert.ok(renderRelease(EMPTY, { columns: 80, color: true }).startsWith('\x1b[1ma 1\x1b[22m\n'));
  assert.equal(
    renderRelease(EMPTY, { columns: 80, color: false }),
    'a 1\nimages:a\n\n0 images: 0 own, 0 third-party; 0 pinned, 0 on disk\n0 explicit references under 0 names\n',
  );
});
