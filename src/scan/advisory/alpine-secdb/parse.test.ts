import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { readFeed } from '../../../../test/support/recording-sink.ts';
import { needsUnpacked, unpacked } from '../../../../test/support/unpacked.ts';
import { ParseError } from '../../../platform/errors.ts';
import { alpineSecdb } from './index.ts';

const DERIVED = 'data/vuln/alpine/derived-from-aports-secfixes.json.tar.xz';
const OFFICIAL = 'data/vuln/alpine/official-alpine-secdb-2020-06-08-v3.3-v3.11.yaml.tar.xz';
const PARTIAL = 'data/vuln/alpine/vuln-list-v3.1x-single-packages';

function secdb(secfixes: unknown, distroversion = 'v3.15'): unknown {
  return { distroversion, reponame: 'main', packages: [{ pkg: { name: 'zlib', secfixes } }] };
}

test('a fixed version affects all below it; "0" says never affected', () => {
  const { advisories, covered, skipped } = readFeed(
    alpineSecdb,
    secdb({ '0': ['CVE-2023-45853'], '1.2.12-r0': ['CVE-2018-25032'], '1.2.12-r2': ['CVE-2022-37434'] }),
  );
  assert.deepEqual(
    advisories.map(({ id, status, ranges, fixState, namespace, package: name }) => [
      id,
      status,
      ranges,
      fixState,
      namespace,
      name,
    ]),
    [
      ['CVE-2023-45853', 'not-affected', [], 'unknown', 'alpine:3.15', 'zlib'],
      ['CVE-2018-25032', 'affected', [{ fixed: '1.2.12-r0' }], 'fixed', 'alpine:3.15', 'zlib'],
      ['CVE-2022-37434', 'affected', [{ fixed: '1.2.12-r2' }], 'fixed', 'alpine:3.15', 'zlib'],
    ],
  );
  assert.deepEqual([covered, skipped], [{ 'alpine:3.15': 'whole' }, []]);
});

test('an id in "0" and under a version: the version holds, and it is said', () => {
  const { advisories, skipped } = readFeed(
    alpineSecdb,
    secdb({ '0': ['CVE-2026-22184'], '1.3.2-r0': ['CVE-2026-22184'] }),
  );
  assert.deepEqual(
    advisories.map(({ status, ranges }) => [status, ranges]),
    [['affected', [{ fixed: '1.3.2-r0' }]]],
  );
  assert.equal(skipped.length, 1);
  assert.match(skipped[0] ?? '', /never affected.*the version holds @ input.json: zlib CVE-2026-22184/);
});

test('an id under several versions is fixed in the last, whatever their order in the file', () => {
  const { advisories } = readFeed(
    alpineSecdb,
    secdb({ '1.10-r0': ['CVE-2020-1'.concat('000')], '1.9-r3': ['CVE-2020-1000'] }),
  );
  assert.deepEqual(
    advisories.map(({ ranges }) => ranges),
    [[{ fixed: '1.10-r0' }]],
  );
});

test('what cannot be used is skipped with its reason, record by record', () => {
  const { advisories, skipped } = readFeed(alpineSecdb, {
    distroversion: 'edge',
    packages: [
      { pkg: { name: 'phpmyadmin', secfixes: { '4.8.0.-r1': ['CVE-2018-0001', 'CVE-2018-0002'] } } },
      { pkg: { name: 'heimdal', secfixes: { '7.4.0-r0': null } } },
      { pkg: { name: 'x', secfixes: { '1-r0': ['CVE-46838', 7] } } },
      { pkg: { secfixes: {} } },
      'nonsense',
      { pkg: { name: 'sudo', secfixes: { '1.9.5p2-r0': ['CVE-2021-3156'] } } },
    ],
  });
  assert.deepEqual(
    advisories.map(({ namespace, id }) => [namespace, id]),
    [['alpine:edge', 'CVE-2021-3156']],
  );
  assert.deepEqual(
    skipped.map((text) => text.split(' @ ')[0]),
    [
      'a fixed version that apk does not accept',
      'a fixed version that apk does not accept',
      'a fixed version that names no vulnerability',
      'an entry without a vulnerability id',
      'an entry without a vulnerability id',
      'a package without a name',
      'a package without a name',
    ],
  );
});

test('a file of another kind is refused as a whole', () => {
  for (const document of [
    {},
    [],
    { distroversion: '3.15', packages: [] },
    { distroversion: 'v3', packages: [] },
    '{',
    'null',
  ]) {
    assert.throws(() => readFeed(alpineSecdb, document), ParseError);
  }
});

test("the branch's date is read from last-update", () => {
  assert.equal(readFeed(alpineSecdb, '2022-03-31T00:00:00Z\n', 'alpine/last-update').updated, '2022-03-31T00:00:00Z');
});

test('counts of the databases derived from package recipes', needsUnpacked(DERIVED), () => {
  // data/vuln: packages with fixes, main / community.
  const counts: readonly (readonly [string, number, number])[] = [
    ['2021-07/v3.9', 187, 61],
    ['2021-07/v3.10', 205, 80],
    ['2021-07/v3.11', 218, 99],
    ['2021-07/v3.12', 199, 154],
    ['2021-07/v3.13', 201, 210],
    ['2021-07/v3.14', 201, 225],
    ['20200103/edge', 170, 82],
    ['20240208/edge', 248, 379],
    ['20260822/edge', 286, 479],
  ];
  for (const [folder, main, community] of counts) {
    for (const [repository, expected] of [
      ['main', main],
      ['community', community],
    ] as const) {
      const bytes = readFileSync(join(unpacked(DERIVED), folder, `${repository}.json`));
      const { advisories, skipped } = readFeed(alpineSecdb, bytes);
      const lost = new Set(skipped.flatMap((text) => / @ input\.json: (\S+)/.exec(text)?.[1] ?? []));
      const packages = new Set([...advisories.map((advisory) => advisory.package), ...lost]);
      assert.equal(packages.size, expected, `${folder} ${repository}`);
    }
  }
  const latest = ['main', 'community'].map((name) =>
    readFeed(alpineSecdb, readFileSync(join(unpacked(DERIVED), '20260822/edge', `${name}.json`))),
  );
  const zlib = latest[0]?.advisories.find(({ package: name, id }) => name === 'zlib' && id === 'CVE-2026-22184');
  assert.deepEqual(zlib?.ranges, [{ fixed: '1.3.2-r0' }], 'in "0" and in a version upstream, too');
});

test('the official YAML of 2020 reads like the JSON', needsUnpacked(OFFICIAL), () => {
  const bytes = readFileSync(join(unpacked(OFFICIAL), 'v3.11/main.yaml'));
  const { advisories, covered } = readFeed(alpineSecdb, bytes, 'v3.11/main.yaml');
  assert.deepEqual(covered, { 'alpine:3.11': 'whole' });
  assert.equal(new Set(advisories.map((advisory) => advisory.package)).size, 175);
  const musl = advisories.find(({ id }) => id === 'CVE-2019-14697');
  assert.deepEqual(musl?.ranges, [{ fixed: '1.1.23-r2' }]);
});

test(
  'CVE-2018-25032 is fixed in 1.2.12-r0 of 3.12 and 3.15, and unknown to the end-of-life branch 3.11',
  needsShared(PARTIAL),
  () => {
    const fixes = ['v3.11', 'v3.12', 'v3.15'].map((branch) => {
      const { advisories } = readFeed(alpineSecdb, readFileSync(sharedPath(`${PARTIAL}/${branch}-main-partial.json`)));
      return advisories.find(({ package: name, id }) => name === 'zlib' && id === 'CVE-2018-25032')?.ranges;
    });
    assert.deepEqual(fixes, [undefined, [{ fixed: '1.2.12-r0' }], [{ fixed: '1.2.12-r0' }]]);
  },
);
