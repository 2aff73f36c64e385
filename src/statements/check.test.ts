import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statement } from '../../test/support/statements.ts';
import { type CheckedRelease, checkStatements, type StatementProblem } from './check.ts';
import type { Statement } from './statement.ts';

const RELEASE: CheckedRelease = {
  version: '1.2.0',
  images: [
    { slot: 'a', logical: 'quay.io/hms/api:1', digest: 'sha256:1' },
    { slot: 'b', logical: 'docker.io/library/alpine:3.16', digest: 'sha256:2' },
  ],
  findings: [
    {
      slot: 'a',
      vulnerability: 'CVE-2018-25032',
      aliases: ['GHSA-x'],
      purl: 'pkg:apk/alpine/zlib@1.2.11-r3?arch=x86_64',
    },
    { slot: 'b', vulnerability: 'CVE-2022-0778', aliases: [], purl: 'pkg:apk/alpine/openssl@1.1.1l-r0' },
  ],
};
const GOOD = statement({ scope: { vulnerability: 'CVE-2018-25032', images: ['quay.io/hms/*'] } });
const OPTIONS = { asOf: '2022-04-06', soonDays: 10 };

/** `problem` or `problem part`, with the weight of remarks. */
function problems(
  given: readonly Statement[],
  release: CheckedRelease | undefined = RELEASE,
  asOf = OPTIONS.asOf,
): readonly string[] {
  return checkStatements(given, release, { ...OPTIONS, asOf }).map(
    ({ problem, part, weight }: StatementProblem) =>
      `${problem}${part === undefined ? '' : ` ${part}`}${weight === 'error' ? '' : ' (remark)'}`,
  );
}

const { justification: _, ...PLAIN } = GOOD;
const { approver: __, ...PROPOSED } = GOOD;
const cases: readonly (readonly [name: string, given: readonly Statement[], expected: readonly string[]])[] = [
  ['nothing', [GOOD], []],
  ['another line', [{ ...GOOD, scope: { ...GOOD.scope, lines: ['1.3'] } }], ['other-line line (remark)']],
  [
    'an image that is not there',
    [{ ...GOOD, scope: { ...GOOD.scope, images: ['csm-dckr/stable/api'] } }],
    ['unknown-image image'],
  ],
  [
    'one of two images',
    [{ ...GOOD, scope: { ...GOOD.scope, images: ['quay.io/hms/*', 'x'] } }],
    ['unknown-image image'],
  ],
  [
    'a vulnerability of another image',
    [{ ...GOOD, scope: { ...GOOD.scope, vulnerability: 'CVE-2022-0778' } }],
    ['never-matches vulnerability'],
  ],
  ['a vulnerability by its alias', [{ ...GOOD, scope: { ...GOOD.scope, vulnerability: 'GHSA-x' } }], []],
  [
    'another package',
    [{ ...GOOD, scope: { ...GOOD.scope, packages: ['pkg:apk/alpine/zlib-dev'] } }],
    ['never-matches package'],
  ],
  ['fixed, and seen again', [{ ...PLAIN, status: 'fixed' }], ['contradicted']],
  [
    'fixed in this very version',
    [{ ...PLAIN, status: 'fixed', scope: { ...PLAIN.scope, packages: ['pkg:apk/alpine/zlib@1.2.11-r3'] } }],
    [],
  ],
  ['no approver', [PROPOSED], ['unapproved']],
  [
    'an issuer that is not trusted',
    [{ ...GOOD, origin: { kind: 'imported', file: 'v.json', issuer: 'v', trusted: false } }],
    ['untrusted (remark)'],
  ],
  ['everything', [{ ...GOOD, scope: { vulnerability: 'CVE-2018-25032' } }], ['too-wide']],
  ['a pattern for everything', [{ ...GOOD, scope: { ...GOOD.scope, images: ['*/*'] } }], ['too-wide']],
  ['a pattern for all packages', [{ ...GOOD, scope: { ...GOOD.scope, packages: ['pkg:apk/*'] } }], ['too-wide']],
  [
    'under investigation everywhere',
    [{ ...PLAIN, status: 'under_investigation', scope: { vulnerability: 'CVE-2018-25032' } }],
    [],
  ],
  [
    'two that contradict',
    [GOOD, { ...PLAIN, id: 'b', status: 'affected', action: 'x' }],
    ['contradicting', 'contradicting'],
  ],
  ['two that agree', [GOOD, { ...GOOD, id: 'b' }], []],
  [
    "a vendor's that the site overlays",
    [
      GOOD,
      {
        ...PLAIN,
        id: 'b',
        status: 'affected',
        action: 'x',
        origin: { kind: 'vendor', file: 'v.yaml', issuer: 'v', trusted: true },
      },
    ],
    [],
  ],
];
describe('statements check finds', () => {
  for (const [name, given, expected] of cases) it(name, () => assert.deepEqual(problems(given), expected));

  it('what ended, and what ends soon', () => {
    assert.deepEqual(problems([GOOD], RELEASE, '2022-04-19'), []);
    assert.deepEqual(problems([GOOD], RELEASE, '2022-04-20'), ['expiring-soon (remark)']);
    assert.deepEqual(problems([GOOD], RELEASE, '2022-04-30'), ['expiring-soon (remark)']);
    assert.deepEqual(problems([GOOD], RELEASE, '2022-05-01'), ['expired']);
  });

  it('without a release what can be told of the statements alone', () => {
    const other: Statement = { ...PLAIN, id: 'b', status: 'affected', action: 'x' };
    assert.deepEqual(
      checkStatements([GOOD, other], undefined, OPTIONS).map(({ problem }) => problem),
      ['contradicting', 'contradicting'],
    );
  });

  it('which image was probably meant', () => {
    const wrong = { ...GOOD, scope: { ...GOOD.scope, images: ['csm-dckr/stable/dckr.io/library/alpine:3.16'] } };
    assert.match(
      checkStatements([wrong], RELEASE, OPTIONS)[0]?.reason ?? '',
      /did you mean docker\.io\/library\/alpine\?$/,
    );
  });
});
