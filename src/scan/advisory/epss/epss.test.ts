import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { readFeed } from '../../../../test/support/recording-sink.ts';
import { ParseError } from '../../../platform/errors.ts';
import { epss } from './index.ts';

const SAMPLES = ['data/vuln/epss/epss-sample-claircore.csv', 'data/vuln/epss/epss-sample-vulnerablecode.csv'];

test('rows give probabilities; others are skipped', () => {
  const csv =
    '#model_version:v1,score_date:2024-10-25T00:00:00+0000\r\ncve,epss,percentile\r\nCVE-1999-0005,0.91963,0.9\r\nCVE-2025-9970,7e-05,0.1\n\nCVE-2025-1000,1.5,0\nhello\nCVE-2025-1001,,\nCVE-2025-1002,0.5';
  const { epss: found, skipped, updated } = readFeed(epss, csv);
  assert.deepEqual(found, { 'CVE-1999-0005': 0.91963, 'CVE-2025-9970': 0.00007, 'CVE-2025-1002': 0.5 });
  assert.deepEqual([skipped.length, updated], [3, '2024-10-25T00:00:00Z']);
  for (const text of ['', '# only a comment', 'a,b,c\n', '{}']) assert.throws(() => readFeed(epss, text), ParseError);
});

test('files as published in 2024 and 2025', needsShared(...SAMPLES), () => {
  const [older, newer] = SAMPLES.map((path) => readFeed(epss, readFileSync(sharedPath(path))));
  assert.deepEqual(
    [Object.keys(older?.epss ?? {}).length, older?.updated, older?.epss['CVE-2022-34668']],
    [29, '2024-10-25T00:00:00Z', 0.00311],
  );
  assert.deepEqual(
    [Object.keys(newer?.epss ?? {}).length, newer?.updated, newer?.skipped],
    [27, '2025-12-26T12:55:00Z', []],
  );
});
