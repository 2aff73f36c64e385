import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { statements } from '../../test/support/statements.ts';
import { canonicalJson } from '../platform/canonical.ts';
import { PlimsollError } from '../platform/errors.ts';
import type { Statement } from './statement.ts';
import { appendStatement, readStatements, rowOf, writeStatements } from './yaml.ts';

const OPTIONS = { file: 's.yaml', maximumDays: 180, trusts: (issuer: string) => issuer === 'Trusted' };
const GOOD = `statements:
  - id: zlib
    scope: {vulnerability: CVE-2018-25032, images: [quay.io/hms/*]}
    status: not_affected
    justification: component_not_present
    owner: hms
    author: A
    approver: B
    date: 2022-04-01
    expires: 2022-04-30
`;

function messageFor(text: string): string {
  try {
    readStatements(text, OPTIONS);
  } catch (error) {
    assert.ok(error instanceof PlimsollError && ['parse', 'limit'].includes(error.code), String(error));
    return error.message;
  }
  return 'no error';
}

describe('a file of statements', () => {
  it('is read with the line of each', () => {
    const [only] = readStatements(GOOD, OPTIONS);
    assert.deepEqual(only?.origin, { kind: 'site', file: 's.yaml', line: 2, trusted: true });
    assert.equal(only?.renewals, 0);
    assert.deepEqual(readStatements('statements:\n', OPTIONS), []);
    assert.deepEqual(readStatements('# none yet\nstatements: []\n', OPTIONS), []);
  });

  it('of a vendor applies when its issuer is trusted', () => {
    const trusted = (issuer: string) => readStatements(`issuer: ${issuer}\n${GOOD}`, OPTIONS)[0]?.origin;
    assert.deepEqual(trusted('Trusted'), { kind: 'vendor', file: 's.yaml', line: 3, issuer: 'Trusted', trusted: true });
    assert.equal(trusted('Anybody')?.trusted, false);
  });

  it('law: what is written is read again, and a statement can be added to it', () => {
    fc.assert(
      fc.property(statements, (given) => {
        const plain = (some: readonly Statement[]) => canonicalJson(some.map((one) => ({ ...one, origin: {} })));
        assert.deepEqual(plain(readStatements(writeStatements(given), OPTIONS)), plain(given));
        const [first, ...others] = given;
        if (first === undefined) return;
        let text = appendStatement('', rowOf(first), 's.yaml');
        for (const one of others) text = appendStatement(text, rowOf(one), 's.yaml');
        assert.deepEqual(plain(readStatements(text, OPTIONS)), plain(given));
      }),
      { numRuns: 150 },
    );
  });

  it('keeps comments when a statement is added', () => {
    const [one] = readStatements(GOOD, OPTIONS);
    assert.ok(one !== undefined);
    const text = appendStatement(
      `# decisions of the weekly meeting\n${GOOD}  # the last\n`,
      rowOf({ ...one, id: 'next' }),
      's',
    );
    assert.match(text, /^# decisions of the weekly meeting\n/);
    assert.match(text, /# the last/);
    assert.deepEqual(
      readStatements(text, OPTIONS).map(({ id }) => id),
      ['zlib', 'next'],
    );
  });
});

const WRONG: readonly (readonly [name: string, change: (text: string) => string, message: RegExp])[] = [
  [
    'an unknown field',
    (text) => text.replace('owner:', 'onwer: x\n    owner:'),
    /^s\.yaml:6:5: there is no key "statements\.0\.onwer"$/,
  ],
  [
    'an unknown field of the scope',
    (text) => text.replace('images:', 'image:'),
    /^s\.yaml:3:44: there is no key "statements\.0\.scope\.image"$/,
  ],
  ['an unknown section', (text) => `${text}watch: []\n`, /^s\.yaml:11:1: there is no key "watch"$/],
  ['broken YAML', (text) => `${text}  - {\n`, /^s\.yaml:\d+:\d+: /],
  ['a key twice', (text) => `${text}    owner: x\n`, /^s\.yaml:11:5: the key "owner" is there twice$/],
  ['a missing field', (text) => text.replace(/ {4}owner.*\n/, ''), /^s\.yaml:2:5: statements\.0\.owner: /],
  ['an unknown status', (text) => text.replace('not_affected', 'unaffected'), /^s\.yaml:4:13: statements\.0\.status: /],
  ['no justification', (text) => text.replace(/ {4}just.*\n/, ''), /4:13: .*needs a justification or an impact$/],
  [
    'a justification of something affected',
    (text) => text.replace('not_affected', 'fixed'),
    /5:20: .*goes with the status not_affected$/,
  ],
  [
    'affected without action',
    (text) => text.replace('not_affected', 'affected').replace(/ {4}just.*\n/, ''),
    /needs an action or an exception$/,
  ],
  [
    'the author as approver',
    (text) => text.replace('approver: B', 'approver: " a "'),
    /^s\.yaml:8:15: .*must not be the author$/,
  ],
  ['too long', (text) => text.replace('2022-04-30', '2022-09-29'), /^s\.yaml:10:14: .*181 days after .*at most 180/],
  ['over before it begins', (text) => text.replace('2022-04-30', '2022-03-31'), /before the date of the decision/],
  ['no day of the calendar', (text) => text.replace('2022-04-30', '2022-02-31'), /must be a day as/],
  ['all vulnerabilities not affected', (text) => text.replace('CVE-2018-25032', '"*"'), /"\*" is for exceptions only/],
  ['part of an id', (text) => text.replace('CVE-2018-25032', 'CVE-2018-*'), /must be a whole id/],
  [
    'a package that is no package URL',
    (text) => text.replace('images: [quay.io/hms/*]', 'packages: [zlib]'),
    /must be a package URL/,
  ],
  ['an empty list', (text) => text.replace('[quay.io/hms/*]', '[]'), /leave it out for all/],
  ['an id twice', (text) => text + text.replace('statements:\n', ''), /^s\.yaml:11:9: the id zlib is there twice$/],
  ['no mapping', () => '- a\n', /^s\.yaml:1:1: the file: /],
  ['a second document', (text) => `${text}---\n${text}`, /second|document/],
];
describe('a wrong file is an error with line and column', () => {
  for (const [name, change, message] of WRONG) {
    it(name, () => assert.match(messageFor(change(GOOD)), message));
  }

  it('no text makes it throw anything else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc
            .nat(GOOD.length)
            .chain((at) => fc.string({ maxLength: 3 }).map((text) => GOOD.slice(0, at) + text + GOOD.slice(at))),
        ),
        (text) => {
          messageFor(text);
        },
      ),
      { numRuns: 300 },
    );
  });
});
