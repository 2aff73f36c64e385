import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { parseChartMap } from './chart-map.ts';

test('rows are read with and without header, source and quotes; others are gaps', () => {
  const text =
    'manifest,chart,image\r\nm,csm-algol60/a:1.0+x,alpine:3\r\n"m","b:2","quay.io/b:1"\nm,no-version,x\nm,c:1\nm,c:1,Not An Image\nm,c:1,a,b\n\n';
  const { rows, gaps } = parseChartMap(text, 'chartmap.csv');
  assert.deepEqual(rows, [
    { manifest: 'm', chart: 'a', version: '1.0+x', logical: 'docker.io/library/alpine:3', position: 'chartmap.csv:2' },
    { manifest: 'm', chart: 'b', version: '2', logical: 'quay.io/b:1', position: 'chartmap.csv:3' },
  ]);
  assert.deepEqual(
    gaps.map((gap) => gap.location),
    ['line 4', 'line 5', 'line 6', 'line 7'],
  );
  assert.equal(parseChartMap('m,a:1,alpine', 'c').rows.length, 1);
});

test('a real extraction: 9 charts, 21 rows, 14 images', needsShared('data/csm/core-services.chartmap.csv'), () => {
  const { rows, gaps } = parseChartMap(readFileSync(sharedPath('data/csm/core-services.chartmap.csv'), 'utf8'), 'c');
  assert.deepEqual(gaps, []);
  const distinct = (key: 'chart' | 'logical'): number => new Set(rows.map((row) => row[key])).size;
  assert.deepEqual([rows.length, distinct('chart'), distinct('logical')], [21, 9, 14]);
});
