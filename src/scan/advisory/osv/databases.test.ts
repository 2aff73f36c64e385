// The feed over whole databases as their publishers have them.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { type FeedOutput, readFeed } from '../../../../test/support/recording-sink.ts';
import { needsUnpacked, unpacked } from '../../../../test/support/unpacked.ts';
import { osv } from './index.ts';

const GO = 'data/vuln/go/golang-vulndb-osv-20260821.tar.xz';
const PYPI = 'data/vuln/pypi/pypa-advisory-database-20241010.tar.xz';
const GHSA = 'data/vuln/ghsa';

test("Go's own database names the platforms of flaws that Linux does not have", needsUnpacked(GO), () => {
  const platforms = (id: string) =>
    readFeed(osv, readFileSync(join(unpacked(GO), `data/osv/${id}.json`))).advisories.map((found) => found.platforms);
  assert.deepEqual(platforms('GO-2022-0187'), [['*/amd64']]);
  assert.deepEqual(platforms('GO-2023-2185').flat(), ['windows/*']);
  assert.deepEqual(platforms('GO-2022-0344').flat(), [undefined]);
});

test("Go's whole database", needsUnpacked(GO), () => {
  const files = globSync('data/osv/*.json', { cwd: unpacked(GO) });
  assert.equal(files.length, 4291);
  const all = files.map((file) => readFeed(osv, readFileSync(join(unpacked(GO), file)), file));
  const advisories = all.flatMap((output) => output.advisories);
  assert.deepEqual(
    all.flatMap((output) => output.skipped),
    [],
  );
  assert.ok(
    advisories.every(({ namespace, severities }) => namespace === 'go' && severities.length === 0),
    'Go states no severity',
  );
  assert.equal(new Set(advisories.filter(({ withdrawn }) => withdrawn !== undefined).map(({ id }) => id)).size, 17);
  const containerd = advisories.find(({ id }) => id === 'GO-2022-0344');
  assert.deepEqual(containerd?.aliases, ['CVE-2022-23648', 'GHSA-crp2-qrr5-8pq7']);
  assert.deepEqual(containerd?.ranges, [
    { fixed: '1.4.13' },
    { introduced: '1.5.0', fixed: '1.5.10' },
    { introduced: '1.6.0', fixed: '1.6.1' },
  ]);
  assert.equal(containerd?.modified, undefined, 'the year 1 is no date');
});

test("PyPA's whole database", needsUnpacked(PYPI), () => {
  const files = globSync('vulns/*/*.yaml', { cwd: unpacked(PYPI) });
  assert.equal(files.length, 2661);
  const all = files.map((file) => readFeed(osv, readFileSync(join(unpacked(PYPI), file)), file));
  const advisories = all.flatMap((output) => output.advisories);
  assert.deepEqual(
    all.flatMap((output) => output.skipped),
    ['no affected versions @ vulns/loguru/PYSEC-2022-15.yaml: PYSEC-2022-15 loguru'],
  );
  assert.equal(advisories.length, 2660);
  assert.equal(advisories.filter(({ severities }) => severities.length > 0).length, 202);
  assert.equal(
    advisories.filter(({ withdrawn }) => withdrawn !== undefined).length,
    9,
    'ten are withdrawn, one of them names no versions',
  );
  const py = advisories.find(({ id }) => id === 'PYSEC-2022-42969');
  assert.deepEqual([py?.ranges, py?.fixState], [[{ lastAffected: '1.11.0' }], 'unknown']);
});

test("GitHub's records of log4j and containerd", needsShared(GHSA), () => {
  const read = (id: string): FeedOutput => readFeed(osv, readFileSync(sharedPath(`${GHSA}/${id}.json`)));
  const [log4j] = read('GHSA-jfh8-c2jp-5v3q').advisories;
  assert.deepEqual([log4j?.namespace, log4j?.package], ['maven', 'org.apache.logging.log4j:log4j-core']);
  assert.deepEqual(log4j?.ranges, [
    { introduced: '2.13.0', fixed: '2.15.0' },
    { fixed: '2.3.1' },
    { introduced: '2.4', fixed: '2.12.2' },
  ]);
  assert.deepEqual(
    log4j?.severities.map(({ kind, level, score }) => [kind, level, score]),
    [
      ['cvss', 'critical', 10],
      ['vendor', 'critical', undefined],
    ],
  );
  const [containerd] = read('GHSA-crp2-qrr5-8pq7').advisories;
  assert.deepEqual(
    [
      containerd?.aliases,
      containerd?.ranges.length,
      containerd?.severities.map(({ kind, raw, level }) => [kind, raw, level]),
    ],
    [['CVE-2022-23648'], 3, [['vendor', 'MODERATE', 'medium']]],
  );
});
