import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleAssessment } from '../../test/support/sample-assessment.ts';
import { statisticsOf } from '../explain/statistics.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { forAudience } from './bundle/audience.ts';
import { findingScore } from './finding-score.ts';
import { packageColumns } from './html/package-columns.ts';
import { valueAt } from './html/page/findings.ts';
import { reportData } from './html/report-data.ts';
import { readAssessmentJson } from './json/read.ts';
import { assessmentJson } from './json/write.ts';
import { formatNamed } from './registry.ts';
import { findingsTable } from './tables/findings.ts';
import { imagesTable } from './tables/images.ts';

const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H';

/** The sample with one finding, as another scanner reports it: its own word, and a score of NVD's. */
function imported(): Assessment {
  const sample = sampleAssessment();
  const [first] = sample.findings;
  assert.ok(first !== undefined);
  const said = { severity: 'low', severitySource: 'trivy:debian', rawSeverity: 'LOW' } as const;
  return { ...sample, findings: [{ ...first, ...said, cvss: { score: 7.5, vector: VECTOR, source: 'nvd' } }] };
}

function rendered(id: string): Record<string, never> {
  const assessment = imported();
  return JSON.parse(
    String(formatNamed(id)?.render(assessment, statisticsOf(assessment), { color: false, columns: 100 })),
  );
}

test('the vector that the severity came from goes before what is stated beside a word', () => {
  const [finding] = imported().findings;
  assert.ok(finding !== undefined);
  assert.deepEqual(findingScore(finding), { score: 7.5, vector: VECTOR, version: '3.1', source: 'nvd' });
  const own = { ...finding, rawSeverity: VECTOR, severitySource: 'nvd:nvd', cvss: { score: 1 } };
  assert.deepEqual(findingScore(own), { score: 7.5, vector: VECTOR, version: '3.1', source: 'nvd:nvd' });
  const { cvss: _, ...word } = finding;
  assert.equal(findingScore(word), undefined);
  assert.deepEqual(findingScore({ ...word, cvss: { score: 5 } }), { score: 5, source: 'trivy:debian' });
});

test('a stated score is in every form, and moves no severity', async () => {
  const assessment = imported();
  const { assessment: read } = await readAssessmentJson(assessmentJson(assessment, statisticsOf(assessment)));
  assert.deepEqual(read.findings, assessment.findings);
  assert.deepEqual(forAudience(assessment, 'public').findings, assessment.findings);
  const cell = (table: ReturnType<typeof findingsTable>, name: string) =>
    table.rows[0]?.[table.columns.findIndex((column) => column.name === name)];
  assert.equal(cell(findingsTable(assessment), 'cvssScore'), 7.5);
  assert.equal(cell(findingsTable(assessment), 'severity'), 'low');
  assert.equal(cell(imagesTable(assessment), 'cvssScore.max'), 7.5);
  const tool = { name: 'plimsoll', version: '0.0.0' };
  const { findings } = reportData(assessment, statisticsOf(assessment), packageColumns(assessment), tool);
  assert.equal(valueAt(findings.cvss, 0), `7.5, nvd: ${VECTOR}`);
  assert.deepEqual(rendered('cyclonedx')['vulnerabilities']?.[0]?.['ratings'], [
    { source: { name: 'trivy:debian' }, severity: 'low' },
    { source: { name: 'nvd' }, score: 7.5, method: 'CVSSv31', vector: VECTOR },
  ]);
  assert.equal(rendered('csaf')['vulnerabilities']?.[0]?.['scores']?.[0]?.['cvss_v3']?.['baseScore'], 7.5);
});
