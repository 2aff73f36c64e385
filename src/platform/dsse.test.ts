import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsPrograms } from '../../test/support/needs.ts';
import { isSignedBy, readEnvelope, readSigningKey, readVerificationKey, signEnvelope } from './dsse.ts';

const PAYLOAD = { type: 'application/vnd.in-toto+json', payload: '{"é":1}' };
const PAIRS = {
  ed25519: generateKeyPairSync('ed25519'),
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
} as const;

for (const [name, { privateKey, publicKey }] of Object.entries(PAIRS)) {
  test(`${name}: what is signed is verified, by this key alone, and not under another type`, () => {
    const envelope = readEnvelope(signEnvelope(PAYLOAD, privateKey));
    assert.equal(envelope.payload, PAYLOAD.payload);
    assert.equal(isSignedBy(envelope, publicKey), true);
    assert.equal(isSignedBy(envelope, generateKeyPairSync('ed25519').publicKey), false);
    assert.equal(isSignedBy({ ...envelope, type: 'text/plain' }, publicKey), false);
    assert.equal(isSignedBy({ ...envelope, payload: '{"é":2}' }, publicKey), false);
  });

  test(`${name}: openssl verifies the signature over the bytes of the protocol`, needsPrograms('openssl'), () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-dsse-'));
    try {
      const { signatures } = readEnvelope(signEnvelope(PAYLOAD, privateKey));
      // The protocol's own words: lengths in bytes, and é has two.
      writeFileSync(join(folder, 'message'), 'DSSEv1 28 application/vnd.in-toto+json 8 {"é":1}');
      writeFileSync(join(folder, 'signature'), Buffer.from(signatures[0]?.sig ?? '', 'base64'));
      writeFileSync(join(folder, 'key'), publicKey.export({ type: 'spki', format: 'pem' }));
      const common = [
        'pkeyutl',
        '-verify',
        '-pubin',
        '-inkey',
        'key',
        '-rawin',
        '-in',
        'message',
        '-sigfile',
        'signature',
      ];
      const digest = name === 'p256' ? ['-digest', 'sha256'] : [];
      assert.equal(spawnSync('openssl', [...common, ...digest], { cwd: folder }).status, 0);
      writeFileSync(join(folder, 'message'), 'DSSEv1 28 application/vnd.in-toto+json 8 {"é":2}');
      assert.notEqual(spawnSync('openssl', [...common, ...digest], { cwd: folder }).status, 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test('Ed25519 gives the same signature again', () => {
  const { privateKey } = PAIRS.ed25519;
  assert.equal(signEnvelope(PAYLOAD, privateKey), signEnvelope(PAYLOAD, privateKey));
});

test('an envelope in another form than it was written in is refused', () => {
  const text = signEnvelope(PAYLOAD, PAIRS.ed25519.privateKey);
  for (const other of [
    JSON.stringify(JSON.parse(text)),
    `${text} `,
    text.replace('"payloadType"', '"more": 1,\n  "payloadType"'),
    text.replace('=="', '="'),
    '{',
    '[]',
    'null',
    '{"payloadType":"a","payload":"YQ==","signatures":[1]}',
  ]) {
    if (other !== text) assert.throws(() => readEnvelope(other), { code: 'parse' }, other);
  }
});

test('keys of both kinds are read; messages about others never quote them', () => {
  const pem = PAIRS.ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const sec1 = PAIRS.p256.privateKey.export({ type: 'sec1', format: 'pem' }).toString();
  assert.equal(readSigningKey(pem, 'k').asymmetricKeyType, 'ed25519');
  assert.equal(readSigningKey(sec1, 'k').asymmetricKeyType, 'ec');
  assert.equal(readVerificationKey(pem, 'k').type, 'public');
  assert.equal(
    readVerificationKey(PAIRS.p256.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'k').type,
    'public',
  );
  const locked = PAIRS.ed25519.privateKey
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'word' })
    .toString();
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  const bad = [
    pem.replace(/[A-Za-z0-9+/]{20}/, 'SECRETSECRETSECRETSE'),
    locked,
    'SECRET',
    rsa.export({ type: 'pkcs8', format: 'pem' }).toString(),
    p384.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ];
  for (const text of bad) {
    const body = text.split('\n')[1] ?? text;
    assert.throws(
      () => readSigningKey(text, 'release.pem'),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'usage');
        assert.ok(error.message.includes('release.pem'));
        assert.ok(!`${error.message}${error.stack}${String(error.cause)}`.includes(body || 'SECRET'));
        return true;
      },
    );
  }
  assert.throws(() => readVerificationKey('no key', 'release.pub'), { code: 'usage' });
});
