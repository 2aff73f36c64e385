import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LimitError, ParseError } from '../../platform/errors.ts';
import { dateOf, readJson, readYaml, textOf } from './fields.ts';

test('dates of feeds become one form, and what is no date is none', () => {
  const cases: readonly (readonly [unknown, string | undefined])[] = [
    ['2022-04-06', '2022-04-06'],
    ['2022-04-06T10:20:30Z', '2022-04-06T10:20:30Z'],
    ['2022-04-06T10:20:30.123456789Z', '2022-04-06T10:20:30Z'],
    ['2024-10-25T00:00:00+0000', '2024-10-25T00:00:00Z'],
    ['2022-04-06T01:00:00+02:00', '2022-04-05T23:00:00Z'],
    ['2022-04-06 10:20:30', '2022-04-06T10:20:30Z'],
    ['0001-01-01T00:00:00Z', undefined],
    ['2022-02-31', undefined],
    ['2022-13-01', undefined],
    ['April 2022', undefined],
    ['', undefined],
    [20220406, undefined],
    [null, undefined],
  ];
  for (const [given, expected] of cases) assert.equal(dateOf(given), expected, String(given));
});

test('YAML scalars keep the characters that were written', () => {
  const document = readYaml(Buffer.from('a: 1.10\nb: 0\nc: null\nd: [yes, 2022-04-06]\n'), 'x.yaml');
  assert.deepEqual({ ...(document as object) }, { a: '1.10', b: '0', c: null, d: ['yes', '2022-04-06'] });
});

test('documents that cannot be read raise ParseError or LimitError', () => {
  assert.throws(() => readJson(Buffer.from('{'), 'x.json'), ParseError);
  assert.throws(() => readJson(Buffer.from('['.repeat(200_000)), 'x.json'), ParseError);
  assert.throws(() => readYaml(Buffer.from('a: [1'), 'x.yaml'), ParseError);
  assert.throws(() => readYaml(Buffer.from(''), 'x.yaml'), ParseError);
  assert.throws(() => readYaml(Buffer.from('a: 1\n---\nb: 2\n'), 'x.yaml'), ParseError);
  const bomb = `${'abcdefgh'
    .split('')
    .map(
      (name, i) =>
        `${name}: &${name} [${
          i === 0
            ? '1'
            : Array(20)
                .fill(`*${'abcdefgh'[i - 1]}`)
                .join(',')
        }]`,
    )
    .join('\n')}\n`;
  assert.throws(() => readYaml(Buffer.from(bomb), 'x.yaml'), LimitError);
});

test('text is trimmed, and empty text is none', () => {
  assert.equal(textOf(' a '), 'a');
  assert.equal(textOf('  '), undefined);
  assert.equal(textOf(1), undefined);
});
