import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { packTexts, unpackTexts } from './packed-texts.ts';

test('law: texts are unpacked as they were, also through JSON', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('usr/lib/', 'node_modules/', 'a', 'aa', '\ud83d', '\udea2', '@', '1.2'))
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(fc.array(text), (texts) => {
      assert.deepEqual(unpackTexts(JSON.parse(JSON.stringify(packTexts(texts)))), texts);
    }),
  );
});

test('what neighbours have in common is not written again', () => {
  const texts = ['pkg:npm/lodash@4.17.20', 'pkg:npm/lodash@4.17.21', 'pkg:npm/lodash@4.17.21'];
  assert.deepEqual(packTexts(texts), [0, 'pkg:npm/lodash@4.17.20', 0, 21, '1', 0, 22, '', 0]);
});
