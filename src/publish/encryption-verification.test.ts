// The proof over a cluster in its forms: hostile names are text, figures add up over members, and bars say in words what they draw.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundleInput, testPage } from '../../test/support/sample-bundle.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { verifyResult } from '../operate/encryption/verify/result.ts';
import { verificationOf } from '../operate/encryption/verify/verification.ts';
import { type BundleFile, bundleOf, ENCRYPTION_FILE } from './bundle/contents.ts';
import { verificationTitle, writerFigures } from './encryption-verification.ts';
import { barChart } from './html/bar-chart.ts';
import { encryptionVerificationHtml } from './html/encryption-verification.ts';
import { publishedEncryption } from './published-encryption.ts';
import { checkSection } from './site/checks.ts';
import { encryptionVerificationText } from './terminal/encryption-verification.ts';

const HOSTILE = '"><img src=x onerror=alert(1)>\u001b[31m';
const PLAIN = { current: 1, old: 2, deleted: 3, free: 4, wal: 0 };
const holding = {
  files: 1,
  bytes: 4096,
  writers: [
    { writer: `aescbc:${HOSTILE}`, current: 5, old: 0, deleted: 0, wal: 0 },
    { writer: 'identity', current: 1, old: 2, deleted: 3, wal: 0 },
  ],
  plaintext: PLAIN,
  orphanPages: 0,
  lastRevision: 9,
  problems: [HOSTILE],
};
const log = { ...holding, writers: [], plaintext: { ...PLAIN, current: 0, old: 0, deleted: 0, free: 0, wal: 6 } };
const facts = ['1', '2'].map((member) => ({
  member,
  cluster: '7',
  at: '2022-05-01T00:00:00.000Z',
  resources: ['secrets'],
  database: holding,
  log,
  hasRaftSnapshot: true,
}));
const backups = [{ name: HOSTILE, problem: HOSTILE }];
const result = verifyResult(verificationOf({ resources: ['secrets'], facts, backups }), 'plimsoll encryption verify');

test('figures are those of all members, and free pages are counted of plain text alone', () => {
  assert.equal(
    verificationTitle(result),
    'plaintext-found: secrets in plain text in 4 places of 2 members and 1 backup',
  );
  assert.deepEqual(
    writerFigures(result).map(({ counts }) => counts),
    [
      { current: 10, old: 0, deleted: 0, wal: 0 },
      { current: 2, old: 4, deleted: 6, free: 8, wal: 0 },
    ],
  );
});

test('hostile names are text on the page and in the terminal', () => {
  const page = encryptionVerificationHtml(result, { script: '', style: '' });
  assert.ok(!page.includes('<img') && !page.includes('\u001b'));
  assert.match(page, /&lt;img/);
  const text = encryptionVerificationText(result, { color: false, columns: 80, unicode: true });
  assert.ok(!text.includes('\u001b'));
  for (const line of text.split('\n')) assert.ok([...line].length <= 80, line);
});

test('a bar is as long as its share, is seen when it is small, and is said in words', () => {
  const bars = [
    { name: 'a', value: 1000 },
    { name: 'b', value: 1 },
    { name: 'c', value: 0 },
  ];
  const svg = barChart({ title: 'key', ink: 'critical', bars, highest: 2000 });
  assert.match(svg, /aria-label="key: 1000 a, 1 b, 0 c"/);
  assert.deepEqual(
    [...svg.matchAll(/<rect [^>]* width="(\d+)"/g)].map(([, width]) => width),
    ['89', '2'],
  );
});

test('in a bundle the proof is a page and a file; names and reasons are told inside the house alone', () => {
  const json = JSON.stringify({ schemaVersion: 1, ...result });
  const filesFor = (isInside: boolean): readonly BundleFile[] =>
    bundleOf({ ...bundleInput({}), encryption: publishedEncryption(json, isInside) }, testPage).files;
  const textIn = (files: readonly BundleFile[], name: string): string =>
    String(files.find(({ path }) => path === name)?.content);
  const [open, inside] = [filesFor(false), filesFor(true)];
  const validate = resultValidator('published-encryption-1');
  for (const files of [open, inside]) {
    const text = textIn(files, ENCRYPTION_FILE);
    assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors));
    assert.deepEqual(JSON.parse(text).plaintext, { current: 2, old: 4, deleted: 6, free: 8, wal: 12 });
    assert.match(textIn(files, 'index.html'), /href="encryption\.html"/);
    assert.ok(!textIn(files, 'encryption.html').includes('<img'));
  }
  assert.deepEqual(
    JSON.parse(textIn(open, ENCRYPTION_FILE)).writers.map(({ writer }: { writer: string }) => writer),
    ['aescbc', 'identity'],
  );
  for (const name of [ENCRYPTION_FILE, 'encryption.html']) {
    assert.ok(!textIn(open, name).includes('onerror'), `${name} tells a name of the inside`);
    assert.ok(textIn(inside, name).includes('onerror'), `${name} tells it nowhere, so that this test cannot fail`);
  }
  for (const wrong of ['{', '{}', JSON.stringify({ ...JSON.parse(json), results: [{}] })]) {
    assert.throws(() => publishedEncryption(wrong, true), { code: 'parse' });
  }
});

test('in a bundle there are counts by check and verdict; reasons are told inside the house alone', () => {
  const json = JSON.stringify({ schemaVersion: 1, ...result });
  const about = { assessment: 'sha256:0', withReasons: false };
  const open = checkSection('Encryption at rest', json, about);
  assert.equal(open.verdict, 'plaintext-found');
  assert.deepEqual(open.rows, [
    { check: 'etcd-backup', verdict: 'no-evidence', number: 1 },
    { check: 'etcd-database', verdict: 'fail', number: 2 },
    { check: 'etcd-log', verdict: 'fail', number: 2 },
    { check: 'etcd-members', verdict: 'no-evidence', number: 1 },
  ]);
  assert.match(
    JSON.stringify(checkSection('Encryption at rest', json, { ...about, withReasons: true })),
    /in plain text/,
  );
});
