// Keys: fingerprints, what is weak, sealed files, receipts.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { ParseError } from '../../../platform/errors.ts';
import { fingerprintOf } from './fingerprint.ts';
import { generateKey, isKeyName, takeKey } from './generate.ts';
import { nextReceipt, type Receipt, type ReceiptLine, readReceipts, receiptText } from './receipts.ts';
import { readSealedKey, type SealedKey, sealKey, unsealKey, writeSealedKey } from './sealed.ts';
import { KeySecret } from './secret.ts';
import { weaknessOf } from './weakness.ts';

const PASSPHRASE = 'correct horse battery staple';

/** Bytes that look random and are the same in every run. */
function counted(seed: string): (size: number) => Uint8Array {
  let count = 0;
  return (size) => {
    count += 1;
    return createHash('sha512').update(`${seed} ${count}`).digest().subarray(0, size);
  };
}

test('a fingerprint is the same everywhere, for ever', () => {
  const key = Buffer.from('8uT6Gx9gMKQ5BriJA77uKXX2Yw2a5BTRxLOWmPMfJoU=', 'base64');
  assert.equal(fingerprintOf(key), 'kfp1:748f63a63af99c7ceacf170b160676b2');
  assert.equal(KeySecret.of(key).fingerprint, fingerprintOf(key));
});

test('base64 is decoded as Go does', () => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['AAAA', 3],
    ['AA\nAA\r\n', 3],
    ['AA==', 1],
    ['AB==', 1],
    ['AA=', undefined],
    ['AA', undefined],
    ['A-_A', undefined],
    ['AA AA', undefined],
    ['', undefined],
  ];
  for (const [text, length] of cases) assert.equal(new KeySecret(text).length, length, JSON.stringify(text));
  assert.ok(new KeySecret('AA==').equals(new KeySecret('AB==')), 'the same byte');
  const secret = KeySecret.of(Uint8Array.of(1, 2, 3));
  secret.reveal()[0] = 9;
  assert.deepEqual(secret.reveal(), Uint8Array.of(1, 2, 3), 'a copy');
});

test('random keys are not weak, keys of every kind that people make are', () => {
  const random = counted('keys');
  for (let count = 0; count < 2000; count += 1) {
    for (const size of [16, 24, 32]) assert.equal(weaknessOf(random(size)), undefined);
  }
  const cases: readonly (readonly [string | Uint8Array, string])[] = [
    ['0123456789abcdef0123456789abcdef', 'published'],
    ['secret is secure', 'published'],
    [new Uint8Array(32), 'zeros'],
    [Uint8Array.from({ length: 32 }, (_, index) => 7 * index), 'pattern'],
    [Uint8Array.from({ length: 32 }, (_, index) => [200, 3, 77][index % 3] ?? 0), 'pattern'],
    [Buffer.concat([counted('half')(16), counted('half')(16)]), 'pattern'],
    ['9f86d081884c7d659a2feaa0c55ad015', 'hexadecimal'],
    ['correct horse battery staple 123', 'printable'],
    ['Passw0rd-for-k8s', 'printable'],
    [Buffer.from([1, 2, 3, 250, 1, 2, 250, 3, 2, 1, 3, 250, 1, 3, 2, 250]), 'few-values'],
  ];
  for (const [key, weakness] of cases) {
    const bytes = typeof key === 'string' ? Buffer.from(key) : key;
    assert.equal(weaknessOf(bytes)?.weakness, weakness, String(key));
    assert.ok(!weaknessOf(bytes)?.reason.includes(bytes.toString()), 'no key in the reason');
  }
});

test('a key is random, and a file may bring one', () => {
  const key = generateKey('secretbox', randomBytes);
  assert.equal(key.secret.length, 32);
  assert.match(key.name, /^key-[0-9a-f]{12}$/);
  assert.ok(isKeyName(key.name) && !isKeyName('a:b') && !isKeyName('') && !isKeyName('-a'));
  assert.ok(takeKey(`${key.secret.revealText()}\n`, 'aesgcm', 'k', 'f').secret.equals(key.secret));
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['typed by hand', /^f: not base64/],
    [randomBytes(16).toString('base64'), /^f: the key has 16 bytes; secretbox takes 32$/],
    ['', /not base64/],
  ];
  for (const [text, message] of wrong)
    assert.throws(() => takeKey(text, 'secretbox', 'k', 'f'), { name: 'ParseError', message });
});

test('a sealed key is opened by its passphrase alone, and any change of the file is refused', () => {
  const key = generateKey('aescbc', counted('key'));
  const sealed = sealKey(key, PASSPHRASE, counted('seal'));
  const text = writeSealedKey(sealed);
  assert.ok(!text.includes(key.secret.revealText().slice(0, 8)));
  const read = readSealedKey(text, 'f');
  assert.deepEqual(read, sealed);
  const opened = unsealKey(read, PASSPHRASE, key.secret.fingerprint);
  assert.ok(opened.secret.equals(key.secret) && opened.name === key.name && opened.provider === 'aescbc');
  assert.throws(() => unsealKey(read, `${PASSPHRASE} `), { code: 'input-unreadable' });
  assert.throws(() => unsealKey(read, PASSPHRASE, fingerprintOf(randomBytes(32))), { code: 'digest-mismatch' });
  assert.throws(() => sealKey(key, 'short passphras', randomBytes), { code: 'usage' });
  const other = Buffer.from(sealed.sealed, 'base64');
  other[3] = (other[3] ?? 0) ^ 1;
  const changes: readonly Partial<SealedKey>[] = [
    { name: 'another' },
    { provider: 'secretbox' },
    { fingerprint: fingerprintOf(new Uint8Array(32)) },
    { salt: Buffer.alloc(16).toString('base64') },
    { nonce: Buffer.alloc(12).toString('base64') },
    { sealed: other.toString('base64') },
  ];
  for (const change of changes) {
    assert.throws(
      () => unsealKey({ ...sealed, ...change }, PASSPHRASE),
      { code: 'input-unreadable' },
      JSON.stringify(change),
    );
  }
});

test('what is no sealed key is refused before any work', () => {
  const sealed = sealKey(generateKey('secretbox', counted('key')), PASSPHRASE, counted('seal'));
  const cases: readonly (readonly [unknown, RegExp])[] = [
    ['{', /not JSON/],
    ['null', /not an object/],
    [{ ...sealed, format: 'age' }, /"format"/],
    [{ ...sealed, schemaVersion: 2 }, /update plimsoll/],
    [{ ...sealed, note: 'x' }, /its members are not/],
    [{ ...sealed, provider: 'kms' }, /"provider"/],
    [{ ...sealed, name: 'a:b' }, /"name"/],
    [{ ...sealed, fingerprint: 'kfp1:0' }, /"fingerprint"/],
    [{ ...sealed, salt: 'AA==' }, /"salt"/],
    [{ ...sealed, sealed: 'A'.repeat(1000) }, /"sealed"/],
    [{ ...sealed, nonce: `${sealed.nonce}\n` }, /"nonce"/],
  ];
  for (const [value, message] of cases) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    assert.throws(
      () => readSealedKey(text, 'f'),
      (error) => error instanceof ParseError && message.test(error.message),
      text,
    );
  }
});

const FINGERPRINT = 'kfp1:748f63a63af99c7ceacf170b160676b2';

function chain(holders: readonly string[]): readonly ReceiptLine[] {
  const lines: ReceiptLine[] = [];
  for (const holder of holders) {
    const receipt: Receipt = {
      at: '2022-05-01T00:00:00.000Z',
      fingerprint: FINGERPRINT,
      key: 'aescbc:key1',
      holder,
      place: 'safe',
      check: 'opened',
    };
    lines.push(nextReceipt(receipt, lines));
  }
  return lines;
}

test('law: receipts that were altered, taken out, put in or put in another order are refused', () => {
  const words = fc.array(fc.constantFrom('a', 'b', 'c \u202e\u009b"', 'd'), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(words, fc.nat(), fc.nat(), (holders, from, to) => {
      const lines = chain(holders);
      const text = lines.map(receiptText);
      assert.deepEqual(readReceipts(text.join(''), 'f'), lines);
      const [one, other] = [from % lines.length, to % lines.length];
      const refused = (altered: readonly string[]): void =>
        assert.throws(() => readReceipts(altered.join(''), 'f'), ParseError);
      if (one < lines.length - 1) refused(text.toSpliced(one, 1));
      refused(text.toSpliced(one, 1, (text[one] ?? '').replace('"safe"', '"desk"')));
      refused(text.toSpliced(one, 0, text[one] ?? ''));
      if (one !== other) refused(text.with(one, text[other] ?? '').with(other, text[one] ?? ''));
    }),
    { numRuns: 100 },
  );
});

test('a receipt says what is wrong with it, with its line', () => {
  const [line] = chain(['a']);
  const cases: readonly (readonly [string, RegExp])[] = [
    ['{', /^f:1: not a JSON object/],
    ['[]', /^f:1: not a JSON object/],
    ['\n\n{}', /^f:3: "digest" must be a text/],
    [JSON.stringify({ ...line, fingerprint: 'x' }), /"fingerprint"/],
    [JSON.stringify({ ...line, check: 'sworn' }), /"check"/],
    [JSON.stringify({ ...line, at: 'today' }), /"at"/],
    [JSON.stringify({ ...line, digest: 'sha256:0' }), /digests/],
    [JSON.stringify({ ...line, at: '2023-05-01T00:00:00Z' }), /^f:1: the receipt was altered/],
  ];
  for (const [text, message] of cases)
    assert.throws(() => readReceipts(text, 'f'), { name: 'ParseError', message }, text);
  assert.deepEqual(readReceipts('', 'f'), []);
});
