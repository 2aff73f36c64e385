import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sharedPath } from '../../../test/support/needs.ts';
import { needsUnpacked, temporaryFolder, unpacked, unpackedFile } from '../../../test/support/unpacked.ts';
import { apk } from '../../versions/apk.ts';
import { alpineSecdb } from './alpine-secdb/index.ts';
import { debianTracker } from './debian-tracker/index.ts';
import { osv } from './osv/index.ts';
import { buildAdvisorySet, type FeedInput } from './set/build.ts';
import { openAdvisorySet, type StoredAdvisorySet } from './set/open.ts';

const OFFICIAL = 'data/vuln/alpine/official-alpine-secdb-2020-06-08-v3.3-v3.11.yaml.tar.xz';
const DERIVED = 'data/vuln/alpine/derived-from-aports-secfixes.json.tar.xz';
const PARTIAL = 'data/vuln/alpine/vuln-list-v3.1x-single-packages';
const ROOTFS = 'data/rootfs';

let sets = 0;

async function build(...inputs: readonly FeedInput[]): Promise<StoredAdvisorySet> {
  sets += 1;
  const file = join(temporaryFolder(), `real-${sets}.db`);
  await buildAdvisorySet(inputs, file, { builtAt: '2026-01-01T00:00:00Z' });
  return openAdvisorySet(file);
}

/** Origin packages and versions of an Alpine root file system: the fields o (else P) and V of its package database. */
function installed(image: string): readonly (readonly [origin: string, version: string])[] {
  const text = readFileSync(join(unpacked(`${ROOTFS}/${image}.metadata-only.tar.gz`), 'lib/apk/db/installed'), 'utf8');
  return text
    .trim()
    .split('\n\n')
    .map((entry) => {
      const field = (name: string): string => new RegExp(`^${name}:(.*)$`, 'm').exec(entry)?.[1] ?? '';
      return [field('o') || field('P'), field('V')] as const;
    });
}

/** Ids that affect the image: the plainest matching that there can be. */
function affecting(image: string, set: StoredAdvisorySet, branch: string): readonly string[] {
  const found = new Set<string>();
  for (const [origin, version] of installed(image)) {
    for (const { id, status, ranges } of set.lookup(`alpine:${branch}`, origin)) {
      if (status === 'affected' && ranges.some(({ fixed }) => fixed === undefined || apk.compare(version, fixed) < 0))
        found.add(id);
    }
  }
  return [...found].sort();
}

test(
  'real Alpine images against real databases: the same image and a newer database, the same database and a newer image, the wrong branch',
  needsUnpacked(OFFICIAL, DERIVED, PARTIAL, `${ROOTFS}/alpine-3.11.5.metadata-only.tar.gz`),
  async () => {
    const secdb = (path: string): Promise<StoredAdvisorySet> => build({ feed: alpineSecdb, path });
    const in2020 = await secdb(unpacked(OFFICIAL));
    const in2021 = await secdb(join(unpacked(DERIVED), '2021-07'));
    const edge2024 = await secdb(join(unpacked(DERIVED), '20240208'));
    const edge2026 = await secdb(join(unpacked(DERIVED), '20260822'));
    const partial = await build(
      ...['v3.11', 'v3.12', 'v3.15'].map((branch) => ({
        feed: alpineSecdb,
        path: sharedPath(`${PARTIAL}/${branch}-main-partial.json`),
      })),
    );

    assert.equal(affecting('alpine-3.11.5', in2020, '3.11').length, 0);
    assert.equal(affecting('alpine-3.11.5', in2021, '3.11').length, 10);
    assert.equal(affecting('alpine-minirootfs-3.11.13-x86_64', in2021, '3.11').length, 0);
    assert.equal(affecting('alpine-3.10.4', in2020, '3.10').length, 0);
    assert.equal(affecting('alpine-3.10.4', in2021, '3.10').length, 10);
    assert.equal(affecting('alpine-minirootfs-3.11.13-x86_64', edge2024, 'edge').length, 51);
    const latest = affecting('alpine-minirootfs-3.11.13-x86_64', edge2026, 'edge');
    assert.equal(latest.length, 108);
    assert.ok(latest.includes('CVE-2018-25032'));
    assert.deepEqual(
      affecting('alpine-minirootfs-3.11.13-x86_64', partial, '3.11'),
      ['CVE-2022-37434'],
      'the branch past its end is silent about CVE-2018-25032',
    );
    assert.deepEqual(affecting('alpine-minirootfs-3.12.12-x86_64', partial, '3.12'), ['CVE-2022-37434']);
    assert.deepEqual(affecting('alpine-minirootfs-3.15.11-x86_64', partial, '3.15'), []);
    assert.equal(affecting('alpine-minirootfs-3.15.11-x86_64', edge2024, 'edge').length, 34);
    for (const branch of ['3.10', '3.11']) assert.ok(in2021.feeds[0]?.namespaces.includes(`alpine:${branch}`));
  },
);

const DSA = 'data/vuln/debian/DSA-list-20230402.xz';
const DLA = 'data/vuln/debian/DLA-list-20230402.xz';
const GO = 'data/vuln/go/golang-vulndb-osv-20260821.tar.xz';

test(
  'one set of several feeds, Debian known from announcements alone being partial',
  needsUnpacked(DSA, DLA, GO),
  async () => {
    const [dsa, dla] = [DSA, DLA].map((path, index) => {
      const file = join(temporaryFolder(), `list-${index}`);
      writeFileSync(file, unpackedFile(path));
      return { feed: debianTracker, path: file };
    });
    const set = await build(dsa ?? assert.fail(), dla ?? assert.fail(), { feed: osv, path: unpacked(GO) });
    const [tracker, go] = set.feeds;
    assert.deepEqual(
      [tracker?.id, tracker?.partial, tracker?.upstreamUpdatedAt],
      ['debian-tracker', true, '2023-04-01'],
    );
    assert.deepEqual([go?.id, go?.partial, go?.skipped, go?.records], ['osv', undefined, 0, 6060]);
    const fixOf = (release: string, id: string): unknown => {
      const advisory = set.lookup(`debian:${release}`, 'zlib').find((one) => one.id === id);
      return [advisory?.ranges[0]?.fixed, advisory?.related];
    };
    assert.deepEqual(fixOf('11', 'CVE-2018-25032'), ['1:1.2.11.dfsg-2+deb11u1', ['DSA-5111-1']]);
    assert.deepEqual(fixOf('9', 'CVE-2018-25032'), ['1:1.2.8.dfsg-5+deb9u1', ['DLA-2968-1']]);
    const containerd = set.lookup('go', 'github.com/containerd/containerd').find(({ id }) => id === 'GO-2022-0344');
    assert.deepEqual(containerd?.aliases, ['CVE-2022-23648', 'GHSA-crp2-qrr5-8pq7']);
    assert.ok(set.lookup('go', 'github.com/containerd/containerd').every(({ withdrawn }) => withdrawn === undefined));
  },
);
