import assert from 'node:assert/strict';
import { test } from 'node:test';
import nodeSemver from 'semver';
import { answer, assertAgrees, assertLines, type Pair, samplePairs, versionsOf } from './testing/differential.ts';

const PIECES = [
  '0',
  '1',
  '9',
  '01',
  '10',
  '.1',
  '.0',
  '-',
  '--',
  '-rc',
  '-1',
  '.alpha',
  'beta',
  'Z',
  '+',
  '+b1',
  '.',
  ' ',
  'v',
];
const VERSIONS = versionsOf(['0.0.0', '1.2.3', '01.02.03', 'v1.2.3', ' =v 1.2.3', '1.2', '1.2.30'], PIECES, 5);

function askNodeSemver([a, b]: Pair): string {
  if (nodeSemver.parse(a, true) === null || nodeSemver.parse(b, true) === null) return 'invalid';
  return String(nodeSemver.compare(a, b, true));
}

test('npm: agrees with node-semver (loose) on validity and order', () => {
  const pairs = samplePairs(VERSIONS, PIECES, 8_000);
  const reference = pairs.map(askNodeSemver);
  assert.ok(reference.filter((line) => line !== 'invalid').length > 1_500, 'enough valid pairs');
  assertAgrees('npm', pairs, reference);
});

test('npm: the limits of node-semver', () => {
  const pairs: readonly Pair[] = [
    ['9007199254740991.0.0', '9007199254740990.0.0'],
    ['9007199254740992.0.0', '1.0.0'],
    ['1.0.00000000000000000000000000001', '1.0.1'],
    [`1.0.0-${'a'.repeat(250)}`, '1.0.0'],
    [`1.0.0-${'a'.repeat(251)}`, '1.0.0'],
  ];
  assertAgrees('npm', pairs, pairs.map(askNodeSemver));
});

test('npm: numbers in a pre-release stay exact where node-semver rounds them', () => {
  const pair: Pair = ['1.0.0-9007199254740993', '1.0.0-9007199254740992'];
  assert.equal(askNodeSemver(pair), '0');
  assert.equal(answer('npm', pair), '1');
});

test('npm: rules', () => {
  assertLines('npm', [
    '1.0.0-alpha < 1.0.0-alpha.1',
    '1.0.0-alpha.1 < 1.0.0-alpha.beta',
    '1.0.0-beta.2 < 1.0.0-beta.11',
    '1.0.0-rc.1 < 1.0.0',
    '1.0.0+build.1 = 1.0.0+build.2',
    '1.2.3beta = 1.2.3-beta',
    'v1.2.3 = 1.2.3',
    '01.2.3 = 1.2.3',
    'invalid: 1.2',
    'invalid: 1',
    'invalid: latest',
    'invalid: ^1.2.3',
  ]);
});
