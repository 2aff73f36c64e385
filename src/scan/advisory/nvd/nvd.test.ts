import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readFeed } from '../../../../test/support/recording-sink.ts';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { ParseError } from '../../../platform/errors.ts';
import { buildAdvisorySet } from '../set/build.ts';
import { openAdvisorySet } from '../set/open.ts';
import { nvd } from './index.ts';

const V31 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H';
const V30 = 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const V40 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
const CISA = '134c704f-9b21-4f2e-91b3-4a467353bcc0';
const GITHUB = 'security-advisories@github.com';

function metric(source: string, vectorString: string): unknown {
  return {
    source,
    type: source === 'nvd@nist.gov' ? 'Primary' : 'Secondary',
    cvssData: { vectorString, baseScore: 1 },
  };
}

/** A record with the members that NVD's schema requires. */
function record(id: string, metrics: unknown, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id,
    sourceIdentifier: 'cve@mitre.org',
    published: '2022-03-25T09:15:08.187',
    lastModified: '2026-07-14T12:16:46.733',
    vulnStatus: 'Modified',
    descriptions: [{ lang: 'en', value: 'x' }],
    references: [],
    metrics,
    ...fields,
  };
}

function answer(...records: readonly unknown[]): unknown {
  return {
    resultsPerPage: records.length,
    startIndex: 0,
    totalResults: records.length,
    format: 'NVD_CVE',
    version: '2.0',
    timestamp: '2026-08-01T00:00:00.000',
    vulnerabilities: records.map((cve) => ({ cve })),
  };
}

/** `source kind level score` of the score that is taken. */
function taken(metrics: unknown): string | undefined {
  const { severities } = readFeed(nvd, answer(record('CVE-2018-25032', metrics)));
  return severities['CVE-2018-25032']
    ?.map(({ source, kind, level, score }) => `${source} ${kind} ${level} ${score}`)
    .join();
}

test("NVD's own score counts before others, version 3.1 before others", () => {
  assert.equal(taken({ cvssMetricV31: [metric(GITHUB, V30), metric('nvd@nist.gov', V31)] }), 'nvd nvd high 7.5');
  assert.equal(
    taken({ cvssMetricV40: [metric(GITHUB, V40)], cvssMetricV30: [metric('nvd@nist.gov', V30)] }),
    'nvd nvd critical 9.8',
  );
  assert.equal(
    taken({ cvssMetricV31: [metric(CISA, V31)], cvssMetricV2: [metric('nvd@nist.gov', 'AV:N/AC:L/Au:N/C:N/I:N/A:P')] }),
    'nvd nvd medium 5',
  );
  assert.equal(
    taken({ cvssMetricV31: [metric(CISA, V31)], cvssMetricV40: [metric(GITHUB, V40)] }),
    'cisa-adp cvss high 7.5',
  );
  assert.equal(taken({ cvssMetricV40: [metric(GITHUB, V40)] }), `${GITHUB} cvss critical 9.3`);
  assert.equal(
    taken({ cvssMetricV31: [metric('nvd@nist.gov', 'no vector')], cvssMetricV30: [metric(CISA, V30)] }),
    'cisa-adp cvss critical 9.8',
  );
  assert.equal(taken({ ssvcV203: [{ source: CISA, ssvcData: {} }] }), undefined);
  const options = [{ exploitation: 'poc' }, { automatable: 'yes' }, { technicalImpact: 'partial' }];
  const { ssvc } = readFeed(
    nvd,
    answer(record('CVE-2018-25032', { ssvcV203: [{ source: CISA, ssvcData: { options } }] })),
  );
  assert.deepEqual(ssvc['CVE-2018-25032'], { exploitation: 'poc', automatable: 'yes', technicalImpact: 'partial' });
});

test('dates, and what is left out with its reason', () => {
  const output = readFeed(
    nvd,
    answer(
      record('CVE-2018-25032', { cvssMetricV31: [metric('nvd@nist.gov', V31)] }),
      record('CVE-2020-0001', {}, { lastModified: '2026-08-01T00:00:00.000' }),
      record('CVE-2020-0002', {}, { vulnStatus: 'Rejected' }),
      record('odd', {}),
    ),
    'nvd.json',
  );
  assert.equal(output.updated, '2026-08-01T00:00:00Z');
  assert.deepEqual(Object.keys(output.severities), ['CVE-2018-25032']);
  assert.equal(output.severities['CVE-2018-25032']?.[0]?.modified, '2026-07-14T12:16:46Z');
  assert.deepEqual(output.skipped, [
    'a CVE without a CVSS score @ nvd.json: CVE-2020-0001',
    'a rejected CVE @ nvd.json: CVE-2020-0002',
    'a record without a CVE id @ nvd.json',
  ]);
});

test('a file of one record is read; other files are refused', () => {
  const single = record('CVE-2018-25032', { cvssMetricV31: [metric('nvd@nist.gov', V31)] });
  assert.equal(readFeed(nvd, single).severities['CVE-2018-25032']?.length, 1);
  for (const document of [{}, [], { vulnerabilities: {} }, { id: 'CVE-2018-25032' }]) {
    assert.throws(() => readFeed(nvd, document), ParseError);
  }
});

test('a file of a whole year is read record by record, and the set answers for each CVE', async () => {
  const records = Array.from({ length: 5000 }, (_, index) =>
    record(`CVE-2024-${10_000 + index}`, {
      cvssMetricV31: [metric('nvd@nist.gov', index % 2 === 0 ? V31 : V30.replace('3.0', '3.1'))],
    }),
  );
  const text = JSON.stringify(answer(...records), undefined, 1);
  assert.ok(text.length > 2_000_000);
  const year = join(temporaryFolder(), 'nvdcve-2.0-2024.json.gz');
  writeFileSync(year, gzipSync(text));
  const newer = join(temporaryFolder(), 'one.json');
  const rescored = record('CVE-2024-10000', { cvssMetricV31: [metric('nvd@nist.gov', V31.replace('A:H', 'A:L'))] });
  writeFileSync(newer, JSON.stringify({ ...rescored, lastModified: '2026-09-01T00:00:00.000' }));
  const file = join(temporaryFolder(), 'nvd.db');
  const inputs = [
    { feed: nvd, path: newer },
    { feed: nvd, path: year },
  ];
  await buildAdvisorySet(inputs, file, { builtAt: '2026-01-01T00:00:00Z' });
  const set = openAdvisorySet(file);
  assert.deepEqual([set.feeds[0]?.records, set.feeds[0]?.skipped], [5001, 0]);
  const levels = ['CVE-2024-10000', 'CVE-2024-10001', 'CVE-2024-10002', 'CVE-2024-99999'].map(
    (id) => set.enrichment(id)?.severities?.[0]?.level,
  );
  assert.deepEqual(levels, ['medium', 'critical', 'high', undefined]);
  assert.equal(set.contentId(), set.id);
  set.close();

  writeFileSync(year, gzipSync(text.slice(0, -10)));
  await assert.rejects(
    buildAdvisorySet([{ feed: nvd, path: year }], file, { builtAt: '2026-01-01T00:00:00Z' }),
    ParseError,
  );
});
