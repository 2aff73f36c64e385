// The gate: every criterion above and below the line, and never a pass on missing evidence.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assessmentOf, finding } from '../../explain/test-assessment.ts';
import type { GateCriteria } from '../../platform/settings.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { agesOf } from './ages.ts';
import { gateOf } from './gate.ts';

const SLOT = 'quay.io/app|linux/amd64';
const KEV = { id: 'kev', licence: 'CC0-1.0', records: 1, skipped: 0, namespaces: [] } as const;

function withKev(assessment: Assessment): Assessment {
  const { advisorySet } = assessment;
  return { ...assessment, advisorySet: { ...advisorySet, feeds: [...advisorySet.feeds, KEV] } };
}

function judge(assessment: Assessment, criteria: GateCriteria, history: readonly Assessment[] = []) {
  return gateOf(assessment, criteria, { ageOf: agesOf([...history, assessment], assessment.asOf) });
}

function verdicts(assessment: Assessment, criteria: GateCriteria, history: readonly Assessment[] = []) {
  const { verdict, results } = judge(assessment, criteria, history);
  return [verdict.verdict, ...results.map((result) => result.verdict)];
}

const CRITICAL = finding({ slot: SLOT, vulnerability: 'CVE-2022-1', severity: 'critical', fixedIn: '2' });
const QUIET = assessmentOf({});

const cases: readonly (readonly [string, Assessment, GateCriteria, readonly string[]])[] = [
  [
    'nothing found',
    QUIET,
    { most: { critical: 0 }, coverage: 100, triaged: ['critical'] },
    ['pass', 'pass', 'pass', 'pass'],
  ],
  ['one too many', assessmentOf({ findings: [CRITICAL] }), { most: { critical: 0 } }, ['fail', 'fail']],
  [
    'as many as allowed',
    assessmentOf({ findings: [CRITICAL] }),
    { most: { critical: 1, fixable: 1, total: 1 } },
    ['pass', 'pass', 'pass', 'pass'],
  ],
  [
    'not affected does not count',
    assessmentOf({ findings: [{ ...CRITICAL, statement: 'not_affected:component_not_present' }] }),
    { most: { critical: 0 }, triaged: ['critical'] },
    ['pass', 'pass', 'pass'],
  ],
  [
    'an exception lowers no count',
    assessmentOf({ findings: [{ ...CRITICAL, statement: 'affected:version-locked' }] }),
    { most: { critical: 0 }, triaged: ['critical'] },
    ['fail', 'pass', 'fail'],
  ],
  ['untriaged', assessmentOf({ findings: [CRITICAL] }), { triaged: ['critical', 'high'] }, ['fail', 'fail']],
  [
    'exploited',
    withKev(assessmentOf({ findings: [{ ...CRITICAL, kev: true }] })),
    { knownExploited: 'excepted' },
    ['fail', 'fail'],
  ],
  [
    'exploited, with an exception',
    withKev(assessmentOf({ findings: [{ ...CRITICAL, kev: true, statement: 'affected:next-release' }] })),
    { knownExploited: 'excepted' },
    ['pass', 'pass'],
  ],
  [
    'exploited, where an exception is no excuse',
    withKev(assessmentOf({ findings: [{ ...CRITICAL, kev: true, statement: 'affected:next-release' }] })),
    { knownExploited: 'none' },
    ['fail', 'fail'],
  ],
  ['no catalogue of exploited ones', QUIET, { knownExploited: 'none' }, ['no-evidence', 'no-evidence']],
  ['no criteria', QUIET, {}, ['no-evidence']],
];
test('what decided is listed in the default order, with its reason', () => {
  const rows = [
    finding({ slot: 'a|linux/amd64', vulnerability: 'CVE-2022-1', severity: 'low' }),
    finding({ slot: 'a|linux/amd64', vulnerability: 'CVE-2022-2', severity: 'critical' }),
    finding({ slot: 'b|linux/amd64', vulnerability: 'CVE-2022-3', severity: 'critical', fixedIn: '2' }),
    finding({ slot: 'c|linux/amd64', vulnerability: 'CVE-2022-4', severity: 'critical', fixedIn: '2', kev: true }),
  ];
  const { results } = judge(assessmentOf({ findings: rows }), { most: { total: 0 } });
  assert.deepEqual(results[0]?.evidence, [
    'c|linux/amd64 CVE-2022-4 critical: fixable, known exploited',
    'b|linux/amd64 CVE-2022-3 critical: fixable',
    'a|linux/amd64 CVE-2022-2 critical: no fix',
    'a|linux/amd64 CVE-2022-1 low: no fix',
  ]);
});

for (const [name, assessment, criteria, expected] of cases) {
  test(name, () => assert.deepEqual(verdicts(assessment, criteria), expected));
}

test('a headline that does not hold, or an unread image, makes every pass a lack of evidence; a failure stays one', () => {
  const starter = { ...QUIET, advisorySet: { ...QUIET.advisorySet, starter: true } };
  assert.deepEqual(verdicts(starter, { most: { critical: 0 }, triaged: ['high'] }), [
    'no-evidence',
    'no-evidence',
    'no-evidence',
  ]);
  const [read] = QUIET.images;
  assert.ok(read !== undefined);
  const { digest: _, ...unread } = read;
  const partly = { ...QUIET, images: [read, { ...unread, slot: 'other|linux/amd64' }] };
  assert.deepEqual(verdicts(partly, { most: { critical: 0 } }), ['no-evidence', 'no-evidence']);
  assert.deepEqual(verdicts(partly, { coverage: 51 }), ['fail', 'fail']);
  const failing = { ...assessmentOf({ findings: [CRITICAL] }), advisorySet: starter.advisorySet };
  assert.deepEqual(verdicts(failing, { most: { critical: 0 } }), ['fail', 'fail']);
});

test('an image on a distribution of which no package was read is no evidence: its database is missing or broken', () => {
  const images = QUIET.images.map((image) => ({
    ...image,
    os: { id: 'debian', version: '11', endOfLife: '2026-08-31' },
  }));
  const others = QUIET.packages.map((found) => ({ ...found, type: 'npm' as const }));
  const rule: GateCriteria = { most: { critical: 0 }, endOfLife: 'none', coverage: 100 };
  assert.deepEqual(verdicts({ ...QUIET, images }, rule), ['pass', 'pass', 'pass', 'pass']);
  assert.deepEqual(verdicts({ ...QUIET, images, packages: others }, rule), [
    'no-evidence',
    'no-evidence',
    'pass',
    'pass',
  ]);
  // Another scanner need not list packages in which it found nothing.
  const imported = { ...QUIET, images, packages: [], severityPolicy: 'as-reported-by-trivy' };
  assert.equal(verdicts(imported, { most: { critical: 0 } })[0], 'pass');
});

test('the age of a fixable one is that of the first assessment that has it, under any id', () => {
  const at = (asOf: string, findings: Assessment['findings']): Assessment => ({
    ...assessmentOf({ findings, slots: [SLOT] }),
    asOf,
  });
  const rule: GateCriteria = { fixableOlderThan: { critical: 14 } };
  const now = at('2022-04-20', [CRITICAL]);
  const old = at('2022-04-01', [{ ...CRITICAL, vulnerability: 'GHSA-1', aliases: ['CVE-2022-1'] }]);
  assert.deepEqual(verdicts(now, rule, [old]), ['fail', 'fail']);
  assert.deepEqual(verdicts(now, rule, [at('2022-04-06', [CRITICAL]), at('2022-04-05', [])]), [
    'no-evidence',
    'no-evidence',
  ]);
  assert.deepEqual(verdicts(now, rule, [at('2022-04-06', [])]), ['pass', 'pass']);
  assert.deepEqual(verdicts(now, rule), ['no-evidence', 'no-evidence']);
  const { fixedIn: _, ...unfixed } = { ...CRITICAL, fixState: 'not-fixed' as const };
  assert.deepEqual(verdicts(at('2022-04-20', [unfixed]), rule, [old]), ['pass', 'pass']);
});

test('an absence that a gap may have hidden does not make a finding young', () => {
  const now: Assessment = { ...assessmentOf({ findings: [CRITICAL] }), asOf: '2022-04-20' };
  const quiet = assessmentOf({ slots: [SLOT] });
  const hidden: Assessment = {
    ...quiet,
    asOf: '2022-04-15',
    images: quiet.images.map((image) => ({
      ...image,
      gaps: [{ kind: 'no-feed' as const, target: SLOT, reason: 'none' }],
    })),
  };
  assert.deepEqual(verdicts(now, { fixableOlderThan: { critical: 14 } }, [hidden]), ['no-evidence', 'no-evidence']);
});

test('end of life: ended fails, unknown is no evidence, an image without packages of a distribution has none to end', () => {
  const on = (os: Assessment['images'][number]['os']): Assessment => ({
    ...QUIET,
    images: QUIET.images.map((image) => (os === undefined ? image : { ...image, os })),
  });
  const rule: GateCriteria = { endOfLife: 'none' };
  assert.deepEqual(verdicts(on({ id: 'alpine', version: '3.12', endOfLife: '2022-04-05' }), rule), ['fail', 'fail']);
  assert.deepEqual(verdicts(on({ id: 'alpine', version: '3.15', endOfLife: '2022-04-06' }), rule), ['pass', 'pass']);
  assert.deepEqual(verdicts(on({ id: 'own', version: '1' }), rule), ['no-evidence', 'no-evidence']);
  assert.deepEqual(verdicts(on(undefined), rule), ['no-evidence', 'no-evidence']);
  assert.deepEqual(verdicts(on({ id: 'debian' }), rule), ['pass', 'pass']);
  const bare = { ...QUIET, packages: QUIET.packages.map((found) => ({ ...found, type: 'npm' as const })) };
  assert.equal(verdicts(bare, rule)[1], 'pass');
});

test('a ticket is a decision where the ledger knows it', () => {
  const assessment = assessmentOf({ findings: [CRITICAL] });
  const { verdict } = gateOf(assessment, { triaged: ['critical'] }, { ageOf: () => ({}), hasTicket: () => true });
  assert.equal(verdict.verdict, 'pass');
});
