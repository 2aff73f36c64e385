import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { needsPrograms, needsShared } from '../../../test/support/needs.ts';
import { STANDARD_SCHEMAS, sarifValidator } from '../../../test/support/standard-schemas.ts';
import { csvRecords } from '../../platform/csv.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { verdictsCsv } from './csv.ts';
import { verdictsJunit } from './junit.ts';
import { verdictsPolicyReport } from './policy-report.ts';
import type { ReportedVerdict, VerdictReport } from './report.ts';
import { verdictsSarif } from './sarif.ts';

/** What a hostile name or value may hold. */
const HOSTILE = '=1+1"<a>&\u0000\u001b[31m](x) {0}\nnext';
const WORDS: readonly Verdict['verdict'][] = [
  'fail',
  'warn',
  'no-evidence',
  'unsupported',
  'attested',
  'pass',
  'not-applicable',
];

function result(verdict: Verdict['verdict'], more: Partial<ReportedVerdict> = {}): ReportedVerdict {
  const common = {
    check: verdict,
    subject: HOSTILE,
    evidence: [HOSTILE],
    reason: HOSTILE,
    title: HOSTILE,
    category: 'master',
  };
  return { ...common, verdict, places: ['ncn-m001', `Pod/ns/${HOSTILE}`, 'Namespace/a'], ...more };
}

const REPORT: VerdictReport = {
  source: 'benchmark',
  rules: 'cis-1.20',
  verdict: { check: 'benchmark', subject: 'a', verdict: 'fail', evidence: [], reason: '' },
  results: [
    ...WORDS.map((word) => result(word)),
    result('fail', { check: 'waived', waiver: HOSTILE, remediation: HOSTILE }),
  ],
};

test(
  'SARIF follows its schema; only what failed has a level, and a waiver suppresses',
  needsShared(STANDARD_SCHEMAS),
  () => {
    const log = JSON.parse(verdictsSarif(REPORT)) as {
      runs: { results: { kind: string; level: string; suppressions?: unknown[] }[] }[];
    };
    const validate = sarifValidator();
    assert.ok(validate(log as unknown), JSON.stringify(validate.errors));
    const told = log.runs[0]?.results.map(
      ({ kind, level, suppressions = [] }) => `${kind} ${level} ${suppressions.length}`,
    );
    assert.deepEqual(told, [
      'fail error 0',
      'fail warning 0',
      'open none 0',
      'open none 0',
      'informational none 0',
      'pass none 0',
      'notApplicable none 0',
      'fail error 1',
    ]);
  },
);

test('JUnit is XML that a parser reads, with one failure', needsPrograms('python3'), () => {
  const script =
    'import sys,xml.etree.ElementTree as e;r=e.parse(sys.stdin).getroot();print(r.get("tests"),r.get("failures"),r.get("skipped"),len(list(r.iter("failure"))),len(list(r.iter("skipped"))))';
  const read = execFileSync('python3', ['-c', script], { input: verdictsJunit(REPORT), encoding: 'utf8' });
  assert.equal(read.trim(), '8 1 5 1 5');
});

test('a policy report counts what could not be judged as errors, and its texts are texts', () => {
  const report = JSON.parse(verdictsPolicyReport(REPORT));
  assert.deepEqual(report.summary, { pass: 1, fail: 1, warn: 2, error: 2, skip: 2 });
  assert.equal(report.metadata.name, 'plimsoll-benchmark-cis-1.20');
  assert.deepEqual(report.results[0].resources[0], { apiVersion: 'v1', kind: 'Node', name: 'ncn-m001' });
  assert.deepEqual(report.results[0].resources[2], { kind: 'Namespace', name: 'a' });
  for (const { properties } of report.results)
    assert.ok(Object.values(properties).every((value) => typeof value === 'string'));
});

test('a spreadsheet runs nothing of the table', () => {
  const [head, ...rows] = [...csvRecords(verdictsCsv(REPORT), 'csv')];
  assert.equal(rows.length, REPORT.results.length);
  assert.ok(
    rows.every(
      ({ fields }) => fields.length === head?.fields.length && fields.every((field) => !/^[=+@-]|\p{Cc}/u.test(field)),
    ),
  );
});
