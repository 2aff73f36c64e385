import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../test/support/needs.ts';
import { isValidVersion } from './compare.ts';
import { assertLines } from './testing/differential.ts';

const VECTORS = 'data/supply/apk-solver/apko-version-vectors.json';

interface Vectors {
  readonly compare: readonly { readonly a: string; readonly op: string; readonly b: string }[];
  readonly parse_valid: readonly string[];
  readonly parse_invalid: readonly string[];
}

test('apk: the published comparison table', needsShared(VECTORS), () => {
  const vectors: Vectors = JSON.parse(readFileSync(sharedPath(VECTORS), 'utf8'));
  assert.equal(vectors.compare.length, 734);
  assertLines(
    'apk',
    vectors.compare.map(({ a, op, b }) => `${a} ${op} ${b}`),
  );
  for (const version of vectors.parse_valid) assert.equal(isValidVersion('apk', version), true, version);
  for (const version of vectors.parse_invalid) assert.equal(isValidVersion('apk', version), false, version);
});

test('apk: every kind of token at the end of a version, from old to new', () => {
  const kinds = ['_alpha', '_beta', '_pre', '_rc', '', '-r1', '~0a', '_cvs', '_svn', '_git', '_hg', '_p', 'a', '.0'];
  for (const [i, older] of kinds.entries()) {
    assertLines(
      'apk',
      kinds.slice(i + 1).map((newer) => `1.2${older} < 1.2${newer}`),
    );
  }
});

test('apk: numbers', () => {
  assertLines('apk', [
    '01.2 = 1.2',
    '1.0 < 1.00',
    '1.05 < 1.1',
    '1.010 < 1.9',
    '8.2.0015 < 8.2.002',
    '1.10 > 1.9',
    '1_rc < 1_rc0',
    '1_rc01 = 1_rc1',
    '1_rc2 < 1_rc10',
    '1-r09 = 1-r9',
    '20191002222144 < 99999999999999999999999999',
    '1.99999999999999999999999998 < 1.99999999999999999999999999',
    '1_alpha_p1 > 1_alpha1',
    '1_p1_alpha < 1_p1',
    '1.0~1234 < 1.0~2345',
    '1.0~12 < 1.0~123',
    '1.0~1234-r1 < 1.0~2345-r0',
  ]);
});

test('apk: a number after the letter, the form of apk-tools 2', () => {
  assertLines('apk', [
    '1.9.5p2-r0 < 1.9.5p2-r1',
    '1.9.5p2-r0 < 1.9.5p10-r0',
    '1.9.5p-r9 < 1.9.5p2-r0',
    '1.9.5p2-r0 < 1.9.5.1',
    '6.6.4p1-r1 < 6.6.4p1-r2',
  ]);
});

test('apk: what is no version', () => {
  assertLines(
    'apk',
    [
      '',
      'a',
      '.1',
      '_pre1',
      '-r1',
      '1.',
      '1..2',
      '1.a',
      '0.1bc',
      '0.1bc1',
      '0.1a.1',
      '0.1_foobar',
      '0.1_foobar1',
      '0.1_',
      '0.1__alpha',
      '0.1_1_alpha',
      '0.1_-r0',
      '0.1-pre1.1',
      '0.1-r',
      '0.1-r2-r3',
      '0.1-r2.1',
      '0.1-r2_pre1',
      '0.1_pre2~',
      '0.1_pre2~1234xbcd',
      '0.1_pre2~12AB',
      '0.1_pre2~1234abcd_pre1',
      '0.1_pre2-r1~1234xbcd',
      '1.0 ',
      '2.7.16-33',
    ].map((version) => `invalid: ${version}`),
  );
});
