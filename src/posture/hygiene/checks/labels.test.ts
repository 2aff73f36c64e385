import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { said, testInput } from '../test-release.ts';
import { createdStated, imageAge } from './age.ts';
import { isLicenceExpression, isTime } from './forms.ts';
import { label } from './label.ts';

const OCI = 'org.opencontainers.image.';

/** Verdict of a label check on one image with the labels. */
function verdict(
  parameters: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, string>>,
  tag = '1.2.3',
  layers = ['base', 'own'],
) {
  return said(label, parameters, [{ logical: `q.io/a:${tag}`, labels, layers }])[0]?.split(' ')[1];
}

const COMMIT = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3';

const VALUES: readonly (readonly [name: string, form: string, value: string, expected: string])[] = [
  ['source', 'url', 'https://git.example/team/app', 'pass'],
  ['source', 'url', 'git@git.example:team/app.git', 'pass'],
  ['source', 'url', 'ssh://git@git.example/team/app', 'pass'],
  ['source', 'url', 'https://git.example', 'fail'],
  ['source', 'url', 'team/app', 'fail'],
  ['source', 'url', ' ', 'fail'],
  ['revision', 'revision', COMMIT, 'pass'],
  ['revision', 'revision', COMMIT.slice(0, 8), 'warn'],
  ['revision', 'revision', 'main', 'fail'],
  ['version', 'tag', '1.2.3', 'pass'],
  ['version', 'tag', 'v1.2', 'pass'],
  ['version', 'tag', '8.5', 'fail'],
  ['licenses', 'licence', 'Apache-2.0', 'pass'],
  ['licenses', 'licence', 'Apache 2.0', 'fail'],
  ['vendor', 'text', 'Someone', 'pass'],
  ['base.name', 'reference', 'docker.io/library/alpine:3.15', 'pass'],
  ['base.name', 'reference', 'alpine', 'warn'],
  ['base.digest', 'digest', `sha256:${'0'.repeat(64)}`, 'pass'],
  ['base.digest', 'digest', 'alpine@sha256:0', 'fail'],
];

for (const [name, form, value, expected] of VALUES) {
  test(`the label ${name} with the value "${value}": ${expected}`, () => {
    assert.equal(verdict({ name, form }, { [`${OCI}${name}`]: value }), expected);
  });
}

test('a label that is missing, one of the older convention, and one of a base', () => {
  assert.equal(verdict({ name: 'source', form: 'url' }, {}), 'fail');
  assert.equal(
    verdict({ name: 'source', form: 'url' }, { 'org.label-schema.vcs-url': 'https://git.example/a' }),
    'pass',
  );
  assert.equal(
    verdict(
      { name: 'source', form: 'url' },
      { 'org.label-schema.vcs-url': 'x', [`${OCI}source`]: 'https://git.example/a' },
    ),
    'pass',
  );
  const base = { name: 'base.name', form: 'reference', derived: true };
  assert.equal(verdict(base, {}), 'fail');
  assert.equal(verdict(base, {}, '1', ['one']), 'not-applicable');
});

test('an image that was not read is no evidence, and a wrong parameter is refused', () => {
  assert.deepEqual(said(label, { name: 'vendor', form: 'text' }, [{ logical: 'q.io/a:1', read: false }]), [
    'q.io/a:1 no-evidence the image was not read',
  ]);
  assert.throws(() => label.withParameters({ name: 'vendor', form: 'nonsense' }));
  assert.throws(() => label.withParameters({ name: 'vendor', form: 'text', more: 1 }));
});

for (const [text, is] of [
  ['MIT', true],
  ['GPL-2.0-only WITH Classpath-exception-2.0', true],
  ['(MIT OR Apache-2.0) AND BSD-3-Clause', true],
  ['LicenseRef-Own', true],
  ['DocumentRef-spdx:LicenseRef-Own', true],
  ['GPL-2.0+', true],
  ['', false],
  ['MIT OR', false],
  ['(MIT', false],
  ['MIT)', false],
  ['MIT, BSD', false],
  ['AND', false],
  ['MIT MIT', false],
] as const) {
  test(`"${text}" is ${is ? 'a' : 'no'} licence expression`, () => assert.equal(isLicenceExpression(text), is));
}

test('licence expressions of any depth are judged without end or error', () => {
  const expression = fc.letrec<{ readonly all: string }>((tie) => ({
    all: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('MIT', 'Apache-2.0', 'GPL-2.0-only WITH GCC-exception-2.0'),
      fc.tuple(tie('all'), fc.constantFrom(' AND ', ' OR '), tie('all')).map((parts) => parts.join('')),
      tie('all').map((inner) => `(${inner})`),
    ),
  })).all;
  fc.assert(
    fc.property(expression, (text) => isLicenceExpression(text)),
    { numRuns: 50 },
  );
  assert.equal(isLicenceExpression('('.repeat(100_000)), false);
});

test('dates of RFC 3339', () => {
  for (const text of ['2022-04-06T00:00:00Z', '2022-04-06T00:00:00.123+02:00', '2022-04-06 00:00:00Z'])
    assert.ok(isTime(text), text);
  for (const text of ['2022-04-06', '2022-13-06T00:00:00Z', 'yesterday', '2022-04-06T00:00:00'])
    assert.ok(!isTime(text), text);
});

test('age on the day of the assessment; a fixed date says nothing', () => {
  const images = [
    { logical: 'q.io/new:1', created: '2022-04-01T00:00:00Z' },
    { logical: 'q.io/old:1', created: '2021-04-06T00:00:00Z' },
    { logical: 'q.io/fixed:1', created: '1970-01-01T00:00:00Z' },
    { logical: 'q.io/label:1', labels: { [`${OCI}created`]: '2022-04-05T23:00:00-05:00' } },
    { logical: 'q.io/none:1' },
    { logical: 'q.io/wrong:1', created: 'yesterday' },
  ];
  assert.deepEqual(said(imageAge, { days: 180 }, images), [
    'q.io/fixed:1 not-applicable its date is a fixed one, as reproducible builds have it: it says nothing of its age',
    'q.io/label:1 pass made 0 days before the assessment',
    'q.io/new:1 pass made 5 days before the assessment',
    'q.io/none:1 no-evidence nothing says when it was made',
    'q.io/old:1 fail made 365 days before the assessment, on 2021-04-06',
    'q.io/wrong:1 no-evidence nothing says when it was made',
  ]);
  assert.deepEqual(
    said(createdStated, {}, images).map((text) => text.split(' ').slice(0, 2).join(' ')),
    [
      'q.io/fixed:1 pass',
      'q.io/label:1 pass',
      'q.io/new:1 pass',
      'q.io/none:1 fail',
      'q.io/old:1 pass',
      'q.io/wrong:1 fail',
    ],
  );
});

test('credentials in an address are not quoted', () => {
  const labels = { [`${OCI}source`]: 'https://robot:hunter2@git.example/team/app' };
  const [judged] = label.withParameters({ name: 'source', form: 'url' })(testInput([{ logical: 'q.io/a:1', labels }]));
  assert.equal(judged?.verdict, 'pass');
  assert.deepEqual(judged.evidence, [`${OCI}source=https://…@git.example/team/app`]);
});
