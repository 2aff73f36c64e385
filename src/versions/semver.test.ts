import assert from 'node:assert/strict';
import { test } from 'node:test';
import nodeSemver from 'semver';
import { assertAgrees, assertLines, type Pair, samplePairs, versionsOf } from './testing/differential.ts';

const PIECES = ['0', '1', '9', '01', '10', '.1', '.0', '-', '-rc', '-1', '.alpha', 'Z', '+', '+b1', '.'];
const VERSIONS = versionsOf(['0.0.0', '1.2.3', '1.2.3-rc', 'v1.2.3', '1.20.3'], PIECES, 5);

function askNodeSemver([a, b]: Pair): string {
  if (nodeSemver.parse(a) === null || nodeSemver.parse(b) === null) return 'invalid';
  return String(nodeSemver.compare(a, b));
}

test('semver: agrees with node-semver (strict) on validity and order of full versions', () => {
  const pairs = samplePairs(VERSIONS, PIECES, 8_000).filter((pair) => pair.every((v) => /^v?\d+\.\d+\.\d/.test(v)));
  const reference = pairs.map(askNodeSemver);
  assert.ok(reference.filter((line) => line !== 'invalid').length > 1_500, 'enough valid pairs');
  assertAgrees('semver', pairs, reference);
});

test('semver: examples of section 11 and what is accepted beyond it', () => {
  assertLines('semver', [
    '1.0.0-alpha < 1.0.0-alpha.1',
    '1.0.0-alpha.1 < 1.0.0-alpha.beta',
    '1.0.0-alpha.beta < 1.0.0-beta',
    '1.0.0-beta < 1.0.0-beta.2',
    '1.0.0-beta.2 < 1.0.0-beta.11',
    '1.0.0-beta.11 < 1.0.0-rc.1',
    '1.0.0-rc.1 < 1.0.0',
    '1.0.0+1 = 1.0.0+2',
    '1 = 1.0.0',
    'v1.2 = 1.2.0',
    '1.2-rc.1 = 1.2.0-rc.1',
    '0 < 0.0.1',
    '1.0.99999999999999999999 < 1.0.100000000000000000000',
    'invalid: 01.0.0',
    'invalid: 1.0.0-01',
    'invalid: 1.2.3.4',
    'invalid: 1.0.0-',
    'invalid: 1.0.0+',
    'invalid: 1.',
    'invalid: master',
  ]);
});
