import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { displayWidth, fitEnd, fitMiddle, printable } from './printable.ts';

test('what steers a terminal or hides text is written out', () => {
  assert.equal(printable('busybox\x1b[2J\x07'), 'busybox\\u{1b}[2J\\u{7}');
  assert.equal(printable('a\r\nb\tc'), 'a\\u{d}\\u{a}b\\u{9}c');
  assert.equal(printable('\u009b31mred'), '\\u{9b}31mred', 'the one-byte form of CSI');
  assert.equal(printable('gnp.\u202eexe'), 'gnp.\\u{202e}exe');
  assert.equal(printable('zero\u200bwidth\u00a0space'), 'zero\\u{200b}width\\u{a0}space');
  assert.equal(printable('lone \ud800 surrogate'), 'lone \\u{d800} surrogate');
  assert.equal(printable('Größe 漢字 ok'), 'Größe 漢字 ok');
});

test('no text keeps a control character, and safe text is left alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const safe = printable(text);
      assert.doesNotMatch(safe, /[\p{Cc}\p{Cf}\p{Cs}]/u);
      assert.equal(printable(safe), safe);
    }),
  );
});

test('fitted text never takes more columns than there are', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀') }),
      fc.integer({ min: 3, max: 30 }),
      (text, columns) => {
        for (const fitted of [fitEnd(text, columns, '...'), fitMiddle(text, columns, '…')]) {
          assert.ok(displayWidth(fitted) <= columns, `${fitted} in ${columns}`);
          if (displayWidth(text) <= columns) assert.equal(fitted, text);
        }
      },
    ),
  );
  assert.equal(fitMiddle('registry.example/team/component:1.2.3', 20, '…'), 'regist…mponent:1.2.3');
  assert.equal(displayWidth('漢字ab'), 6);
});
