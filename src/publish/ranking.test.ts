import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largeAssessment } from '../../bench/large-assessment.ts';
import { sampleAssessment } from '../../test/support/sample-assessment.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { instancesOf } from '../respond/priority/instance.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { isCve } from '../statements/vex/vulnerability-id.ts';
import { packageColumns } from './html/package-columns.ts';
import { compareWeight as comparePageRows, vulnerabilityRows } from './html/page/vulnerabilities.ts';
import { reportData } from './html/report-data.ts';
import { assessmentMarkdown } from './markdown/assessment.ts';
import { compareWeight, severeImages, urgentVulnerabilities } from './ranking.ts';
import { vulnerabilityLines } from './terminal/lists.ts';

/** In the order of their most urgent instance, as triage and tickets list them. */
function asTriaged(assessment: Assessment): readonly string[] {
  return [...new Set(instancesOf(assessment).map(({ vulnerability }) => vulnerability))];
}

/** The ids of a text in the order in which they stand. */
function idsIn(text: string): readonly string[] {
  return [...new Set(text.match(/CVE-\d{4}-\d+/g) ?? [])];
}

/** Different in everything that decides a place, so that the number of images decides nothing. */
function distinctAssessment(): Assessment {
  const sample = sampleAssessment();
  const ids = [...new Set(sample.findings.map(({ vulnerability }) => vulnerability))];
  const findings = sample.findings.map((finding) => {
    const place = ids.indexOf(finding.vulnerability);
    return { ...finding, epss: (place + 1) / 100, kev: place % 3 === 0 };
  });
  return { ...sample, findings };
}

test('one order: terminal, Markdown, page and triage list vulnerabilities alike', () => {
  const assessment = distinctAssessment();
  const order = asTriaged(assessment);
  const ranked = urgentVulnerabilities(assessment.findings, order.length).map(({ vulnerability }) => vulnerability);
  assert.deepEqual(ranked, order);
  const terminal = vulnerabilityLines(assessment, 98, { color: false, columns: 100 }).join('\n');
  assert.deepEqual(idsIn(terminal), order.slice(0, 10).filter(isCve));
  const [, list = ''] = assessmentMarkdown(assessment, statisticsOf(assessment)).split('## Vulnerabilities');
  assert.deepEqual(idsIn(list.split('## Gaps')[0] ?? ''), order.slice(0, 20).filter(isCve));
  const tool = { name: 'plimsoll', version: '0.0.0' };
  const data = reportData(assessment, statisticsOf(assessment), packageColumns(assessment), tool);
  const rows = vulnerabilityRows(data.findings).toSorted(comparePageRows);
  assert.deepEqual(
    rows.map(({ id }) => id),
    order,
  );
  assert.deepEqual(
    data.urgent.map(({ vulnerability }) => vulnerability),
    order.slice(0, 10),
  );
});

test('critical, then high, then fixable first; known use and spread only inside these', () => {
  const ranked = urgentVulnerabilities(largeAssessment(20, 2000).findings, 10_000);
  const keys = ranked.map(({ severity, fixable }) => `${'chmlnu'.indexOf(severity.charAt(0))}${fixable ? 0 : 1}`);
  assert.deepEqual(keys, keys.toSorted());
  const [first] = urgentVulnerabilities(sampleAssessment().findings, 1);
  assert.equal(first?.reason, 'fixable, known exploited, EPSS 0.94');
});

test('images: by critical, then high, then fixable', () => {
  const counts = { total: 0, critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0, fixable: 0 };
  const images = [
    { slot: 'many-high', counts: { ...counts, high: 9, total: 9 } },
    { slot: 'one-critical', counts: { ...counts, critical: 1, total: 1 } },
    { slot: 'fixable', counts: { ...counts, critical: 1, total: 1, fixable: 1 } },
    { slot: 'medium', counts: { ...counts, medium: 99, total: 99 } },
  ];
  const order = ['fixable', 'one-critical', 'many-high'];
  assert.deepEqual(
    severeImages(images, 10).map(({ slot }) => slot),
    order,
  );
  assert.deepEqual(
    images.toSorted(compareWeight).map(({ slot }) => slot),
    [...order, 'medium'],
  );
});
