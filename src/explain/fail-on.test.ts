import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digestOf } from '../platform/canonical.ts';
import { PlimsollError } from '../platform/errors.ts';
import type { Assessment, Finding } from '../scan/assess/assessment.ts';
import { type FailOn, failOnVerdict, parseFailOn, refuseWithoutBaseline } from './fail-on.ts';
import { assessmentOf, finding } from './test-assessment.ts';

const slot = 'quay.io/api|linux/amd64';
const high = finding({ slot, vulnerability: 'CVE-2022-1', severity: 'high', fixedIn: '2' });
const highUnfixed = finding({ slot, vulnerability: 'CVE-2022-2', severity: 'high' });
const low = finding({ slot, vulnerability: 'CVE-2022-3', severity: 'low', fixedIn: '2' });
const unknown = finding({ slot, vulnerability: 'CVE-2022-4', severity: 'unknown', fixedIn: '2' });
const critical = finding({ slot, vulnerability: 'CVE-2022-5', severity: 'critical' });

/** Ids of the instances that fail, or the verdict when none does. */
function failing(text: string, findings: readonly Finding[], baseline?: Assessment | readonly Finding[]): string {
  const before = baseline === undefined || 'id' in baseline ? baseline : assessmentOf({ findings: baseline });
  const { verdict, evidence } = failOnVerdict(parseFailOn(text), assessmentOf({ findings }), before);
  return verdict === 'fail' ? evidence.map((line) => line.split(' ')[1]).join(' ') : verdict;
}

describe('the words of --fail-on', () => {
  const rows: readonly [string, FailOn][] = [
    ['high', { findings: [{ severity: 'high', onlyFixable: false, onlyNew: false }], gaps: 'none' }],
    [
      'critical, high ,fixable',
      {
        findings: [
          { severity: 'critical', onlyFixable: true, onlyNew: false },
          { severity: 'high', onlyFixable: true, onlyNew: false },
        ],
        gaps: 'none',
      },
    ],
    ['fixable', { findings: [{ severity: 'any', onlyFixable: true, onlyNew: false }], gaps: 'none' }],
    ['gaps', { findings: [], gaps: 'all' }],
    ['new:gaps', { findings: [], gaps: 'new' }],
    ['new:gaps,gaps', { findings: [], gaps: 'all' }],
    ['fixable,gaps', { findings: [{ severity: 'any', onlyFixable: true, onlyNew: false }], gaps: 'all' }],
    ['new:high,fixable', { findings: [{ severity: 'high', onlyFixable: true, onlyNew: true }], gaps: 'none' }],
    [
      'critical,new:fixable',
      {
        findings: [
          { severity: 'critical', onlyFixable: false, onlyNew: false },
          { severity: 'any', onlyFixable: true, onlyNew: true },
        ],
        gaps: 'none',
      },
    ],
    ['new:any', { findings: [{ severity: 'any', onlyFixable: false, onlyNew: true }], gaps: 'none' }],
  ];
  for (const [text, expected] of rows) it(text, () => assert.deepEqual(parseFailOn(text), expected));

  for (const text of ['', 'hgih', 'high,', 'new:', 'new:new:high', 'HIGH']) {
    it(`"${text}" is a usage error`, () => {
      assert.throws(
        () => parseFailOn(text),
        (error) => error instanceof PlimsollError && error.code === 'usage',
      );
    });
  }

  it('a baseline is needed for what is new, and only then', () => {
    refuseWithoutBaseline(parseFailOn('high,gaps'));
    for (const text of ['new:high', 'new:gaps', 'critical,new:fixable']) {
      assert.throws(() => refuseWithoutBaseline(parseFailOn(text)), { code: 'usage', message: /--baseline/ }, text);
    }
    assert.throws(
      () => failing('new:high', [high]),
      (error) => error instanceof PlimsollError && error.code === 'usage',
    );
  });
});

describe('--fail-on', () => {
  const all = [high, highUnfixed, low, unknown, critical];
  const rows: readonly [string, string][] = [
    ['critical', 'CVE-2022-5'],
    ['high', 'CVE-2022-1 CVE-2022-2 CVE-2022-5'],
    ['low', 'CVE-2022-1 CVE-2022-2 CVE-2022-3 CVE-2022-5'],
    ['unknown', 'CVE-2022-4'],
    ['negligible,unknown', 'CVE-2022-1 CVE-2022-2 CVE-2022-3 CVE-2022-4 CVE-2022-5'],
    ['any', 'CVE-2022-1 CVE-2022-2 CVE-2022-3 CVE-2022-4 CVE-2022-5'],
    ['fixable', 'CVE-2022-1 CVE-2022-3 CVE-2022-4'],
    ['high,critical,fixable', 'CVE-2022-1'],
    ['critical,fixable', 'pass'],
    ['gaps', 'pass'],
  ];
  for (const [text, expected] of rows) it(`${text}: ${expected}`, () => assert.equal(failing(text, all), expected));

  it('does not count what is stated not to be affected', () => {
    assert.equal(failing('high', [{ ...high, statement: 'not_affected:inline_mitigations_already_exist' }]), 'pass');
  });

  it('fails on a gap when asked', () => {
    const gap = { kind: 'image-unreadable', target: slot, reason: 'gone' } as const;
    const { verdict, evidence, reason } = failOnVerdict(parseFailOn('gaps'), assessmentOf({ gaps: [gap] }));
    assert.deepEqual([verdict, evidence], ['fail', [`image-unreadable ${slot}: gone`]]);
    assert.equal(reason, '1 gap that must not be there');
  });

  it('is no pass where the figures may not be quoted, but a finding fails all the same', () => {
    const starter = { ...assessmentOf({ findings: [low] }).advisorySet, starter: true };
    const judge = (text: string) =>
      failOnVerdict(parseFailOn(text), { ...assessmentOf({ findings: [low] }), advisorySet: starter }).verdict;
    assert.deepEqual([judge('high'), judge('low')], ['no-evidence', 'fail']);
  });
});

describe('--fail-on against a baseline', () => {
  it('passes over what was there, under whatever alias', () => {
    assert.equal(failing('new:high', [high, highUnfixed], [high]), 'CVE-2022-2');
    const renamed = { ...high, vulnerability: 'GHSA-aaaa-bbbb-cccc', aliases: ['CVE-2022-1'] };
    assert.equal(failing('new:high', [renamed], [high]), 'pass');
    assert.equal(failing('new:high', [high], [renamed]), 'pass');
  });

  it('fails on what was there in another image only', () => {
    assert.equal(failing('new:high', [high], [{ ...high, slot: 'quay.io/other|linux/amd64' }]), 'CVE-2022-1');
  });

  it('fails on what has come to meet the condition: rescored, or fixable now', () => {
    assert.equal(failing('new:high', [high], [{ ...high, severity: 'medium' }]), 'CVE-2022-1');
    assert.equal(failing('new:high,fixable', [high], [highUnfixed, { ...high, fixState: 'not-fixed' }]), 'CVE-2022-1');
  });

  it('passes over what has got better, and over a tag that was added beside', () => {
    assert.equal(failing('new:high', [high], [{ ...high, severity: 'critical' }]), 'pass');
    assert.equal(failing('new:high', [{ ...high, slot: `${slot}#2` }], [high]), 'pass');
  });

  it('mixes conditions that look at the baseline with such that do not', () => {
    assert.equal(
      failing('critical,new:high', [critical, high, highUnfixed], [critical, high]),
      'CVE-2022-2 CVE-2022-5',
    );
  });

  it('fails on new gaps only, whatever their words', () => {
    const gap = { kind: 'end-of-life', target: slot, reason: 'since yesterday' } as const;
    const before = assessmentOf({ gaps: [{ ...gap, reason: 'soon' }] });
    const judge = (target: string) =>
      failOnVerdict(parseFailOn('new:gaps'), assessmentOf({ gaps: [{ ...gap, target }] }), before).verdict;
    assert.deepEqual([judge(slot), judge('quay.io/other|linux/amd64')], ['pass', 'fail']);
  });

  it('compares a release with itself to a pass', () => {
    const same = assessmentOf({ findings: [high, critical] });
    assert.equal(failing('new:any,new:gaps', [high, critical], { ...same, id: digestOf('earlier') }), 'pass');
  });
});
