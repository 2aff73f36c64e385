import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  DSSE,
  envelope,
  publicPem,
  SIMPLE_SIGNING,
  signBytes,
  simplePayload,
} from '../../../../test/support/cosign.ts';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { makeBlob } from '../../../../test/support/oci-layout.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import type { Attachment } from '../../../scan/image/attached/attachment.ts';
import { parseEnvelope } from './envelope.ts';
import type { FoundSignature } from './evidence.ts';
import { examine } from './examine.ts';
import { parseSimpleSigning } from './simple-signing.ts';
import { keyId, readTrustedKeys } from './trusted-keys.ts';

const DIGEST = `sha256:${'a'.repeat(64)}` as const;
const OTHER = `sha256:${'b'.repeat(64)}` as const;
const SUBJECTS = new Set([DIGEST]);
const SLSA = 'https://slsa.dev/provenance/v1';
const PRIVATE: Readonly<Record<string, KeyObject>> = {
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  ed25519: generateKeyPairSync('ed25519').privateKey,
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
};
const STRANGER = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

function signature(payload: Uint8Array, annotations: Record<string, string>): Attachment {
  return { place: 'tag', mediaType: SIMPLE_SIGNING, annotations, payload };
}

function signed(payload: Uint8Array, key: KeyObject): Attachment {
  return signature(payload, { 'dev.cosignproject.cosign/signature': signBytes(payload, key) });
}

function attested(text: string): Attachment {
  return { place: 'tag', mediaType: DSSE, annotations: {}, payload: Buffer.from(text) };
}

for (const [name, key] of Object.entries(PRIVATE)) {
  const keys = readTrustedKeys(publicPem(key), `${name}.pub`);
  const stateOf = (attachment: Attachment): string => {
    const { what, state, key: by } = examine(attachment, SUBJECTS, keys) ?? {};
    return [what, state, by].filter(Boolean).join(' ');
  };

  test(`${name}: signatures of images`, () => {
    const { bytes } = simplePayload(DIGEST);
    assert.equal(stateOf(signed(bytes, key)), `signature known-key ${name}.pub`);
    assert.equal(stateOf(signed(bytes, STRANGER)), 'signature unknown-key');
    assert.equal(stateOf(signed(simplePayload(OTHER).bytes, key)), 'signature other-image');
    // A signature of ours over other words does not verify: nobody can tell whose it was.
    const moved = signature(simplePayload(DIGEST, 'registry.example/b').bytes, signed(bytes, key).annotations);
    assert.equal(stateOf(moved), 'signature unknown-key');
    assert.equal(stateOf(signature(bytes, {})), 'signature unreadable');
    assert.equal(stateOf(signature(bytes, { 'dev.cosignproject.cosign/signature': 'ü' })), 'signature unreadable');
    assert.equal(stateOf(signed(Buffer.from('{'), key)), 'signature unreadable');
    const atomic = JSON.parse(Buffer.from(bytes).toString());
    atomic.critical.type = 'atomic container signature';
    assert.equal(stateOf(signed(makeBlob(atomic, '').bytes, key)), 'signature unreadable', 'another type');
  });

  test(`${name}: attestations`, () => {
    assert.equal(stateOf(attested(envelope(DIGEST, SLSA, key))), `provenance known-key ${name}.pub`);
    assert.equal(stateOf(attested(envelope(DIGEST, 'https://cyclonedx.org/bom', key))), `sbom known-key ${name}.pub`);
    assert.equal(stateOf(attested(envelope(DIGEST, SLSA, STRANGER))), 'provenance unknown-key');
    assert.equal(stateOf(attested(envelope(DIGEST, SLSA, undefined))), 'provenance unsigned');
    assert.equal(stateOf(attested(envelope(OTHER, SLSA, key))), 'provenance other-image');
    const named = envelope(DIGEST, SLSA, STRANGER, keys[0]?.id);
    assert.equal(stateOf(attested(named)), 'provenance wrong', 'it names our key and is not its');
    const swapped = JSON.parse(envelope(DIGEST, SLSA, key));
    swapped.payload = JSON.parse(envelope(DIGEST, 'https://spdx.dev/Document', key)).payload;
    assert.equal(
      stateOf(attested(JSON.stringify(swapped))),
      'sbom unknown-key',
      'a statement under a strange signature',
    );
    const retyped = { ...JSON.parse(envelope(DIGEST, SLSA, key)), payloadType: 'text/plain' };
    assert.equal(stateOf(attested(JSON.stringify(retyped))), 'other unreadable');
  });
}

test(
  'openssl made the key and the signature: what cosign does with a key, word for word',
  needsPrograms('openssl'),
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-openssl-'));
    const openssl = (...args: readonly string[]): void => {
      execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
    };
    try {
      const { bytes } = simplePayload(DIGEST);
      writeFileSync(join(folder, 'payload'), bytes);
      const kinds = [
        ['EC', 'ec_paramgen_curve:P-256'],
        ['RSA', 'rsa_keygen_bits:2048'],
      ] as const;
      for (const [algorithm, option] of kinds) {
        openssl('genpkey', '-algorithm', algorithm, '-pkeyopt', option, '-out', 'key');
        openssl('pkey', '-in', 'key', '-pubout', '-out', 'pub');
        openssl('dgst', '-sha256', '-sign', 'key', '-out', 'signature', 'payload');
        const keys = readTrustedKeys(readFileSync(join(folder, 'pub'), 'utf8'), 'pub');
        const text = readFileSync(join(folder, 'signature')).toString('base64');
        const judged = examine(signature(bytes, { 'dev.cosignproject.cosign/signature': text }), SUBJECTS, keys);
        assert.equal(judged?.state, 'known-key', algorithm);
      }
      openssl(
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key', '-out'],
        ...['certificate', '-subj', '/CN=signer', '-addext', 'subjectAltName=email:signer@example.com'],
      );
      openssl('dgst', '-sha256', '-sign', 'key', '-out', 'signature', 'payload');
      const annotations = {
        'dev.cosignproject.cosign/signature': readFileSync(join(folder, 'signature')).toString('base64'),
        'dev.sigstore.cosign/certificate': readFileSync(join(folder, 'certificate'), 'utf8'),
      };
      const keyless = examine(signature(bytes, annotations), SUBJECTS, []);
      assert.equal(keyless?.state, 'unknown-key');
      assert.match(keyless?.says ?? '', /certificate of email:signer@example\.com/);
      const other = simplePayload(DIGEST, 'registry.example/b').bytes;
      assert.equal(examine(signature(other, annotations), SUBJECTS, [])?.state, 'wrong', 'not by its own certificate');
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test('the payload of a real image, as cosign 1.13 wrote it', () => {
  // docker.io/chihjenhuang/cosign1, whose signature manifest names these bytes as sha256:b671489e….
  const digest = 'sha256:4c1c50d0ffc614f90b93b07d778028dc765548e823f676fb027f61d281ac380d';
  const text =
    `{"critical":{"identity":{"docker-reference":"index.docker.io/chihjenhuang/cosign1"},"image":{"docker-manifest-digest":"${digest}"},` +
    '"type":"cosign container image signature"},"optional":null}';
  const payload = makeBlob(Buffer.from(text), '');
  assert.equal(payload.digest, 'sha256:b671489ededd1a180bd87235bba00fd83354f9c7d13b71d9f8b66a8e52965ebc');
  assert.deepEqual(parseSimpleSigning(payload.bytes), {
    digest,
    reference: 'index.docker.io/chihjenhuang/cosign1',
    annotations: [],
  });
  const annotations = {
    'dev.cosignproject.cosign/signature':
      'MEYCIQCPH7NJAIfrB6BZN91dV0o7l/i11muXrvrAh100jDMMhAIhAPsLH0oXb2OPITXRpWBMUd3vHtz5Ks5pql2Hr6t/IJXw',
  };
  const judged = examine(signature(payload.bytes, annotations), new Set([digest]), []);
  assert.deepEqual(judged satisfies FoundSignature | undefined, {
    what: 'signature',
    place: 'tag',
    state: 'unknown-key',
    says: 'for index.docker.io/chihjenhuang/cosign1',
  });
});

test('keys: several in one file; none, private, weak and damaged ones are refused without a quotation', () => {
  const pems = Object.values(PRIVATE).map(publicPem);
  assert.equal(readTrustedKeys(pems.join('\n'), 'all.pub').length, 3);
  assert.equal(
    readTrustedKeys(pems[0] ?? '', 'k')[0]?.id,
    keyId(readTrustedKeys(pems[0] ?? '', 'k')[0]?.key as KeyObject),
  );
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  const secret = PRIVATE['p256']?.export({ type: 'pkcs8', format: 'pem' }).toString() ?? '';
  for (const pem of ['', secret, publicPem(weak), publicPem(p384), publicPem(STRANGER).replace(/\nM/, '\nA')]) {
    const body = pem.split('\n')[1] ?? '';
    assert.throws(
      () => readTrustedKeys(pem, 'k.pub'),
      (error) =>
        error instanceof PlimsollError &&
        error.code === 'usage' &&
        error.message.includes('k.pub') &&
        (body === '' || !`${error.stack}${error.cause}`.includes(body)),
    );
  }
});

test('statements of the older version are read, others are not', () => {
  const text = envelope(DIGEST, SLSA, undefined);
  const renamed = (kind: string): Attachment => {
    const outer = JSON.parse(text);
    const statement = Buffer.from(parseEnvelope(Buffer.from(text)).payload)
      .toString()
      .replace('Statement/v1', kind);
    return attested(JSON.stringify({ ...outer, payload: Buffer.from(statement).toString('base64') }));
  };
  assert.equal(examine(renamed('Statement/v0.1'), SUBJECTS, [])?.state, 'unsigned');
  assert.equal(examine(renamed('Statement/v9'), SUBJECTS, [])?.state, 'unreadable');
});
