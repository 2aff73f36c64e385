import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readFeed } from '../../../../test/support/recording-sink.ts';
import { needsUnpacked, unpacked } from '../../../../test/support/unpacked.ts';
import { ParseError } from '../../../platform/errors.ts';
import { vulnrichment } from './index.ts';
import { readSsvc } from './ssvc.ts';

const DATA = 'data/vuln/vulnrichment/cisa-vulnrichment-2021-2022-20241024.tar.xz';

function record(metrics: readonly unknown[], fields: Record<string, unknown> = {}): unknown {
  return {
    dataType: 'CVE_RECORD',
    cveMetadata: { cveId: 'CVE-2022-24816', state: 'PUBLISHED' },
    containers: {
      cna: { metrics: [{ cvssV3_1: { vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H' } }] },
      adp: [
        { providerMetadata: { shortName: 'CVE' }, metrics: [] },
        { providerMetadata: { shortName: 'CISA-ADP', dateUpdated: '2024-07-01T16:33:28.685Z' }, metrics },
      ],
    },
    ...fields,
  };
}

test('SSVC answers, a score and known exploitation come from the container of CISA alone', () => {
  const output = readFeed(
    vulnrichment,
    record([
      { other: { type: 'kev', content: { dateAdded: '2024-06-26' } } },
      {
        other: {
          type: 'ssvc',
          content: {
            options: [{ Exploitation: 'Active' }, { Automatable: 'Yes' }, { 'Technical Impact': 'Total' }],
            timestamp: '2024-07-02T00:00:00Z',
          },
        },
      },
      { cvssV4_0: { vectorString: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N' } },
      { cvssV3_1: { vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' } },
    ]),
  );
  assert.deepEqual(output.kev, { 'CVE-2022-24816': '2024-06-26' });
  assert.deepEqual(output.ssvc, {
    'CVE-2022-24816': { exploitation: 'active', automatable: 'yes', technicalImpact: 'total' },
  });
  assert.deepEqual(output.severities['CVE-2022-24816'], [
    {
      kind: 'cvss',
      source: 'cisa-adp',
      raw: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
      level: 'high',
      score: 7.5,
      modified: '2024-07-01T16:33:28Z',
    },
  ]);
  assert.deepEqual([output.updated, output.skipped, output.advisories], ['2024-07-01T16:33:28Z', [], []]);
});

test('answers are taken when all three are known', () => {
  assert.deepEqual(readSsvc([{ exploitation: 'poc' }, { automatable: 'yes' }, { technicalImpact: 'partial' }]), {
    exploitation: 'poc',
    automatable: 'yes',
    technicalImpact: 'partial',
  });
  assert.equal(readSsvc([{ Exploitation: 'poc' }, { Automatable: 'yes' }]), undefined);
  assert.equal(
    readSsvc([{ Exploitation: 'perhaps' }, { Automatable: 'yes' }, { 'Technical Impact': 'total' }]),
    undefined,
  );
  assert.equal(readSsvc('poc'), undefined);
});

test('what is left out has a reason; other files are refused', () => {
  const skipped = (document: unknown) => readFeed(vulnrichment, document, 'x.json').skipped;
  assert.deepEqual(skipped(record([], { cveMetadata: { cveId: 'CVE-2022-24816', state: 'REJECTED' } })), [
    'a rejected CVE @ x.json: CVE-2022-24816',
  ]);
  assert.deepEqual(skipped(record([], { containers: {} })), [
    'a CVE without a container of CISA @ x.json: CVE-2022-24816',
  ]);
  assert.deepEqual(skipped(record([{ other: { type: 'ssvc', content: {} } }])), [
    'SSVC answers that are not known @ x.json: CVE-2022-24816',
  ]);
  for (const document of [{}, [], { cveMetadata: { cveId: 'GHSA-1' } }])
    assert.throws(() => readFeed(vulnrichment, document), ParseError);
});

test("CISA's records of 2021 and 2022", needsUnpacked(DATA), () => {
  const root = unpacked(DATA);
  const counts = { files: 0, ssvc: 0, severities: 0, kev: 0 };
  const answers = { none: 0, poc: 0, active: 0 };
  const reasons: Record<string, number> = {};
  for (const path of globSync('**/CVE-*.json', { cwd: root })) {
    const { ssvc, severities, kev, skipped } = readFeed(vulnrichment, readFileSync(join(root, path)), path);
    counts.files += 1;
    for (const { exploitation } of Object.values(ssvc)) {
      counts.ssvc += 1;
      answers[exploitation] += 1;
    }
    counts.severities += Object.keys(severities).length;
    counts.kev += Object.keys(kev).length;
    for (const line of skipped) {
      const reason = line.split(' @ ')[0] ?? '';
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
  }
  assert.deepEqual(counts, { files: 3948, ssvc: 3930, severities: 307, kev: 38 });
  assert.deepEqual(answers, { none: 3624, poc: 270, active: 36 });
  assert.deepEqual(reasons, { 'a rejected CVE': 18 });
});
