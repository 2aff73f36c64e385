import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { readFeed } from '../../../../test/support/recording-sink.ts';
import { needsUnpacked, unpacked } from '../../../../test/support/unpacked.ts';
import { ParseError } from '../../../platform/errors.ts';
import type { Advisory } from '../advisory.ts';
import { suseRelease } from '../suse-products.ts';
import { suseCvrf } from './index.ts';
import { settleRecords } from './settle.ts';

const DATA = 'data/vuln/suse/suse-cvrf-samples-vuln-list-update.tar.xz';
const TRACKING = `<DocumentTracking><Identification><ID>SUSE-SU-2022:1061-1</ID></Identification>
  <InitialReleaseDate>2022-03-30T12:00:00Z</InitialReleaseDate><CurrentReleaseDate>2022-03-31T12:00:00Z</CurrentReleaseDate></DocumentTracking>`;

function vulnerability(cve: string, productIds: readonly string[], more = ''): string {
  return `<Vulnerability xmlns="http://www.icasi.org/CVRF/schema/vuln/1.1" Ordinal="1"><CVE>${cve}</CVE><ProductStatuses>
    <Status Type="Fixed">${productIds.map((id) => `<ProductID>${id}</ProductID>`).join('')}</Status>
    <Status Type="Known Affected"><ProductID>Other product:x</ProductID></Status></ProductStatuses>
    <Threats><Threat Type="Impact"\n><Description\n>important</Description></Threat><Threat Type="Exploit Status"><Description>low</Description></Threat></Threats>${more}</Vulnerability>`;
}

function cvrf(...members: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?><cvrfdoc xmlns="http://www.icasi.org/CVRF/schema/cvrf/1.1">${members.join('\n')}</cvrfdoc>`;
}

const SERVER = 'SUSE Linux Enterprise Server 15 SP3';
const MODULE = 'SUSE Linux Enterprise Module for Basesystem 15 SP3';
const SCORES = `<CVSSScoreSets><ScoreSetV2><BaseScore>5</BaseScore><Vector>AV:N/AC:L/Au:N/C:N/I:N/A:P</Vector></ScoreSetV2>
  <ScoreSetV3><BaseScoreV3>7.5</BaseScoreV3><VectorV3>CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H</VectorV3></ScoreSetV3></CVSSScoreSets>`;

test('a fixed package is one record for each release and CVE', () => {
  const document = cvrf(
    TRACKING,
    vulnerability(
      'CVE-2018-25032',
      [
        `${MODULE}:libz1-1.2.11-150000.3.30.1`,
        `${SERVER}:libz1-1.2.11-150000.3.30.1`,
        `${MODULE}:libz1-debuginfo-1.2.11-150000.3.30.1`,
      ],
      SCORES,
    ),
  );
  const { advisories, covered, updated, skipped } = readFeed(suseCvrf, document, 'cvrf-x.xml');
  assert.deepEqual(advisories, [
    {
      feed: 'suse-cvrf',
      id: 'CVE-2018-25032',
      aliases: [],
      related: ['SUSE-SU-2022:1061-1'],
      namespace: 'sles:15.3',
      package: 'libz1',
      binary: true,
      status: 'affected',
      ranges: [{ fixed: '1.2.11-150000.3.30.1' }],
      fixState: 'fixed',
      severities: [
        { kind: 'vendor', source: 'suse', raw: 'important', level: 'high' },
        {
          kind: 'cvss',
          source: 'suse',
          raw: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
          level: 'high',
          score: 7.5,
        },
      ],
      published: '2022-03-30T12:00:00Z',
      modified: '2022-03-31T12:00:00Z',
      reference: 'https://www.suse.com/security/cve/CVE-2018-25032.html',
    },
  ]);
  assert.deepEqual([covered, updated, skipped], [{ 'sles:15.3': 'whole' }, '2022-03-31T12:00:00Z', []]);
});

test('a fix for subscribers is its own state, unless everybody has it', () => {
  const states = (...ids: readonly string[]) =>
    readFeed(
      suseCvrf,
      cvrf(TRACKING, vulnerability('CVE-2022-1', ids).replace('CVE-2022-1', 'CVE-2022-0001')),
    ).advisories.map(({ fixState, ranges }) => [fixState, ranges]);
  assert.deepEqual(states(`${SERVER}-LTSS:a-1-2`), [['subscription', [{ limit: '1-2' }]]]);
  assert.deepEqual(states(`${SERVER}-LTSS:a-1-2`, `${SERVER}:a-1-2`), [['fixed', [{ fixed: '1-2' }]]]);
  assert.deepEqual(states(`${SERVER}:a-1-2`, `${SERVER}-LTSS:a-1-2`), [['fixed', [{ fixed: '1-2' }]]]);
});

test('of several announcements the highest fix holds, one for everybody before one for subscribers', () => {
  const record = (fixed: string, announcement: string, fixState: Advisory['fixState'] = 'fixed'): Advisory => ({
    feed: 'suse-cvrf',
    id: 'CVE-2022-0001',
    aliases: [],
    related: [announcement],
    namespace: 'sles:15.3',
    package: 'a',
    binary: true,
    status: 'affected',
    ranges: [fixState === 'fixed' ? { fixed } : { limit: fixed }],
    fixState,
    severities: [],
  });
  const [held, ...others] = settleRecords([
    record('1-10', 'A'),
    record('1-9', 'B'),
    record('1-11', 'C', 'subscription'),
  ]);
  assert.deepEqual([held?.ranges, held?.related, others], [[{ fixed: '1-10' }], ['A', 'B'], []]);
  const odd = [record('1 0', 'A'), record('1-9', 'B')];
  assert.deepEqual(settleRecords(odd), odd);
});

test('what cannot be used has a reason; other files are refused', () => {
  const skipped = (...members: readonly string[]) => readFeed(suseCvrf, cvrf(TRACKING, ...members), 'x.xml').skipped;
  assert.deepEqual(skipped(vulnerability('n/a', [])), ['a vulnerability without a CVE id @ x.xml: n/a']);
  assert.deepEqual(skipped(vulnerability('CVE-2022-0001', [])), ['no package that is fixed @ x.xml: CVE-2022-0001']);
  assert.deepEqual(skipped(vulnerability('CVE-2022-0001', ['SUSE Package Hub 15 SP3:a-1-1', `${SERVER}:nonsense`])), [
    'other products only @ x.xml: CVE-2022-0001',
  ]);
  const affected = vulnerability('CVE-2022-0001', [`${SERVER}:a-1-1`]).replace('Other product:x', `${SERVER}:b`);
  assert.deepEqual(skipped(affected), ['packages with a status other than fixed @ x.xml: CVE-2022-0001']);
  for (const document of [
    '<updates/>',
    cvrf(),
    cvrf(vulnerability('CVE-2022-0001', [])),
    cvrf('<DocumentTracking/>'),
    '{}',
  ]) {
    assert.throws(() => readFeed(suseCvrf, document), ParseError, document);
  }
});

/** An announcement as another program wrote it down, for its own tests. */
interface Golden {
  readonly Tracking: { readonly ID: string };
  readonly Vulnerabilities: readonly {
    readonly CVE: string;
    readonly ProductStatuses: readonly { readonly Type: string; readonly ProductID: readonly string[] }[] | null;
  }[];
}

test("real announcements say what another reader's notes say of them", needsUnpacked(DATA), () => {
  const root = join(unpacked(DATA), 'suse/cvrf/testdata');
  const counts: Record<string, number> = {};
  for (const file of globSync('cvrf/*.xml', { cwd: root })) {
    const { advisories } = readFeed(suseCvrf, readFileSync(join(root, file)), file);
    counts[basename(file)] = advisories.length;
    const announcement = advisories[0]?.related[0];
    if (announcement === undefined) continue;
    const golden: Golden = JSON.parse(
      readFileSync(join(root, 'golden', `${announcement.replace(':', '-')}.json`), 'utf8'),
    );
    const expected = new Set<string>();
    for (const { CVE, ProductStatuses } of golden.Vulnerabilities) {
      for (const id of (ProductStatuses ?? []).flatMap(({ ProductID }) => ProductID)) {
        const [product = '', packaged = ''] = id.split(':');
        const release = suseRelease(product);
        if (/-(?:debuginfo|debugsource)(?:-32bit)?-[^-]+-[^-]+$/.test(packaged)) continue;
        if (release !== undefined) expected.add(`${CVE} ${release.namespace} ${packaged}`);
      }
    }
    const found = advisories.map(
      ({ id, namespace, package: name, ranges: [range] }) =>
        `${id} ${namespace} ${name}-${range?.fixed ?? range?.limit}`,
    );
    assert.deepEqual(found.sort(), [...expected].sort(), file);
  }
  assert.deepEqual(counts, {
    'cvrf-opensuse-su-2015-0225-1.xml': 29,
    'cvrf-opensuse-su-2015-0798-1.xml': 6,
    'cvrf-opensuse-su-2015-1289-1.xml': 168,
    'cvrf-opensuse-su-2016-0874-1.xml': 0,
    'cvrf-opensuse-su-2016-3233-1.xml': 70,
    'cvrf-opensuse-su-2018-1633-1.xml': 19,
    'cvrf-suse-su-2018-1784-1.xml': 15,
    'cvrf-suse-su-2019-14018-1.xml': 28,
    'cvrf-suse-su-2019-1608-1.xml': 4,
    'cvrf-suse-su-2019-3294-1.xml': 0,
    'cvrf-suse-su-2019-3295-1.xml': 500,
  });
  for (const file of globSync('broken-cvrf/*.xml', { cwd: root })) {
    assert.throws(() => readFeed(suseCvrf, readFileSync(join(root, file)), file), ParseError);
  }
});
