import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson, digestOf, isDigest } from './canonical.ts';

test('canonicalJson sorts keys at every depth and drops undefined', () => {
  assert.equal(canonicalJson({ b: [{ d: 1, c: undefined }], a: 'x' }), '{"a":"x","b":[{"d":1}]}');
});

test('law: the order of keys does not show, the value does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse());
      assert.equal(canonicalJson(turned), canonicalJson(value));
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('a key that names the prototype is a key as any other', () => {
  const value: unknown = JSON.parse('{"b":1,"__proto__":{"d":1,"c":[{"z":1,"a":2}]}}');
  assert.equal(canonicalJson(value), '{"__proto__":{"c":[{"a":2,"z":1}],"d":1},"b":1}');
});

test('digestOf is SHA-256 (FIPS 180-2 example B.1)', () => {
  assert.equal(digestOf('abc'), 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.ok(isDigest(digestOf('')));
  assert.ok(!isDigest('sha256:ABC'));
});
