// The checks of configurations: each has a file that it is about, and the recommended file has nothing to say against it.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../../test/support/needs.ts';
import { releaseOf } from '../release.ts';
import { type FileFacts, readFileFacts } from './file.ts';
import { lintConfiguration } from './lint.ts';

const HEAD = 'apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n';
const GOOD: FileFacts = {
  mode: 0o600,
  folderMode: 0o700,
  owner: 0,
  folderOwner: 0,
  besideManifests: false,
  etcd: 'elsewhere',
};
const KEY = 'wLe8SnDsXZxKtCoXzQyn6xcNeuVmZ+0KTAslKYeHbNs=';
const OTHER = 'jLGF48FFbhRCTnQ8y8IPgxF77DWhbY/r0Hv9hPo4LjM=';

function rule(providers: string, resources = 'secrets'): string {
  return `  - resources: [${resources}]\n    providers: [${providers}]\n`;
}

function keyed(kind: string, ...keys: readonly (readonly [name: string, secret: string])[]): string {
  return `${kind}: {keys: [${keys.map(([name, secret]) => `{name: "${name}", secret: "${secret}"}`).join(', ')}]}`;
}

const SECRETBOX = `{${keyed('secretbox', ['key-1', KEY])}}`;

/** What was found wrong: `fail weak-key`, without what is in order. */
function wrong(text: string, facts: FileFacts | undefined = GOOD): readonly string[] {
  const { verdicts } = lintConfiguration(HEAD + text, 'f', facts);
  return verdicts.filter(({ verdict }) => verdict !== 'pass').map(({ verdict, check }) => `${verdict} ${check}`);
}

test('Secrets alone with secretbox and a random key: nothing to say', () => {
  assert.deepEqual(wrong(rule(SECRETBOX)), []);
  assert.deepEqual(wrong(rule('{kms: {apiVersion: v2, name: k, endpoint: "unix:///run/kms/k.sock"}}')), []);
});

test('what the release of the servers does not know fails; what it knows is in order', () => {
  const failing = (text: string, version: string): readonly string[] =>
    lintConfiguration(HEAD + text, 'f', GOOD, releaseOf(version))
      .verdicts.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
      .map(({ verdict, check }) => `${verdict} ${check}`);
  const wildcard = rule(SECRETBOX, '"*.*"');
  // On 1.26 nothing is encrypted by it.
  assert.deepEqual(failing(wildcard, 'v1.26.15'), [
    'fail secrets-encrypted',
    'fail resource-support',
    'warn secrets-only',
  ]);
  assert.deepEqual(failing(wildcard, '1.27'), ['warn secrets-only']);
  const custom = rule(SECRETBOX, 'secrets, cases.example.org');
  assert.deepEqual(failing(custom, '1.20'), ['fail resource-support', 'warn secrets-only']);
  assert.deepEqual(failing(custom, 'v1.26.0-rc.1'), ['warn secrets-only']);
  for (const none of ['', 'latest', '1', 'v1.x', '1.20beta', '-1.20']) assert.equal(releaseOf(none), undefined, none);
});

test('every check has a file that it finds something in', () => {
  const byHand = Buffer.from('MySecretKey-2022-for-the-cluster').toString('base64');
  const short = randomBytes(16).toString('base64');
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [rule('{identity: {}}'), ['fail secrets-encrypted', 'fail identity-first']],
    [rule(`{identity: {}}, ${SECRETBOX}`), ['fail secrets-encrypted', 'fail identity-first']],
    [rule(`${SECRETBOX}, {identity: {}}`), ['warn identity-kept']],
    [rule(SECRETBOX, 'configmaps'), ['fail secrets-encrypted', 'warn secrets-only']],
    [rule(SECRETBOX, 'secrets, configmaps'), ['warn secrets-only']],
    [rule(SECRETBOX, '"*.*"'), ['warn resource-support', 'warn secrets-only']],
    [rule('{identity: {}}', 'events') + rule(SECRETBOX, '"*.*"'), ['warn resource-support', 'warn secrets-only']],
    [rule(SECRETBOX, 'secrets, cases.example.org'), ['warn resource-support', 'warn secrets-only']],
    [rule(`{${keyed('secretbox', ['key-1', byHand])}}`), ['fail weak-key']],
    [rule(`{${keyed('secretbox', ['key-1', KEY], ['key-2', KEY])}}`), ['fail key-under-two-names']],
    [rule(`${SECRETBOX}, {${keyed('aesgcm', ['key-1', KEY])}}`), ['fail key-under-two-names']],
    [rule(`{${keyed('secretbox', ['key-1', KEY], ['key-1', OTHER])}}`), ['warn key-name-twice']],
    [rule(`{${keyed('secretbox', ['a:b', KEY])}}`), ['warn key-name-form']],
    [rule(`{${keyed('aescbc', ['key-1', KEY])}}`), ['warn cis-benchmark', 'warn provider-strength']],
    [rule(`{${keyed('aesgcm', ['key-1', KEY])}}`), ['warn cis-benchmark', 'warn provider-strength']],
    [rule(`${SECRETBOX}, {${keyed('aescbc', ['old', OTHER])}}`), []],
    [rule(`${SECRETBOX}, {${keyed('aescbc', ['old', short])}}`), ['warn key-size']],
    [rule('{kms: {name: k, endpoint: "unix:///run/kms/k.sock"}}'), ['warn kms']],
    [rule('{kms: {apiVersion: v2, name: k, endpoint: "unix:///@k.sock"}}'), ['warn kms']],
    [rule('{kms: {apiVersion: v2, name: k, endpoint: "unix:///tmp/k.sock"}}'), ['warn kms']],
    [rule(`{${keyed('secretbox', ['', KEY])}}`), ['fail key-name-required']],
  ];
  for (const [text, found] of cases) assert.deepEqual(wrong(text), found, text);
});

test('names made from the key are found, names that are not pass', () => {
  const bytes = Buffer.from(KEY, 'base64');
  const digest = (algorithm: string, input: Uint8Array | string) => createHash(algorithm).update(input).digest();
  const derived = [
    digest('sha256', bytes).toString('hex'),
    `aescbc-${digest('sha256', Buffer.concat([bytes, Buffer.from('\n')])).toString('hex')}`,
    digest('sha256', KEY).toString('base64').slice(0, 12),
    digest('sha512', `${KEY}\n`).toString('base64url'),
    digest('md5', bytes).toString('hex').toUpperCase(),
    `k-${digest('sha1', bytes).toString('hex').slice(0, 8)}`,
  ];
  for (const name of derived) {
    assert.deepEqual(
      wrong(rule(`{${keyed('secretbox', [name, KEY])}}`)).filter((one) => one.startsWith('fail')),
      ['fail key-name-derived'],
      name,
    );
  }
  for (const name of ['key-3f9a0c1d2e4b', digest('sha256', 'another').toString('hex'), 'key1', '2022-05']) {
    assert.deepEqual(wrong(rule(`{${keyed('secretbox', [name, KEY])}}`)), [], name);
  }
});

test('no verdict shows a key, also where the name is one', () => {
  const text = 'Abcdefgh-typed-by-a-person-12345';
  const secret = Buffer.from(text).toString('base64');
  for (const name of [text, secret, Buffer.from(text).toString('hex')]) {
    const { verdicts } = lintConfiguration(
      HEAD + rule(`{${keyed('aesgcm', [name, secret], ['again', secret])}}`),
      'f',
      GOOD,
    );
    const shown = JSON.stringify(verdicts);
    for (const part of [text, secret, Buffer.from(text).toString('hex')])
      assert.ok(!shown.includes(part.slice(0, 10)), shown);
  }
});

test('the file: modes, owners, neighbours and the etcd data', () => {
  const cases: readonly (readonly [Partial<FileFacts>, readonly string[]])[] = [
    [{ mode: 0o644 }, ['fail file-mode']],
    [{ mode: 0o640 }, ['fail file-mode']],
    [{ folderMode: 0o777 }, ['fail file-mode']],
    [{ folderMode: 0o1777 }, []],
    [{ folderMode: 0o755 }, []],
    [{ owner: 1000 }, ['warn file-owner']],
    [{ besideManifests: true }, ['fail static-pod-folder']],
    [{ etcd: 'same-tree' }, ['fail beside-etcd-data']],
    [{ etcd: 'same-file-system' }, ['warn beside-etcd-data']],
  ];
  for (const [facts, found] of cases)
    assert.deepEqual(wrong(rule(SECRETBOX), { ...GOOD, ...facts }), found, JSON.stringify(facts));
  const { etcd: _, ...unknown } = GOOD;
  assert.deepEqual(wrong(rule(SECRETBOX), unknown), ['no-evidence beside-etcd-data']);
  const { verdicts } = lintConfiguration(HEAD + rule(SECRETBOX), 'f', undefined);
  assert.equal(verdicts.filter(({ verdict }) => verdict === 'no-evidence').length, 4);
});

test('facts of real files, links followed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-lint-'));
  try {
    for (const path of ['pki', 'data/member', 'manifests'])
      mkdirSync(join(folder, path), { recursive: true, mode: 0o700 });
    const file = join(folder, 'pki', 'e.yaml');
    writeFileSync(file, '', { mode: 0o600 });
    chmodSync(file, 0o640);
    symlinkSync(file, join(folder, 'manifests', 'current.yaml'));
    writeFileSync(join(folder, 'manifests', 'kube-apiserver.yaml'), '');
    const data = join(folder, 'data');
    assert.deepEqual(
      { ...readFileFacts(join(folder, 'manifests', 'current.yaml'), data), owner: 0, folderOwner: 0 },
      { mode: 0o640, folderMode: 0o700, owner: 0, folderOwner: 0, besideManifests: false, etcd: 'same-file-system' },
    );
    const inside = join(data, 'member', 'e.yaml');
    writeFileSync(inside, '');
    assert.equal(readFileFacts(inside, data).etcd, 'same-tree');
    assert.equal(readFileFacts(join(folder, 'manifests', 'kube-apiserver.yaml'), undefined).besideManifests, true);
    assert.throws(() => readFileFacts(file, join(folder, 'nowhere')), { code: 'input-missing' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test(
  'a real configuration of the kind that is made by hand',
  needsShared('data/encryption/configs/9-csm-style.yaml'),
  () => {
    const text = readFileSync(sharedPath('data/encryption/configs/9-csm-style.yaml'), 'utf8');
    const { verdicts } = lintConfiguration(text, 'current.yaml', GOOD);
    const found = verdicts
      .filter(({ verdict }) => verdict !== 'pass')
      .map(({ check, subject }) => `${check} ${subject}`);
    assert.deepEqual(found, [
      'key-name-derived current.yaml:9:21',
      'weak-key current.yaml:10:23',
      'cis-benchmark current.yaml:8:11',
      'provider-strength current.yaml:8:11',
      'identity-kept current.yaml:13:19',
    ]);
  },
);
