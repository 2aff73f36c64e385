// Results written here in the form that the documentation and public samples of `snyk container test --json` show; Snyk's service decides what is in
// them, so the program cannot be run for a test. CSM's counting is done again from the raw text, as its aggregator does it.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { slotCounts } from '../../../explain/statistics.ts';
import { digestOf } from '../../../platform/canonical.ts';
import type { Assessment } from '../../assess/assessment.ts';
import { assessResults, importAssessment } from '../import-assessment.ts';
import { snyk } from './index.ts';
import { parseSnyk } from './parse.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-snyk-'));
after(() => rmSync(root, { recursive: true }));

const DIGEST = `sha256:${'5a'.repeat(32)}`;
const LOGICAL = 'artifactory.algol60.net/csm-docker/stable/docker.io/library/alpine:3.15';

interface Row {
  readonly id: string;
  readonly severity: string;
  readonly identifiers: Readonly<Record<string, readonly string[]>>;
  readonly [member: string]: unknown;
}

const ZLIB: Row = {
  id: 'SNYK-ALPINE315-ZLIB-2434420',
  title: 'Out-of-bounds Write',
  severity: 'high',
  identifiers: { CVE: ['CVE-2018-25032'], CWE: ['CWE-787'], ALTERNATIVE: [] },
  packageName: 'zlib',
  packageManager: 'alpine:3.15',
  name: 'zlib/zlib',
  version: '1.2.11-r3',
  nearestFixedInVersion: '1.2.12-r0',
  isUpgradable: false,
  from: ['docker-image|alpine@3.15', 'zlib/zlib@1.2.11-r3'],
  modificationTime: '2022-04-02T10:00:00.000000Z',
};
const OPENSSL: Row = {
  id: 'SNYK-ALPINE315-OPENSSL-2426333',
  severity: 'medium',
  identifiers: { CVE: ['CVE-2022-0778', 'CVE-2022-0779'], CWE: [], ALTERNATIVE: ['SNYK-LINUX-OPENSSL-1'] },
  packageName: 'openssl',
  packageManager: 'alpine:3.15',
  name: 'openssl/libcrypto1.1',
  version: '1.1.1l-r8',
  publicationTime: '2022-03-15T10:00:00.000000Z',
};
const MINIMIST: Row = {
  id: 'SNYK-JS-MINIMIST-2429795',
  severity: 'critical',
  identifiers: { CVE: ['CVE-2021-44906'], CWE: ['CWE-1321'], GHSA: ['GHSA-xvch-5gv4-984h'] },
  packageName: 'minimist',
  packageManager: 'npm',
  name: 'minimist',
  version: '1.2.5',
  isUpgradable: true,
  fixedIn: ['0.2.4', '1.2.6'],
  epssDetails: { probability: '0.00197', percentile: '0.57' },
};

function results(vulnerabilities: readonly Row[], more: Readonly<Record<string, unknown>> = {}): object {
  return {
    vulnerabilities,
    ok: vulnerabilities.length === 0,
    dependencyCount: 14,
    packageManager: 'apk',
    platform: 'linux/amd64',
    path: 'alpine:3.15',
    docker: {
      image: {
        logicalRef: LOGICAL,
        physicalRef: `artifactory.algol60.net/csm-docker/stable/docker.io/library/alpine@${DIGEST}`,
      },
    },
    filtered: { ignore: [], patch: [] },
    uniqueCount: vulnerabilities.length,
    ...more,
  };
}

const FILE = { path: 'snyk.json', digest: digestOf('report') };

async function assessed(value: unknown): Promise<Assessment> {
  const parsed = parseSnyk(Buffer.from(JSON.stringify(value)), FILE);
  const all = { ...parsed, missing: [], charts: new Map(), reports: [FILE.digest] };
  return assessResults({ importer: snyk, target: 'snyk:a', path: 'a' }, all, { asOf: '2022-04-06' });
}

test('an image under its logical reference, with what was shipped', async () => {
  const { images, inventories, packages } = await assessed(results([ZLIB]));
  assert.deepEqual(images, [
    {
      slot: 'artifactory.algol60.net/csm-docker/stable/docker.io/library/alpine|linux/amd64',
      logical: LOGICAL,
      physical: `artifactory.algol60.net/csm-docker/stable/docker.io/library/alpine@${DIGEST}`,
      digest: DIGEST,
      platform: 'linux/amd64',
      origin: 'third-party',
      charts: [],
      os: { id: 'alpine', version: '3.15', endOfLife: '2023-11-01' },
      packages: 14,
      gaps: [],
    },
  ]);
  assert.deepEqual(
    inventories.map(({ digest, cataloguers }) => [digest, cataloguers]),
    [[DIGEST, ['snyk@unknown']]],
  );
  assert.deepEqual(
    packages.map(({ purl, source, namespace }) => [purl, source, namespace]),
    [['pkg:apk/alpine/zlib@1.2.11-r3?distro=alpine-3.15', { name: 'zlib', version: '1.2.11-r3' }, 'alpine:3.15']],
  );
});

test('rows of one key and package are one finding, fixable if any row is', async () => {
  const row = { ...ZLIB, nearestFixedInVersion: undefined };
  const { findings } = await assessed(results([row, { ...row, from: ['other'] }, { ...row, isUpgradable: true }]));
  assert.deepEqual(
    findings.map((found) => [found.vulnerability, found.fixState, found.fixedIn]),
    [['CVE-2018-25032', 'fixed', undefined]],
  );
  const unfixed = await assessed(results([row]));
  assert.equal(unfixed.findings[0]?.fixState, 'not-fixed');
});

test('a record about several CVEs is a cell of each, and stays one record', async () => {
  const { findings } = await assessed(results([OPENSSL]));
  assert.deepEqual(
    findings.map((row) => [row.vulnerability, row.advisories, row.aliases, row.fixState]),
    [
      ['CVE-2022-0778', ['snyk/SNYK-ALPINE315-OPENSSL-2426333'], ['SNYK-ALPINE315-OPENSSL-2426333'], 'not-fixed'],
      ['CVE-2022-0779', ['snyk/SNYK-ALPINE315-OPENSSL-2426333'], ['SNYK-ALPINE315-OPENSSL-2426333'], 'not-fixed'],
    ],
  );
});

test('applications in the image count, licences do not, and what a policy file hides is a gap', async () => {
  const application = {
    vulnerabilities: [MINIMIST, { ...MINIMIST, id: 'snyk:lic:npm:a:GPL-3.0', type: 'license' }],
    packageManager: 'npm',
    displayTargetFile: '/app/package.json',
    dependencyCount: 3,
  };
  const hidden = { filtered: { ignore: [ZLIB, OPENSSL], patch: [] } };
  const { findings, images, gaps } = await assessed(results([], { applications: [application], ...hidden }));
  assert.deepEqual(
    findings.map((row) => [
      row.vulnerability,
      row.aliases,
      row.purl,
      row.location,
      row.fixedIn,
      row.severity,
      row.epss,
    ]),
    [
      [
        'CVE-2021-44906',
        ['GHSA-xvch-5gv4-984h', 'SNYK-JS-MINIMIST-2429795'],
        'pkg:npm/minimist@1.2.5',
        'app/package.json',
        '1.2.6',
        'critical',
        0.00197,
      ],
    ],
  );
  assert.equal(images[0]?.packages, 17);
  assert.ok(gaps.some(({ reason }) => reason === "2 findings were left out by Snyk's policy file"));
  const list = await assessed([results([]), { ...application }]);
  assert.deepEqual(
    list.findings.map(({ vulnerability }) => vulnerability),
    ['CVE-2021-44906'],
  );
});

test('the newest date of the records is what is known of the database', async () => {
  const { advisorySet, gaps } = await assessed(results([ZLIB, OPENSSL]));
  assert.equal(advisorySet.feeds[0]?.upstreamUpdatedAt, '2022-04-02T10:00:00.000000Z');
  assert.ok(gaps.some(({ target, reason }) => target === 'advisory set' && /do not state which database/.test(reason)));
  const empty = await assessed(results([]));
  assert.deepEqual(
    [empty.advisorySet.builtAt, empty.advisorySet.feeds[0]?.upstreamUpdatedAt],
    ['2022-04-06T00:00:00Z', undefined],
  );
});

test('what Snyk prints when it failed is an error with its words', async () => {
  for (const [text, message] of [
    ['{"ok": false, "error": "Authentication failed", "path": "alpine"}', /Authentication failed/],
    ['{"ok": true}', /vulnerabilities/],
    ['[]', /empty/],
    ['not json', /no JSON/],
  ] as const) {
    assert.throws(() => parseSnyk(Buffer.from(text), FILE), { name: 'ParseError', message }, text);
  }
});

/** CSM's aggregator: distinct keys of id and identifiers, by severity; a key is fixable when any of its rows is. */
function csmCounts(rows: readonly Row[]): Readonly<Record<string, number>> {
  const keys = (of: readonly Row[]) =>
    new Set(of.map(({ id, identifiers }) => [id, ...Object.values(identifiers).flat()].sort().join(' '))).size;
  return {
    critical: keys(rows.filter(({ severity }) => severity === 'critical')),
    high: keys(rows.filter(({ severity }) => severity === 'high')),
    medium: keys(rows.filter(({ severity }) => severity === 'medium')),
    low: keys(rows.filter(({ severity }) => severity === 'low')),
    fixable: keys(rows.filter((row) => row['isUpgradable'] === true || Boolean(row['nearestFixedInVersion']))),
  };
}

/** The same figures from an assessment: distinct records of a slot. */
function recordCounts({ findings }: Assessment): Readonly<Record<string, number>> {
  const records = (test: (row: Assessment['findings'][number]) => boolean) =>
    new Set(findings.filter(test).flatMap((row) => row.advisories)).size;
  return {
    critical: records(({ severity }) => severity === 'critical'),
    high: records(({ severity }) => severity === 'high'),
    medium: records(({ severity }) => severity === 'medium'),
    low: records(({ severity }) => severity === 'low'),
    fixable: records(({ fixState }) => fixState === 'fixed'),
  };
}

test("the records of a slot count as CSM's spreadsheet counts its keys", async () => {
  const record = fc
    .record({
      id: fc.integer({ min: 1, max: 6 }),
      package: fc.constantFrom('zlib/zlib', 'openssl/libssl1.1', 'openssl/libcrypto1.1'),
      isUpgradable: fc.boolean(),
      fix: fc.option(fc.constant('9-r0'), { nil: undefined }),
    })
    .map(
      ({ id, package: name, isUpgradable, fix }): Row => ({
        id: `SNYK-ALPINE315-X-${id}`,
        severity: ['critical', 'high', 'medium', 'low'][id % 4] ?? 'low',
        // One CVE in two records, two CVEs in one, none at all.
        identifiers: {
          CVE: id === 6 ? [] : id % 2 === 0 ? [`CVE-2022-100${id}`, 'CVE-2022-2000'] : [`CVE-2022-100${id}`],
          CWE: ['CWE-1'],
        },
        packageManager: 'alpine:3.15',
        name,
        version: '1-r0',
        isUpgradable,
        ...(fix === undefined ? {} : { nearestFixedInVersion: fix }),
      }),
    );
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 12 }), async (rows) => {
      const assessment = await assessed(results(rows));
      assert.deepEqual(recordCounts(assessment), csmCounts(rows));
      if (rows.some(({ identifiers }) => identifiers['CVE']?.length === 2)) return;
      const [counts] = slotCounts(assessment).values();
      assert.equal(counts?.total ?? 0, new Set(rows.map(({ id }) => id)).size);
    }),
    { numRuns: 200 },
  );
});

test("CSM's tree: every image by its folder, charts from the map, gaps for those without results", async () => {
  const write = (path: string, content: unknown): void => {
    const file = join(root, 'csm-1.2.0-beta.97-scans', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  };
  const { docker: _, ...plain } = results([ZLIB]) as Record<string, unknown>;
  write('docker/quay.io/coreos/etcd:v3.3.22/snyk.json', plain);
  write('docker/quay.io/coreos/etcd:v3.3.22/snyk.txt', 'text');
  write(`docker/${LOGICAL}/snyk.json`, results([OPENSSL]));
  write('docker/docker.io/library/postgres:13.2/snyk.json', '{"ok": false, "error": "timed out"}');
  write('docker/docker.io/library/redis:7/snyk.txt', 'no json here');
  write('docker/chartmap.csv', `manifest,chart,image\nplatform,csm/cray-etcd:1.0.0,quay.io/coreos/etcd:v3.3.22\n`);
  write(
    'index.txt',
    `quay.io/coreos/etcd:v3.3.22\tmirror.example/etcd@${DIGEST}\nbusybox:1.36\tmirror.example/busybox@${DIGEST}\n`,
  );
  const assessment = await importAssessment(`snyk:${root}/csm-1.2.0-beta.97-scans`, { asOf: '2022-04-06' });
  assert.ok(assessment !== undefined);
  assert.deepEqual(assessment.release, {
    name: 'csm',
    version: '1.2.0-beta.97',
    target: `snyk:${root}/csm-1.2.0-beta.97-scans`,
  });
  assert.deepEqual(
    assessment.images.map(({ logical, digest, charts, gaps }) => [
      logical,
      digest !== undefined,
      charts.join(),
      gaps.map(({ kind }) => kind).join(),
    ]),
    [
      [LOGICAL, true, '', ''],
      ['docker.io/library/busybox:1.36', false, '', 'image-unreadable'],
      ['docker.io/library/postgres:13.2', false, '', 'image-unreadable'],
      ['docker.io/library/redis:7', false, '', 'image-unreadable'],
      ['quay.io/coreos/etcd:v3.3.22', true, 'platform/cray-etcd:1.0.0', 'undecidable'],
    ],
  );
  assert.deepEqual(
    assessment.findings.map(({ slot, vulnerability }) => [slot.replace(/\|.*/, ''), vulnerability]),
    [
      [LOGICAL.replace(/:[^:]*$/, ''), 'CVE-2022-0778'],
      [LOGICAL.replace(/:[^:]*$/, ''), 'CVE-2022-0779'],
      ['quay.io/coreos/etcd', 'CVE-2018-25032'],
    ],
  );
  assert.match(assessment.images[2]?.gaps[0]?.reason ?? '', /timed out/);
  await assert.rejects(importAssessment(`snyk:${root}/none`, { asOf: '2022-04-06' }), { code: 'input-missing' });
});
