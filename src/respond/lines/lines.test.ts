// lines.yaml: what it may hold, which release belongs to which line, and where each line stands at a date.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf, parseLines } from './lines.ts';
import { lineStatuses } from './status.ts';

const TEXT = `lines:
  - {name: "1.2", state: supported, kubernetes: "1.21.12", start: 2022-06-01, end: 2023-12-31}
  - {name: "1.2.7", state: security}
  - {name: "1.3", release: csm, state: planned}
`;

test('a release belongs to the line with the longest name that its version begins with', () => {
  const lines = parseLines(TEXT, 'lines.yaml');
  const of = (name: string, version: string) => lineOf(lines, { name, version })?.name;
  assert.equal(of('csm', '1.2.0-beta.97'), '1.2');
  assert.equal(of('csm', '1.2'), '1.2');
  assert.equal(of('csm', '1.2.7'), '1.2.7');
  assert.equal(of('csm', '1.20.0'), undefined);
  assert.equal(of('csm', '1.3.0'), '1.3');
  assert.equal(of('other', '1.3.0'), undefined);
});

const wrong: readonly (readonly [string, RegExp])[] = [
  ['lines:\n  - {name: 1.2, state: supported}\n', /^l\.yaml:2:\d+: lines\.0\.name/],
  ['lines:\n  - {name: "1.2", state: alive}\n', /^l\.yaml:2:\d+: lines\.0\.state/],
  ['lines:\n  - {name: "1.2", state: ended, end: 2022-02-31}\n', /^l\.yaml:2:\d+: lines\.0\.end: must be a date/],
  ['lines:\n  - name: "1.2"\n    state: ended\n    owner: us\n', /^l\.yaml:4:5: there is no key "lines\.0\.owner"/],
  ['lines:\n  - {name: "1.2", state: ended}\n  - {name: "1.2", state: ended}\n', /^l\.yaml:3:\d+: .*is there twice/],
  ['lines:\n  - {name: "1", state: ended, start: 2022-01-02, end: 2022-01-01}\n', /ends before it starts/],
  ['lines: [\n', /^l\.yaml:/],
];
for (const [text, message] of wrong) {
  test(`a wrong file is an error with its place: ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseLines(text, 'l.yaml'), { code: 'parse', message });
  });
}

test('states and dates must agree; a line that ends soon is named; without an end there is no evidence', () => {
  const verdictAt = (fields: string, asOf: string) => {
    const lines = parseLines(`lines:\n  - {name: "1", ${fields}}\n`, 'l');
    return lineStatuses(lines, [], asOf)[0]?.verdict.verdict;
  };
  assert.equal(verdictAt('state: supported, end: 2022-12-31', '2022-04-20'), 'pass');
  assert.equal(verdictAt('state: supported, end: 2022-12-31', '2022-10-02'), 'warn');
  assert.equal(verdictAt('state: supported, end: 2022-12-31', '2022-12-31'), 'warn');
  assert.equal(verdictAt('state: supported, end: 2022-12-31', '2023-01-01'), 'fail');
  assert.equal(verdictAt('state: ended, end: 2022-12-31', '2023-01-01'), 'not-applicable');
  assert.equal(verdictAt('state: ended, end: 2022-12-31', '2022-01-01'), 'fail');
  assert.equal(verdictAt('state: planned, start: 2022-01-01, end: 2025-01-01', '2022-02-01'), 'fail');
  assert.equal(verdictAt('state: supported', '2022-01-01'), 'no-evidence');
});
