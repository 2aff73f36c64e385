// The state of encryption in its forms: hostile names are text, and what failed is told with its count and since when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resultValidator } from '../../test/support/schemas.ts';
import type { EncryptionState } from '../operate/encryption/plan/state.ts';
import type { ControlPlane } from '../operate/encryption/status/control-plane.ts';
import { statusOf } from '../operate/encryption/status/status.ts';
import { encryptionStatusHtml } from './html/encryption-status.ts';
import { encryptionStatusText } from './terminal/encryption-status.ts';

const HOSTILE = '"><img src=x onerror=alert(1)>\u001b[31m';
const A = `aescbc:${HOSTILE}#kfp1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`;
const STARTED = '2022-05-01T00:00:00.000Z';

const state: EncryptionState = {
  servers: [
    {
      name: HOSTILE,
      file: { state: 'read', transformers: [A], ignored: [HOSTILE] },
      running: { state: 'loaded', transformers: [A, 'identity'], startedAt: STARTED, ready: true },
    },
    { name: 'm2', file: { state: 'broken', reason: HOSTILE }, running: { state: 'down' } },
  ],
  data: {
    observedAt: '2022-05-02T00:00:00.000Z',
    values: [
      { holder: 'm', transformer: A, current: 1234, old: 1, deleted: 1 },
      { holder: 'm', transformer: 'identity', current: 1, old: 0, deleted: 0 },
    ],
    unread: [HOSTILE],
  },
  backups: [],
  atHand: [],
  escrowed: [],
};
const planes: readonly ControlPlane[] = [
  {
    node: HOSTILE,
    at: STARTED,
    resource: 'secrets',
    manifest: { reload: true, version: 'v1.20.2' },
    process: {
      startedAt: STARTED,
      flag: { known: false },
      reloadedAt: '2022-05-01T01:00:00.000Z',
      failures: [
        { direction: 'read', prefix: 'k8s:enc:aescbc:v1:', count: 1200 },
        { direction: 'write', prefix: HOSTILE, count: 1 },
      ],
    },
  },
];
const status = statusOf(state, A, planes);

test('what failed is told with its count, and is no fault of its own', () => {
  const [first] = status.servers;
  assert.deepEqual(
    [first?.version, first?.reloadedAt, first?.failures?.length],
    ['v1.20.2', '2022-05-01T01:00:00.000Z', 2],
  );
  assert.ok(status.faults.some(({ id }) => id === 'entries-ignored'));
  const validate = resultValidator('encryption-status-1');
  const result = { schemaVersion: 1, tool: { name: 'plimsoll', version: '0' }, resource: 'secrets', ...status };
  assert.ok(validate(result), JSON.stringify(validate.errors));
});

test('hostile names are text on the page and in the terminal', () => {
  const page = encryptionStatusHtml(status, 'secrets', { script: '', style: '' });
  assert.ok(!page.includes('<img') && !page.includes('\u001b'));
  assert.match(page, /&lt;img/);
  assert.match(page, /1,200 reads of k8s:enc:aescbc:v1: failed since 2022-05-01 00:00:00/);
  assert.match(page, /<h1>Not settled: secrets, goal aescbc:/);
  const text = encryptionStatusText(status, 'secrets', { color: false, columns: 80, unicode: true });
  assert.ok(!text.includes('\u001b'));
  assert.match(text.replace(/\s+/g, ' '), /note: .*1,200 reads of k8s:enc:aescbc:v1: failed since 2022-05-01 00:00:00/);
  for (const line of text.split('\n')) assert.ok([...line].length <= 80, line);
});
