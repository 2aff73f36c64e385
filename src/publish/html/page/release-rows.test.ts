import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleAssessment } from '../../../../test/support/sample-assessment.ts';
import { statisticsOf } from '../../../explain/statistics.ts';
import { packageColumns } from '../package-columns.ts';
import { reportData } from '../report-data.ts';
import { chartRows, systemRows } from './release-rows.ts';

const sample = sampleAssessment();
const statistics = statisticsOf(sample);
const data = reportData(sample, statistics, packageColumns(sample), { name: 'plimsoll', version: '0.0.0' });

test('charts: those installed and those that only images name, each with the instances of its images', () => {
  const rows = chartRows(data);
  assert.equal(rows.length, new Set(sample.images.flatMap(({ charts }) => charts)).size);
  const api = rows.find(({ name }) => name === 'platform/harbour-api:1.4.0');
  assert.deepEqual(
    [api?.chart, api?.version, api?.manifest, api?.installed, api?.images],
    ['harbour-api', '1.4.0', 'platform', ['services/harbour-api'], 2],
  );
  const images = data.images.filter(({ charts }) => charts.includes('platform/harbour-api:1.4.0'));
  assert.equal(
    api?.counts.total,
    images.reduce((sum, { counts }) => sum + counts.total, 0),
  );
  const unread = rows.find(({ chart }) => chart === 'telemetry');
  assert.deepEqual([unread?.images, unread?.unread], [1, 1]);
  const weights = rows.map(({ counts }) => counts.critical);
  assert.deepEqual(
    weights,
    weights.toSorted((a, b) => b - a),
  );
});

test('charts: a chart that no image uses stands with none, and one installed twice names both', () => {
  const chart = { manifest: 'a/b.yaml', chart: 'web', version: '1', namespace: 'x' };
  const charts = [
    { ...chart, release: 'one' },
    { ...chart, release: 'two' },
  ];
  const [row] = chartRows({ charts, images: [] });
  assert.deepEqual([row?.images, row?.installed], [0, ['x/one', 'x/two']]);
});

test('systems: every image is in one, and their instances add up', () => {
  const rows = systemRows(data.images);
  assert.equal(
    rows.reduce((sum, { images }) => sum + images, 0),
    sample.images.length,
  );
  assert.equal(
    rows.reduce((sum, { counts }) => sum + counts.total, 0),
    statistics.instances.total,
  );
  assert.deepEqual(
    rows.map(({ name, known, images }) => [name, known, images]),
    [
      ['alpine 3.15', true, 5],
      ['debian 11', true, 4],
      ['alpine 3.11', true, 1],
      ['none known', false, 1],
      ['not read', false, 1],
    ],
  );
  assert.equal(rows.find(({ name }) => name === 'alpine 3.11')?.endOfLife, '2021-11-01');
});
