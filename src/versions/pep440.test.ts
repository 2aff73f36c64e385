import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { findProgram } from '../../test/support/needs.ts';
import { askProgram, assertAgrees, assertLines, samplePairs, versionsOf } from './testing/differential.ts';

const PIECES = [
  '0',
  '1',
  '10',
  '.0',
  '.1',
  '.01',
  'a',
  'b2',
  'rc',
  '.rc1',
  '-c1',
  '_pre_2',
  'alpha',
  'PREVIEW',
  '-1',
  '.post',
  'post2',
  '-r1',
  'rev',
  '.dev',
  'dev3',
  '+',
  '+ab',
  '+1',
  '.x',
  '!',
  'v',
  ' ',
];
const VERSIONS = versionsOf(['0', '1', '1.0', '2.0.0', '1!1', '0!1', 'v1', ' 1'], PIECES, 4);
const PROGRAM = `
import sys
try: from packaging.version import Version, InvalidVersion
except ImportError: from pip._vendor.packaging.version import Version, InvalidVersion
for line in sys.stdin:
    try:
        a, b = map(Version, line.rstrip('\\n').split('\\t'))
        print((a > b) - (a < b))
    except InvalidVersion: print('invalid')
`;

function needsPackaging(): { skip: string | false } {
  const found =
    findProgram('python3') !== undefined && spawnSync('python3', ['-c', PROGRAM], { input: '' }).status === 0;
  return { skip: found ? false : 'needs python3 with packaging, or pip, which brings it' };
}

test('pep440: agrees with the packaging library on validity and order', needsPackaging(), () => {
  const pairs = samplePairs(VERSIONS, PIECES, 8_000);
  const reference = askProgram('python3', ['-c', PROGRAM], pairs);
  assert.ok(reference.filter((line) => line !== 'invalid').length > 1_500, 'enough valid pairs');
  assertAgrees('pep440', pairs, reference);
});

test('pep440: order of all suffixes', () => {
  const versions = [
    '1.0.dev1',
    '1.0a1.dev1',
    '1.0a1',
    '1.0a1.post1.dev1',
    '1.0a1.post1',
    '1.0b1',
    '1.0rc1',
    '1.0',
    '1.0+abc',
    '1.0+abc.5',
    '1.0+5',
    '1.0.post1.dev1',
    '1.0.post1',
    '1.0.1',
    '1!0.1',
  ];
  for (const [i, older] of versions.entries()) {
    assertLines(
      'pep440',
      versions.slice(i + 1).map((newer) => `${older} < ${newer}`),
    );
  }
});

test('pep440: normalisation and what is no version', () => {
  assertLines('pep440', [
    '1.0 = 1',
    'V1.0 = 1.0.0',
    '1.0-alpha.1 = 1.0a1',
    '1.0c1 = 1.0rc1',
    '1.0pre = 1.0rc0',
    '1.0-1 = 1.0.post1',
    '1.0rev3 = 1.0.post3',
    '1.0+Ubuntu-1 = 1.0+ubuntu.1',
    '01.02 = 1.2',
    '1.99999999999999999999 < 1.100000000000000000000',
    'invalid: 1.0x',
    'invalid: 1.0+',
    'invalid: 1..0',
    'invalid: 2004d-5',
    'invalid: latest',
  ]);
});
