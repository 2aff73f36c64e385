import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvRecords } from './csv.ts';
import { ParseError } from './errors.ts';

function rowsOf(text: string): readonly (readonly string[])[] {
  return [...csvRecords(text, 'a.csv')].map(({ fields }) => fields);
}

test('records, quotes, line ends', () => {
  assert.deepEqual(rowsOf(''), []);
  assert.deepEqual(rowsOf('\ufeffa,b\r\n"c ""d""\r\n",\n\ne,'), [['a', 'b'], ['c "d"\r\n', ''], [''], ['e', '']]);
  assert.deepEqual(
    [...csvRecords('a\n"b\n"\nc', 'a.csv')].map(({ line }) => line),
    [1, 2, 4],
  );
});

test('what is no record is refused, with the line', () => {
  for (const text of ['"', '"a', '"a"b', 'a"', 'a\rb', '""a', '"""'])
    assert.throws(() => rowsOf(`x\n${text}`), ParseError);
  assert.throws(() => rowsOf('x\n"a'), /^ParseError: a\.csv line 2: /);
});

test('what was written is read, and long fields take no longer than reading takes', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', ' ') });
  fc.assert(
    fc.property(fc.array(fc.array(field, { minLength: 1 }), { maxLength: 5 }), (rows) => {
      const text = rows.map((row) => `${row.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')}\r\n`).join('');
      assert.deepEqual(rowsOf(text), rows);
    }),
  );
  assert.throws(() => rowsOf(`"${'a'.repeat(2 ** 25)}`), ParseError);
  assert.throws(() => rowsOf(`"${'""'.repeat(2 ** 23)}`), ParseError);
});
