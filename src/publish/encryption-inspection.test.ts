// The forms of an inspection: what a reader of each must find, and that names from etcd are text in all of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resultValidator } from '../../test/support/schemas.ts';
import type { Inspection } from '../operate/encryption/inspect/inspection.ts';
import { encryptionInspectionHtml } from './html/encryption-inspection.ts';
import { encryptionInspectionJson } from './json/encryption-inspection.ts';
import { encryptionInspectionText } from './terminal/encryption-inspection.ts';

const HOSTILE = '/registry/secrets/demo/<img src=x>\u001b[31m';

const inspection: Inspection = {
  verdict: 'plaintext-found',
  resources: ['secrets'],
  files: [
    {
      path: 'monday.db.gz',
      kind: 'snapshot',
      bytes: 20_512,
      packed: 'gzip',
      revisions: 12,
      lastRevision: 13,
      compactedRevision: 4,
      values: { current: { 'aescbc:key1': 3 }, old: { identity: 2 }, deleted: {} },
      plaintext: { reachable: 2, free: 6, wal: 0 },
      writers: [
        { writer: 'aescbc:key1', current: 3, old: 0, deleted: 0, wal: 0, firstRevision: 9, lastRevision: 13 },
        { writer: 'identity', current: 0, old: 2, deleted: 0, wal: 0, firstRevision: 5, lastRevision: 6 },
      ],
      places: [
        { area: 'old', offset: 9000, key: HOSTILE, revision: 5 },
        ...[1, 2, 3, 4, 5, 6].map((number) => ({ area: 'free' as const, offset: 10_000 + number })),
      ],
      opened: {
        right: 2,
        wrong: 1,
        places: [{ reason: 'swapped', key: HOSTILE, revision: 9, writer: 'aescbc:key1', holds: 'demo/other' }],
      },
    },
  ],
  gaps: [{ kind: 'file-unparsed', target: 'monday.db.gz', reason: 'page 7 is reached twice' }],
  notExamined: [{ what: 'audit logs', why: 'they may hold Secrets' }],
  next: [{ command: 'etcdctl defrag', reason: 'free pages' }],
};

test('a terminal shows the verdict, the counts, the first places and what to do', () => {
  const text = encryptionInspectionText(inspection, { color: false, columns: 100 });
  assert.equal(
    text,
    `─◯─ plaintext-found: 1 of 1 examined file holds secrets in plain text

monday.db.gz: snapshot, 20,512 bytes unpacked, 12 revisions, compacted up to 4
  current values  aescbc:key1 3
  earlier values  identity 2
  of deleted keys none
  in plain text   2 within reach, 6 in free pages
    earlier value: /registry/secrets/demo/<img src=x>\\u{1b}[31m, revision 5, byte 9,000
    free page: without its key, byte 10,001
    free page: without its key, byte 10,002
    free page: without its key, byte 10,003
    free page: without its key, byte 10,004
    and 3 more
  opened          2 right, 1 not
    /registry/secrets/demo/<img src=x>\\u{1b}[31m at revision 9 (aescbc:key1): it holds another
    object, demo/other

Could not be read or judged
  monday.db.gz: page 7 is reached twice

To do, in this order
  1. etcdctl defrag: free pages

Not examined
  audit logs: they may hold Secrets
`,
  );
});

test('the JSON follows its schema, the page shows names as text', () => {
  const json = encryptionInspectionJson(inspection);
  const validate = resultValidator('encryption-inspect-1');
  assert.ok(validate(JSON.parse(json)), JSON.stringify(validate.errors));
  const html = encryptionInspectionHtml(inspection, { script: '', style: '' });
  assert.match(html, /plaintext-found: 1 of 1 examined file holds secrets in plain text/);
  assert.ok(html.includes('&lt;img src=x&gt;') && !html.includes('<img src=x>'));
  for (const words of ['page 7 is reached twice', 'etcdctl defrag', 'demo/other', '2 within reach, 6 in free pages']) {
    assert.ok(html.includes(words), words);
  }
});

test('proof and its absence are told apart in the first line', () => {
  const [file] = inspection.files;
  assert.ok(file !== undefined);
  const clean = { ...file, plaintext: { reachable: 0, free: 0, wal: 0 }, places: [] };
  const firstLine = (change: Partial<Inspection>): string =>
    encryptionInspectionText({ ...inspection, files: [clean], ...change }, { color: false, columns: 120 }).split(
      '\n',
    )[0] ?? '';
  assert.match(firstLine({ verdict: 'proof', gaps: [] }), /proof: no secrets in plain text in 1 examined file$/);
  assert.match(firstLine({ verdict: 'not-proven' }), /not-proven: .* and 1 part could not be judged$/);
});
