import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readFeed } from '../../../../test/support/recording-sink.ts';
import { ParseError } from '../../../platform/errors.ts';
import { eol } from './index.ts';
import { shippedEndOfLife } from './shipped.ts';

test('entries need a release, a date and a source', () => {
  const source = 'https://example.org/';
  const { endOfLife, skipped } = readFeed(eol, {
    endOfLife: [
      { os: 'alpine:3.15', date: '2023-11-01', source },
      { os: 'alpine 3.15', date: '2023-11-01', source },
      { os: 'debian:11', date: 'August 2026', source },
      { os: 'debian:12', date: '2028-06-30' },
    ],
  });
  assert.deepEqual([endOfLife, skipped.length], [{ 'alpine:3.15': { date: '2023-11-01', source } }, 3]);
  assert.throws(() => readFeed(eol, []), ParseError);
});

test('the shipped table is in the format of the feed, and every entry is taken', () => {
  const text = readFileSync(join(import.meta.dirname, 'table.json'), 'utf8');
  const { endOfLife, skipped } = readFeed(eol, text);
  const listed: readonly { readonly os: string; readonly source: string }[] = JSON.parse(text).endOfLife;
  assert.deepEqual(skipped, []);
  assert.equal(Object.keys(endOfLife).length, listed.length, 'no release twice');
  for (const { os, source } of listed) {
    assert.equal(new URL(source).protocol, 'https:');
    assert.deepEqual(shippedEndOfLife(os), endOfLife[os]);
  }
});

test('dates of known releases', () => {
  const dates = {
    'alpine:3.10': '2021-05-01',
    'alpine:3.11': '2021-11-01',
    'alpine:3.12': '2022-05-01',
    'alpine:3.15': '2023-11-01',
    'alpine:3.20': '2026-04-01',
    'debian:10': '2024-06-30',
    'sles:15.3': '2022-12-31',
    'rhel:7': '2024-06-30',
  };
  for (const [os, date] of Object.entries(dates)) assert.equal(shippedEndOfLife(os)?.date, date, os);
  for (const os of ['alpine:edge', 'wolfi', 'debian:sid', 'alpine:9.99'])
    assert.equal(shippedEndOfLife(os), undefined, os);
});
