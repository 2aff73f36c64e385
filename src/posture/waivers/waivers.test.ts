import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Waiver } from '../../platform/settings.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { parseWaivers } from './read.ts';
import { waive } from './waivers.ts';

const RESULT: Verdict = { check: 'a', subject: 'ncn-m001', verdict: 'fail', evidence: [], reason: 'r' };
const WAIVER: Waiver = { check: 'a', owner: 'ops', reason: 'known', expires: '2022-04-20' };

test('a waiver holds on its last day and not after it, and what it covers stays what it is', () => {
  const [held] = waive([RESULT], [WAIVER], '2022-04-20').results;
  assert.deepEqual(held, { ...RESULT, waiver: 'ops until 2022-04-20: known' });
  const late = waive([RESULT], [WAIVER], '2022-04-21');
  assert.deepEqual([late.results, late.waivers[0]?.state, late.waivers[0]?.results], [[RESULT], 'expired', 1]);
});

test('it covers the check and the subjects that it names, and nothing that passed', () => {
  const covered = (waiver: Partial<Waiver>, result: Partial<Verdict> = {}) =>
    waive([{ ...RESULT, ...result }], [{ ...WAIVER, ...waiver }], '2022-01-01').results[0]?.waiver !== undefined;
  assert.equal(covered({ subjects: ['ncn-m*'] }), true);
  assert.equal(covered({ subjects: ['ncn-w*'] }), false);
  assert.equal(covered({ check: 'b' }), false);
  assert.equal(covered({}, { verdict: 'warn' }), true);
  for (const verdict of ['pass', 'no-evidence', 'unsupported', 'not-applicable'] as const) {
    assert.equal(covered({}, { verdict }), false, verdict);
  }
});

test('a file of waivers says where it is wrong; owner, reason and last day cannot be left out', () => {
  const text = 'waivers:\n- {check: a, owner: ops, reason: known, expires: 2022-04-20}\n';
  assert.deepEqual(parseWaivers(text, 'w.yaml'), [WAIVER]);
  for (const word of ['check: a, ', 'owner: ops, ', 'reason: known, ', ', expires: 2022-04-20']) {
    assert.throws(() => parseWaivers(text.replace(word, ''), 'w.yaml'), /^ParseError: w\.yaml:2:/, word);
  }
  for (const wrong of ['', 'waivers: {}', text.replace('2022-04-20', '2022-04-31'), text.replace('known', '" "')]) {
    assert.throws(() => parseWaivers(wrong, 'w.yaml'), { code: 'parse' }, wrong);
  }
});
