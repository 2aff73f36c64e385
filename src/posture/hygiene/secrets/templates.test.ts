import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImageSecrets } from '../../../scan/inventory/secrets/image-secrets.ts';
import type { Judgement } from '../check.ts';
import { hygieneRelease } from '../release-view.ts';
import { testAssessment } from '../test-release.ts';
import { SECRET_TEMPLATES } from './templates.ts';

const NONE: ImageSecrets = { files: [], config: [], unread: [] };
const KEY = { path: 'root/.ssh/id_rsa', layer: 1, kind: 'private-key', fingerprint: '0123456789ab' } as const;
const TOKEN = { path: 'app/.env', layer: 0, kind: 'token' } as const;

function judged(name: string, secrets: ImageSecrets | undefined): Judgement | undefined {
  const assessment = testAssessment([{ logical: 'a:1' }]);
  const inventories = assessment.inventories.map((one) => (secrets === undefined ? one : { ...one, secrets }));
  const release = hygieneRelease({ ...assessment, inventories });
  return SECRET_TEMPLATES.find((one) => one.name === name)?.withParameters({})({ release })[0];
}

const CASES: readonly (readonly [name: string, secrets: ImageSecrets | undefined, expected: string])[] = [
  [
    'layer-secrets',
    undefined,
    'no-evidence the layers of the image were not looked at: scan it again with this version, not from a bill of materials',
  ],
  ['layer-secrets', NONE, 'pass no secret in any layer'],
  ['layer-secrets', { ...NONE, unread: ['a.pem: 2 MiB'] }, 'no-evidence 1 files that may hold secrets were not read'],
  ['layer-secrets', { ...NONE, files: [KEY, TOKEN, TOKEN] }, 'fail 1 private key, 2 tokens'],
  [
    'layer-secrets',
    { ...NONE, files: [{ ...KEY, removed: true }] },
    'fail 1 private key, deleted later and still there',
  ],
  [
    'layer-secrets',
    { ...NONE, files: [KEY, { ...TOKEN, removed: true }] },
    'fail 1 private key, 1 token, 1 of them deleted later and still there',
  ],
  [
    'layer-secrets',
    { ...NONE, files: [{ ...KEY, locked: true }] },
    'warn 1 private key, locked by a passphrase or known to everybody anyway',
  ],
  [
    'layer-secrets',
    { ...NONE, files: [{ ...KEY, publishedBy: 'openvpn' }] },
    'warn 1 private key for tests or as an example, brought by openvpn',
  ],
  ['layer-secrets', { ...NONE, files: [TOKEN, { ...KEY, publishedBy: 'openvpn' }] }, 'fail 1 token'],
  [
    'config-secrets',
    undefined,
    'no-evidence the layers of the image were not looked at: scan it again with this version, not from a bill of materials',
  ],
  ['config-secrets', NONE, 'pass no secret in the configuration'],
  ['config-secrets', { ...NONE, config: [{ place: 'history', name: 'T', kind: 'token' }] }, 'fail 1 token in history'],
  [
    'config-secrets',
    { ...NONE, config: [{ place: 'environment', name: 'P', kind: 'password', wellKnown: true }] },
    'warn 1 password in environment, known to everybody',
  ],
];

for (const [name, secrets, expected] of CASES) {
  test(`${name}: ${expected}`, () => {
    const { verdict, reason } = judged(name, secrets) ?? {};
    assert.equal(`${verdict} ${reason}`, expected);
  });
}

test('the evidence names layer, path, kind and fingerprint', () => {
  const secrets = { ...NONE, files: [{ ...KEY, removed: true as const }], unread: ['b.pem: too large'] };
  assert.deepEqual(judged('layer-secrets', secrets)?.evidence, [
    'layer 2, root/.ssh/id_rsa: private key (0123456789ab, deleted by a later layer)',
    'not read: b.pem: too large',
  ]);
});
