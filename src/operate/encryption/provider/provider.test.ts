// Stored values: prefixes, ciphers and the order of readers. Vectors: NaCl's own test of crypto_secretbox (nacl.cr.yp.to, tests/secretbox.c), AES-GCM by
// pyca/cryptography, AES-CBC by openssl, and the values of real snapshots.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { needsPrograms, needsShared, sharedPath } from '../../../../test/support/needs.ts';
import type { KeyProviderKind, Transformer } from '../configuration/configuration.ts';
import { effective } from '../configuration/effective.ts';
import { parseConfiguration } from '../configuration/read.ts';
import { KeySecret } from '../key/secret.ts';
import { CIPHERS } from './ciphers.ts';
import { openValue, sealValue } from './open.ts';
import { parseStoredValue, storedValueName } from './stored-value.ts';

const ETCD_KEY = '/registry/secrets/demo/s1';
const KINDS: readonly KeyProviderKind[] = ['aescbc', 'aesgcm', 'secretbox'];

function reader(provider: KeyProviderKind, name: string, bytes: Uint8Array): Transformer {
  return { provider, key: { name, secret: KeySecret.of(bytes) } };
}

function hex(text: string): Buffer {
  return Buffer.from(text.replace(/\s/g, ''), 'hex');
}

test('the beginning of a value names its writer', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['k8s\0\n\x10', 'identity'],
    ['{"kind":"A"}', 'identity'],
    ['', 'identity'],
    ['k8s:enc:aescbc:v1:key1:rest', 'aescbc:key1'],
    ['k8s:enc:secretbox:v1:a-b.c:', 'secretbox:a-b.c'],
    ['k8s:enc:aesgcm:v1:with:colon:', 'aesgcm:with'],
    ['k8s:enc:kms:v1:plugin:rest', 'kms-v1:plugin'],
    ['k8s:enc:kms:v2:plugin:rest', 'kms-v2:plugin'],
    ['k8s:enc:aescbc:v2:key1:rest', 'unknown'],
    ['k8s:enc:rot13:v1:key1:rest', 'unknown'],
    ['k8s:enc:aescbc:v1:no-end', 'unknown'],
    ['k8s:enc:', 'unknown'],
  ];
  for (const [value, name] of cases) assert.equal(storedValueName(parseStoredValue(Buffer.from(value))), name, value);
  const long = Buffer.from(`k8s:enc:aescbc:v1:${'n'.repeat(5000)}:body`);
  assert.equal(parseStoredValue(long).provider, 'unknown', 'no name is that long');
});

test("secretbox: NaCl's vector", () => {
  const key = hex('1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389');
  const nonce = hex('69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37');
  const message = hex(`be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c6129
    6cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924
    ca1c60902e52f0a089bc76897040e082f937763848645e0705`);
  const box =
    hex(`f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c
    98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0
    e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5`);
  const sealed = CIPHERS.secretbox.seal(message, key, ETCD_KEY, () => nonce);
  assert.deepEqual(Buffer.from(sealed), Buffer.concat([nonce, box]));
  assert.deepEqual(Buffer.from(CIPHERS.secretbox.open(sealed, key, 'any') ?? []), message);
});

test('aesgcm: another implementation with the key in etcd as additional data', () => {
  const key = Uint8Array.from({ length: 32 }, (_, index) => index);
  const nonce = Uint8Array.from({ length: 12 }, (_, index) => 100 + index);
  const plain = Buffer.from('k8s\0object');
  for (const [size, result] of [
    [32, '2323ad66168b3cfb5d1624cf9f3b74abaf8f9e08c029e1d709e9'],
    [16, '715a3da5b460d29ff84ab9216ac4fdee829f7aa26ab04b049ede'],
  ] as const) {
    const sealed = CIPHERS.aesgcm.seal(plain, key.subarray(0, size), ETCD_KEY, () => nonce);
    assert.deepEqual(Buffer.from(sealed), Buffer.concat([nonce, hex(result)]));
  }
});

test('aescbc: openssl reads what is written', needsPrograms('openssl'), () => {
  for (const size of [16, 24, 32]) {
    const [key, plain] = [randomBytes(size), randomBytes(100)];
    const sealed = Buffer.from(CIPHERS.aescbc.seal(plain, key, ETCD_KEY, randomBytes));
    const iv = sealed.subarray(0, 16).toString('hex');
    const args = ['enc', '-d', `-aes-${size * 8}-cbc`, '-K', key.toString('hex'), '-iv', iv];
    const { stdout } = spawnSync('openssl', args, { input: sealed.subarray(16) });
    assert.deepEqual(stdout, plain);
  }
});

test('law: what one key seals, it opens, and no other key and nothing altered with an authenticating cipher', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 });
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(fc.constantFrom(...KINDS), bytes, key, key, fc.nat(), (kind, plain, right, wrong, at) => {
      const value = sealValue(plain, narrow(reader(kind, 'k', right)), ETCD_KEY, randomBytes);
      const opened = openValue(value, [reader(kind, 'k', right)], ETCD_KEY);
      assert.equal(opened.state, 'open');
      assert.deepEqual(opened.state === 'open' ? Uint8Array.from(opened.plain) : [], plain);
      if (kind === 'aescbc') return;
      if (Buffer.compare(right, wrong) !== 0) {
        assert.equal(openValue(value, [reader(kind, 'k', wrong)], ETCD_KEY).state, 'refused');
      }
      const altered = Uint8Array.from(value);
      const place = `k8s:enc:${kind}:v1:k:`.length;
      const index = place + (at % (value.length - place));
      altered[index] = (altered[index] ?? 0) ^ 1;
      assert.equal(openValue(altered, [reader(kind, 'k', right)], ETCD_KEY).state, 'refused');
      const elsewhere = openValue(value, [reader(kind, 'k', right)], '/registry/secrets/demo/s2');
      assert.equal(elsewhere.state, kind === 'aesgcm' ? 'refused' : 'open', 'only aesgcm binds the value to its place');
    }),
    { numRuns: 60 },
  );
});

test('readers are tried in order, all whose prefix fits', () => {
  const [one, other] = [randomBytes(32), randomBytes(32)];
  const value = sealValue(Buffer.from('k8s\0x'), narrow(reader('secretbox', 'k', one)), ETCD_KEY, randomBytes);
  const identity: Transformer = { provider: 'identity' };
  const both = openValue(value, [reader('secretbox', 'k', other), identity, reader('secretbox', 'k', one)], ETCD_KEY);
  assert.ok(both.state === 'open' && both.stale);
  assert.deepEqual(openValue(value, [identity], ETCD_KEY), { state: 'no-reader' });
  assert.deepEqual(openValue(value, [reader('aescbc', 'k', one)], ETCD_KEY), { state: 'no-reader' });
  const refused = openValue(value, [reader('secretbox', 'k', other)], ETCD_KEY);
  assert.deepEqual(refused, { state: 'refused', tried: ['secretbox:k'] });
  const plain = openValue(Buffer.from('k8s\0x'), [reader('secretbox', 'k', one), identity], ETCD_KEY);
  assert.ok(plain.state === 'open' && plain.stale && plain.reader === identity);
  assert.equal(openValue(Buffer.from('k8s\0x'), [reader('secretbox', 'k', one)], ETCD_KEY).state, 'no-reader');
  const colon = sealValue(Buffer.from('x'), narrow(reader('aesgcm', 'a:b', one)), ETCD_KEY, randomBytes);
  assert.equal(openValue(colon, [reader('aesgcm', 'a', one), reader('aesgcm', 'a:b', one)], ETCD_KEY).state, 'open');
  const kms: Transformer = { provider: 'kms', version: 'v2', name: 'p' };
  assert.equal(openValue(Buffer.from('k8s:enc:kms:v2:p:x'), [kms], ETCD_KEY).state, 'kms');
  assert.equal(openValue(value, [reader('secretbox', 'k', randomBytes(16))], ETCD_KEY).state, 'refused', 'no key size');
});

const SNAPSHOT = 'data/encryption/snapshots/3-aescbc-compacted-defragged.snapshot.db.gz';
const CONFIGURATION = 'data/encryption/configs/1-aescbc.yaml';

test(
  'values that kube-apiserver 1.20 wrote are opened to the objects that their keys name',
  needsShared(SNAPSHOT, CONFIGURATION),
  () => {
    const file = gunzipSync(readFileSync(sharedPath(SNAPSHOT)));
    const configuration = parseConfiguration(readFileSync(sharedPath(CONFIGURATION), 'utf8'), 'configuration');
    const { readers } = effective(configuration, 'secrets');
    const values = [...encryptedValues(file)];
    assert.equal(values.length, 11, 'secrets of the snapshot');
    for (const { key, value } of values) {
      const opened = openValue(value, readers, key);
      assert.ok(opened.state === 'open' && !opened.stale, key);
      const text = Buffer.from(opened.plain).toString('latin1');
      const [, , , namespace = '', name = ''] = key.split('/');
      assert.ok(
        text.startsWith('k8s\0') && text.includes('Secret') && text.includes(namespace) && text.includes(name),
        key,
      );
    }
  },
);

/** Values with the keys in etcd before them, found by their bytes: mvccpb.KeyValue has the key as field 1 and the value as field 5. */
function* encryptedValues(file: Buffer): Generator<{ readonly key: string; readonly value: Buffer }> {
  const prefix = Buffer.from('k8s:enc:aescbc:v1:key1:');
  for (let at = file.indexOf(prefix); at >= 0; at = file.indexOf(prefix, at + 1)) {
    const isShort = file[at - 2] === 0x2a;
    const length = isShort ? (file[at - 1] ?? 0) : ((file[at - 2] ?? 0) & 0x7f) + (file[at - 1] ?? 0) * 128;
    const keyAt = file.lastIndexOf('/registry/secrets/', at);
    const key = file.subarray(keyAt, keyAt + (file[keyAt - 1] ?? 0)).toString();
    yield { key, value: file.subarray(at, at + length) };
  }
}

function narrow(transformer: Transformer): Exclude<Transformer, { readonly provider: 'kms' }> {
  assert.ok(transformer.provider !== 'kms');
  return transformer;
}
