import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listedFigures } from '../../explain/history.ts';
import { statisticsOf } from '../../explain/statistics.ts';
import { assessmentOf, finding } from '../../explain/test-assessment.ts';
import { lineStatuses } from '../../respond/lines/status.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { linesTable } from './lines.ts';

function rowOf(assessment: Assessment): string {
  const { id, release, asOf, advisorySet } = assessment;
  const figures = listedFigures(assessment, statisticsOf(assessment));
  const listed = { id, release, asOf, advisorySet, savedAt: '2022-04-06T00:00:00Z', figures };
  const statuses = lineStatuses([{ name: '1.2', state: 'supported', end: '2023-01-01' }], [listed], '2022-04-06');
  return linesTable(statuses, [], '2022-04-06', { color: false, columns: 120 }).split('\n')[2] ?? '';
}

test('what was not read is no zero', () => {
  const slot = 'quay.io/app|linux/amd64';
  const found = assessmentOf({ findings: [finding({ slot, vulnerability: 'CVE-2022-1', severity: 'high' })] });
  assert.match(rowOf(found), /1\.2\.0 as of 2022-04-06 +0 +1 +0/);
  const unread = found.images.map(({ digest: _, ...image }) => image);
  assert.match(rowOf({ ...found, images: unread, findings: [] }), /1\.2\.0 as of 2022-04-06 +n\/a +n\/a +2/);
});
