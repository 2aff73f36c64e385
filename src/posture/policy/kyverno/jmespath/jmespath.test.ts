import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LimitError, ParseError } from '../../../../platform/errors.ts';
import type { Json } from '../../../../platform/json.ts';
import { EvaluationError, NotFoundError, UnsupportedError } from '../failure.ts';
import { evaluate } from './evaluate.ts';
import { parseExpression } from './parse.ts';
import { findMatch, replaceMatches } from './regex.ts';
import { compileRegex } from './regex-compile.ts';

const VALUE: Json = {
  a: { b: [1, 2, 3], c: { d: 'x' }, 'e-f': true },
  people: [
    { name: 'ann', age: 30, tags: ['x', 'y'] },
    { name: 'bob', age: 20 },
    { name: 'cid', age: 40, tags: ['z'] },
  ],
  drop: ['all', 'net_raw'],
  images: ['docker.io/a:1', 'b'],
  zero: 0,
  empty: [],
};

/** [expression, value]. Those of the specification's own examples are written with other data. */
const ROWS: readonly (readonly [string, Json])[] = [
  ['a.b[0]', 1],
  ['a.b[-1]', 3],
  ['a.b[5]', null],
  ['a.b[::2]', [1, 3]],
  ['a.b[::-1]', [3, 2, 1]],
  ['a.b[1:]', [2, 3]],
  ['a."e-f"', true],
  ['people[*].name', ['ann', 'bob', 'cid']],
  ['people[].tags[]', ['x', 'y', 'z']],
  ['people[*].tags', [['x', 'y'], ['z']]],
  ['people[*].tags | [0]', ['x', 'y']],
  ['people[?age > `25`].name', ['ann', 'cid']],
  ["people[?name == 'bob'] | [0].age", 20],
  ["people[?name == 'bob' || name == 'cid'].age", [20, 40]],
  ['people[?tags].name', ['ann', 'cid']],
  ['people[?!tags].name', ['bob']],
  [
    'people[].{n: name, first: tags[0]}',
    [
      { n: 'ann', first: 'x' },
      { n: 'bob', first: null },
      { n: 'cid', first: 'z' },
    ],
  ],
  ['people[0].[name, age]', ['ann', 30]],
  ['a.*', [[1, 2, 3], { d: 'x' }, true]],
  ['a.[missing, b][]', [1, 2, 3]],
  ['missing || `[]`', []],
  ["missing.deeper || 'none'", 'none'],
  ['missing || `[]` | length(@)', 0],
  ["zero && 'set'", 'set'],
  ["empty || 'none'", 'none'],
  ["a.c.d != 'y' && 'other' || ''", 'other'],
  ['!missing', true],
  ['drop[].to_upper(@)', ['ALL', 'NET_RAW']],
  ['a.keys(@)', ['b', 'c', 'e-f']],
  ['length(people)', 3],
  ["contains(drop, 'all')", true],
  ['sort_by(people, &age)[*].name', ['bob', 'ann', 'cid']],
  ['max_by(people, &age).name', 'cid'],
  ['map(&name, people)', ['ann', 'bob', 'cid']],
  ['sum(a.b)', 6],
  ['not_null(missing, zero)', 0],
  ["join(',', drop)", 'all,net_raw'],
  ["regex_replace_all('^docker.io/', images[0], '')", 'a:1'],
  ["regex_replace_all('([a-z]+)_([a-z]+)', drop[1], '$2-$1')", 'raw-net'],
  ["regex_replace_all('([a-z]+)_([a-z]+)', drop[1], '\u0024{2}x$3')", 'rawx'],
  ["regex_match('^[a-z.]+/', images[0])", true],
  ["split('a/b', '/')", ['a', 'b']],
  ["items(a.c, 'k', 'v')", [{ k: 'd', v: 'x' }]],
  ["lookup(a.c, 'd')", 'x'],
  ["replace('aaa', 'a', 'b', `2`)", 'bba'],
  ["parse_yaml('a: [1, on]')", { a: [1, true] }],
  ['parse_json(\'{"a": 1}\').a', 1],
  ["path_canonicalize('/a/../b//c/.')", '/b/c'],
  ["truncate('abcdef', `3`)", 'abc'],
  ["image_normalize('nginx')", 'docker.io/nginx:latest'],
  ["trim('xxaxx', 'x')", 'a'],
  ["to_number('1.5')", 1.5],
  ["to_number('x')", null],
  ["pattern_match('a*', 'abc')", true],
  ['label_match(`{"a": "b"}`, `{"a": "b", "c": "d"}`)', true],
  ["base64_decode(base64_encode('ä'))", 'ä'],
  ['object_from_lists(`["a"]`, `[1]`)', { a: 1 }],
  ['divide(`6`, `4`)', 1.5],
  ['round(`1.256`, `2`)', 1.26],
  ["'it\\'s'", "it's"],
  ['`"\\`"`', '`'],
];

for (const [text, expected] of ROWS) {
  test(`${text} is ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(evaluate(parseExpression(text), VALUE), expected);
  });
}

const FAILURES: readonly (readonly [string, new (...given: never[]) => Error])[] = [
  ['missing', NotFoundError],
  ['a.missing.b', NotFoundError],
  ['length(zero)', EvaluationError],
  ['sort(people)', EvaluationError],
  ['time_now()', UnsupportedError],
  ["random('[a-z]')", UnsupportedError],
  ["add('1Gi', '1Mi')", UnsupportedError],
  ['a.', ParseError],
  ['a[', ParseError],
  ['a b', ParseError],
  ['{a}', ParseError],
  ['a[?b', ParseError],
  ["'open", ParseError],
  ['#', ParseError],
  ['', ParseError],
  ["regex_match('(', 'a')", ParseError],
  [`${'('.repeat(300)}a${')'.repeat(300)}`, ParseError],
];

for (const [text, error] of FAILURES) {
  test(`${text.slice(0, 60)} throws ${error.name}`, () => {
    assert.throws(() => evaluate(parseExpression(text), VALUE), error);
  });
}

test('an expression whose work, value or text grows without end is stopped', () => {
  for (const step of ['[@, @][]', '[@, @]', '{a: @, b: @}']) {
    assert.throws(() => evaluate(parseExpression(Array(40).fill(step).join(' | ')), [1]), LimitError, step);
  }
  const text = Array(30).fill("replace_all(@, 'a', 'aaaaaaaaaa')").join(' | ');
  assert.throws(() => evaluate(parseExpression(text), 'a'), LimitError);
});

const PATTERN = fc.stringMatching(
  /^(?:[ab](?:[*+?]|\{1,2\})?\??|\.|\[ab\]|\[\^a\]|\((?:a|b|a\|b|ab)\)[*+]?|a\|b|\^|\$|\\d|\\b){1,5}$/,
);

test('a regular expression finds what JavaScript finds', () => {
  fc.assert(
    fc.property(PATTERN, fc.stringMatching(/^[ab1 ]{0,8}$/), (pattern, text) => {
      let expected: RegExpExecArray | null;
      try {
        // JavaScript takes `a**` for an error too; lazy `a{1,2}?` is the same in both.
        expected = new RegExp(pattern, 'u').exec(text);
      } catch {
        return;
      }
      const found = findMatch(compileRegex(pattern), text);
      // Groups inside repetitions differ by design: JavaScript forgets them, RE2 keeps the last.
      assert.deepEqual(
        found?.slice(0, 2),
        expected === null ? undefined : [expected.index, expected.index + expected[0].length],
      );
    }),
    { numRuns: 500 },
  );
});

test('replacements are those of JavaScript where both mean the same', () => {
  for (const [pattern, text, replacement] of [
    ['a+', 'baaac', 'x'],
    ['b', 'abcb', ''],
    ['^', 'abc', '>'],
    ['$', 'abc', '<'],
    ['x*', 'abc', '-'],
    ['(?i)A', 'aA', 'x'],
    ['[[:digit:]]+', 'a12b3', '#'],
    ['\\x41|\\.', 'A.b', '_'],
  ] as const) {
    const flags = pattern.startsWith('(?i)') ? 'gui' : 'gu';
    const same = pattern.replace('(?i)', '').replace('[[:digit:]]', '[0-9]');
    assert.equal(
      replaceMatches(compileRegex(pattern), text, replacement),
      text.replace(new RegExp(same, flags), replacement),
      pattern,
    );
  }
});

test('an expression that makes backtracking blow up takes no time', () => {
  const text = `${'a'.repeat(5000)}b`;
  assert.equal(findMatch(compileRegex('^(a+)+$'), text), undefined);
  assert.equal(findMatch(compileRegex('^(a|a)*$'), text), undefined);
  assert.throws(() => compileRegex('((a{1000}){1000}){1000}'), LimitError);
});

for (const pattern of ['a**', '[z-a]', '(', ')', '[', '\\1', '(?=a)', '(?<!a)', '*a', 'a{5,2}', '\\', '[[:nope:]]']) {
  test(`${pattern} is no expression of RE2`, () => assert.throws(() => compileRegex(pattern), ParseError));
}
