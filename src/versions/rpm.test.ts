import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { askProgram, assertAgrees, assertLines, samplePairs, versionsOf } from './testing/differential.ts';

/** The system's Python, to which the distribution's rpm module belongs. */
const PYTHON = '/usr/bin/python3';
const PIECES = ['0', '1', '9', '00', '10', 'a', 'Z', '.', '_', '+', '~', '^', '..', '~~', '-1', '-', '.el8', 'rc1'];
const VERSIONS = versionsOf(['0', '1', '2', 'a', '~1', '1:1', '0:1', ':1', '02:1'], PIECES, 6);

const PROGRAM = `
import sys, rpm
def evr(text):
    v = rpm.ver(text)
    if not v.v or v.r == '': raise ValueError
    return (v.e, v.v, v.r)
for line in sys.stdin:
    try: print(rpm.labelCompare(*map(evr, line.rstrip('\\n').split('\\t'))))
    except ValueError: print('invalid')
`;

function needsRpmModule(): { skip: string | false } {
  const found = existsSync(PYTHON) && spawnSync(PYTHON, ['-c', 'import rpm; rpm.ver']).status === 0;
  return { skip: found ? false : 'needs python3-rpm 4.17 or later' };
}

test('rpm: agrees with labelCompare of the rpm library', needsRpmModule(), () => {
  const pairs = samplePairs(VERSIONS, PIECES, 8_000);
  const reference = askProgram(PYTHON, ['-c', PROGRAM], pairs);
  assert.ok(reference.filter((line) => line !== 'invalid').length > 1_500, 'enough valid pairs');
  assertAgrees('rpm', pairs, reference);
});

test('rpm: rules', () => {
  assertLines('rpm', [
    '1.0~rc1 < 1.0',
    '1.0 < 1.0^git1',
    '1.0^git1 < 1.0a',
    '1.0^git1 < 1.0.1',
    '1.0^20240101 < 1.0^20240102',
    '1.0~rc1^git1 < 1.0',
    '1.0.a < 1.0.1',
    '1.0_1 = 1.0.1',
    '1.010 = 1.10',
    '1.0 < 1.0-1',
    '1.0-1 = 0:1.0-1',
    '1.0-9 < 1:0.1-1',
    '2.12-1.el8_4.2 < 2.12-1.el8_10',
    '1.99999999999999999999 < 1.100000000000000000000',
    'invalid: 1-',
    'invalid: 1:',
    'invalid: -1',
    'invalid: 1 0',
  ]);
});
