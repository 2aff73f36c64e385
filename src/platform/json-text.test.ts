import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeHidden, jsonText } from './json-text.ts';

test('what steers a terminal, hides or reorders is written out', () => {
  assert.equal(jsonText('\u009b31m\x7f'), '"\\u009b31m\\u007f"');
  assert.equal(jsonText('gnp.\u202eexe \u2066x\u2069'), '"gnp.\\u202eexe \\u2066x\\u2069"');
  assert.equal(jsonText('a\u2028b\u200bc\ufeff'), '"a\\u2028b\\u200bc\\ufeff"');
  assert.equal(jsonText('tag \u{e0041}'), '"tag \\udb40\\udc41"', 'beyond the basic plane as two units');
  assert.equal(jsonText({ key: 'Größe 漢字' }), '{\n  "key": "Größe 漢字"\n}');
});

test('law: readers get the same value, and nothing hidden is left', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const plain = JSON.stringify(value);
      const text = escapeHidden(plain);
      assert.deepEqual(JSON.parse(text), JSON.parse(plain));
      assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      assert.equal(escapeHidden(text), text);
    }),
  );
});
