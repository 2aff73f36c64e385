import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleAssessment } from '../../test/support/sample-assessment.ts';
import type { Assessment, Finding } from '../scan/assess/assessment.ts';
import { judgeOf } from '../statements/judge.ts';
import { type Statement, statementText } from '../statements/statement.ts';
import { readVex } from '../statements/vex/read.ts';
import { csafDocument } from './csaf/document.ts';
import { cyclonedxBom } from './cyclonedx/bom.ts';
import { assessmentOpenvex } from './openvex/document.ts';

const BASE = {
  owner: 'hms',
  author: 'first',
  approver: 'second',
  date: '2022-03-20',
  renewals: 0,
  origin: { kind: 'site', file: 'statements.yaml', trusted: true },
} as const;

const DECISIONS: readonly Omit<Statement, 'scope' | 'id'>[] = [
  { ...BASE, status: 'affected', exception: { reason: 'next-release', detail: 'with 1.3' }, expires: '2022-05-01' },
  {
    ...BASE,
    status: 'affected',
    action: 'Restart the proxy.',
    exception: { reason: 'no-upstream-fix' },
    expires: '2022-06-01',
  },
  { ...BASE, status: 'not_affected', justification: 'component_not_present', expires: '2022-07-01' },
  { ...BASE, status: 'not_affected', impact: 'Only on Windows.', expires: '2022-07-02' },
  { ...BASE, status: 'fixed', expires: '2022-08-01' },
  { ...BASE, status: 'under_investigation', expires: '2022-04-20' },
];

/** The sample with a decision on every second vulnerability, applied to its findings. */
function decidedAssessment(): Assessment {
  const sample = sampleAssessment();
  const ids = [...new Set(sample.findings.map(({ vulnerability }) => vulnerability))];
  const givenStatements = ids.flatMap((vulnerability, index): Statement[] => {
    const decision = DECISIONS[(index / 2) % DECISIONS.length];
    return decision === undefined ? [] : [{ id: `decision-${index}`, scope: { vulnerability }, ...decision }];
  });
  const judged = judgeIn(sample, givenStatements);
  const findings = sample.findings.map((finding): Finding => {
    const { statement: _, ...plain } = finding;
    const decision = judged(finding);
    return decision === undefined ? plain : { ...plain, statement: statementText(decision) };
  });
  return { ...sample, findings, givenStatements };
}

function judgeIn({ release, asOf, images }: Assessment, statements: readonly Statement[]) {
  const judge = judgeOf(statements, { releaseVersion: release.version, asOf });
  const bySlot = new Map(images.map((image) => [image.slot, image]));
  return (finding: Finding): Statement | undefined => {
    const image = bySlot.get(finding.slot);
    return image === undefined ? undefined : judge(finding, image);
  };
}

const PUBLISHER = { name: 'Harbour', namespace: 'https://harbour.example' };
const DOCUMENTS = {
  openvex: (assessment: Assessment) => assessmentOpenvex(assessment, PUBLISHER),
  csaf: (assessment: Assessment) => csafDocument(assessment, { publisher: PUBLISHER, status: 'final' }),
  cyclonedx: (assessment: Assessment) => cyclonedxBom(assessment, PUBLISHER),
};

for (const [form, documentOf] of Object.entries(DOCUMENTS)) {
  test(`${form}: what is published is read again as the same decisions, until the same day`, () => {
    const assessment = decidedAssessment();
    const trusts = (issuer: string): boolean => issuer === PUBLISHER.name || issuer === PUBLISHER.namespace;
    const statements = readVex(JSON.stringify(documentOf(assessment)), { file: `${form}.json`, trusts });
    const read = judgeIn(assessment, statements);
    const written = judgeIn(assessment, assessment.givenStatements ?? []);
    for (const finding of assessment.findings) {
      const [was, is] = [written(finding), read(finding)];
      if (was === undefined) {
        assert.equal(is?.status, 'under_investigation', finding.vulnerability);
        continue;
      }
      const { status, justification, impact, exception, expires, date } = was;
      assert.deepEqual(
        [is?.status, is?.justification, is?.impact, is?.exception, is?.expires, is?.date],
        [status, justification, impact, exception, expires, date],
        finding.vulnerability,
      );
      if (was.action !== undefined) assert.equal(is?.action, was.action);
    }
  });
}
