import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFeed } from '../../../../test/support/recording-sink.ts';
import { needsUnpacked, unpackedFile } from '../../../../test/support/unpacked.ts';
import { ParseError } from '../../../platform/errors.ts';
import { kev } from './index.ts';

const CATALOGUE = 'data/vuln/kev/known_exploited_vulnerabilities-2025.08.25.json.xz';

test('entries give the day they were added; others are skipped', () => {
  const {
    kev: found,
    skipped,
    updated,
    covered,
  } = readFeed(kev, {
    dateReleased: '2022-04-06T10:00:00.5Z',
    vulnerabilities: [
      { cveID: 'CVE-2021-44228', dateAdded: '2021-12-10' },
      { cveID: 'CVE-2021-1', dateAdded: '2021-12-10' },
      { cveID: 'CVE-2021-4034' },
      7,
    ],
  });
  assert.deepEqual([found, updated, covered], [{ 'CVE-2021-44228': '2021-12-10' }, '2022-04-06T10:00:00Z', {}]);
  assert.deepEqual(
    skipped.map((text) => text.split(' @ ')[0]),
    ['an entry without a CVE id', 'an entry without the date it was added', 'an entry without a CVE id'],
  );
  assert.throws(() => readFeed(kev, {}), ParseError);
});

test('the real catalogue of August 2025', needsUnpacked(CATALOGUE), () => {
  const { kev: found, skipped, updated } = readFeed(kev, unpackedFile(CATALOGUE));
  assert.deepEqual([Object.keys(found).length, skipped, updated], [1404, [], '2025-08-25T17:04:19Z']);
  assert.equal(found['CVE-2021-44228'], '2021-12-10');
});
