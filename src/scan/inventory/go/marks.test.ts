import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Mark, MarkFinder } from './marks.ts';

/** A few letters, so that marks overlap and are cut. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', ';'), maxLength: 60 });
const cuts = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 });
const MARK = Buffer.from('aba');

function find(mark: Mark, bytes: Buffer, lengths: readonly number[], from = 0): readonly (readonly [number, string])[] {
  const finder = new MarkFinder(mark);
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const piece = Buffer.from(bytes.subarray(at, at + (lengths[turn % lengths.length] ?? 1)));
    finder.push(piece, from + at);
    at += piece.length;
    piece.fill(0);
  }
  return finder.finish().map(({ offset, bytes: kept }) => [offset, kept.toString()]);
}

test('law: finds every mark with what follows it, whatever the cut into pieces', () => {
  fc.assert(
    fc.property(
      text,
      cuts,
      fc.integer({ min: 3, max: 12 }),
      fc.integer({ min: 1, max: 5 }),
      (words, lengths, keep, most) => {
        const expected = [...words.matchAll(/(?=aba)/g)].map(({ index }) => [index, words.slice(index, index + keep)]);
        assert.deepEqual(find({ bytes: MARK, keep, most }, Buffer.from(words), lengths), expected.slice(0, most));
      },
    ),
    { numRuns: 500 },
  );
});

test('law: a text ends where its end is, at most after `keep`; places that do not count are passed over', () => {
  const lengthIn = (bytes: Buffer) => (bytes.includes(';') ? bytes.indexOf(';') + 1 : undefined);
  fc.assert(
    fc.property(text, cuts, fc.integer({ min: 3, max: 12 }), (words, lengths, keep) => {
      const mark = { bytes: MARK, keep, most: 3, lengthIn, counts: (offset: number) => offset % 2 === 0 };
      const expected = [...words.matchAll(/(?=aba)/g)]
        .filter(({ index }) => index % 2 === 0)
        .map(({ index }) => [index, (/^[^;]*;?/.exec(words.slice(index))?.[0] ?? '').slice(0, keep)]);
      assert.deepEqual(find(mark, Buffer.from(words), lengths), expected.slice(0, 3));
    }),
    { numRuns: 500 },
  );
});

test('stretches are apart: no mark and no text across the hole', () => {
  const finder = new MarkFinder({ bytes: MARK, keep: 6, most: 9 });
  finder.push(Buffer.from('..abab'), 0);
  finder.push(Buffer.from('a..aba'), 100);
  assert.deepEqual(
    finder.finish().map(({ offset, bytes }) => [offset, bytes.toString()]),
    [
      [2, 'abab'],
      [103, 'aba'],
    ],
  );
});
