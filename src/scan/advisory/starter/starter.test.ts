import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { readFeed } from '../../../../test/support/recording-sink.ts';
import { needsUnpacked, unpacked, unpackedFile } from '../../../../test/support/unpacked.ts';
import { alpineSecdb } from '../alpine-secdb/index.ts';
import { debianTracker } from '../debian-tracker/index.ts';
import { kev } from '../kev/index.ts';
import { osv } from '../osv/index.ts';
import facts from './facts.json' with { type: 'json' };
import { openStarterSet } from './index.ts';

const PARTIAL = 'data/vuln/alpine/vuln-list-v3.1x-single-packages';
const DSA = 'data/vuln/debian/DSA-list-20230402.xz';
const GO = 'data/vuln/go/golang-vulndb-osv-20260821.tar.xz';
const CISA = 'data/vuln/vulnrichment/cisa-vulnrichment-2021-2022-20241024.tar.xz';
const GITLAB = 'data/vuln/gitlab-community/gitlab-advisories-community-20220523-maven-npm-pypi-go.tar.xz';
const KEV = 'data/vuln/kev/known_exploited_vulnerabilities-2025.08.25.json.xz';

const set = openStarterSet();
const advisories = [...set.packages()].flatMap((row) => set.advisoriesOf(row));

test('the starter set says what it is', () => {
  assert.equal(set.starter, true);
  assert.deepEqual(
    set.feeds.map(({ id, partial }) => [id, partial]),
    [
      ['kev', true],
      ['starter', true],
    ],
  );
  assert.equal(set.id, openStarterSet().id);
  assert.ok(new Set(advisories.map((advisory) => advisory.package)).size >= 60);
  for (const { id, reference } of advisories) {
    const { protocol, pathname } = new URL(reference ?? '');
    assert.equal(protocol, 'https:');
    assert.ok(pathname.length > 5, `${id}: ${reference}`);
  }
});

test('it knows the vulnerabilities of the two weeks that it is about', () => {
  const fixesOf = (namespace: string, name: string, id: string): unknown =>
    set.lookup(namespace, name).find((advisory) => advisory.id === id)?.ranges;
  assert.deepEqual(fixesOf('alpine:3.15', 'zlib', 'CVE-2018-25032'), [{ fixed: '1.2.12-r0' }]);
  assert.deepEqual(fixesOf('debian:11', 'zlib', 'CVE-2018-25032'), [{ fixed: '1:1.2.11.dfsg-2+deb11u1' }]);
  assert.deepEqual(fixesOf('alpine:3.12', 'openssl', 'CVE-2022-0778'), [{ fixed: '1.1.1n-r0' }]);
  assert.equal((fixesOf('go', 'github.com/containerd/containerd', 'CVE-2022-23648') as unknown[]).length, 3);
  assert.equal((fixesOf('maven', 'org.apache.logging.log4j:log4j-core', 'CVE-2021-44228') as unknown[]).length, 3);
  assert.deepEqual(set.enrichment('CVE-2021-44228'), { kev: '2021-12-10' });
  const zlib = set.lookup('debian:11', 'zlib')[0]?.severities[0];
  assert.deepEqual([zlib?.kind, zlib?.level, zlib?.score], ['nvd', 'high', 7.5]);
});

test('its Alpine facts stand in the security database', needsShared(PARTIAL), () => {
  let compared = 0;
  for (const branch of ['3.12', '3.15']) {
    const known = readFeed(alpineSecdb, readFileSync(sharedPath(`${PARTIAL}/v${branch}-main-partial.json`))).advisories;
    for (const fact of advisories.filter(({ namespace }) => namespace === `alpine:${branch}`)) {
      if (!known.some((advisory) => advisory.package === fact.package)) continue;
      const same = known.find((advisory) => advisory.package === fact.package && advisory.id === fact.id);
      assert.deepEqual(
        [same?.status, same?.ranges],
        [fact.status, fact.ranges],
        `${branch} ${fact.package} ${fact.id}`,
      );
      compared += 1;
    }
  }
  assert.ok(compared >= 15, String(compared));
});

test("its Debian facts stand in Debian's announcements", needsUnpacked(DSA), () => {
  const known = readFeed(debianTracker, unpackedFile(DSA), 'DSA-list').advisories;
  const facts = advisories.filter(({ reference }) => reference?.includes('/DSA-'));
  for (const { id, namespace, package: name, ranges, published, reference } of facts) {
    const same = known.filter(
      (advisory) => advisory.id === id && advisory.namespace === namespace && advisory.package === name,
    );
    assert.ok(
      same.some(
        (advisory) =>
          advisory.ranges[0]?.fixed === ranges[0]?.fixed &&
          advisory.published === published &&
          advisory.reference === reference,
      ),
      `${namespace} ${name} ${id}`,
    );
  }
  assert.ok(facts.length >= 60, String(facts.length));
});

test("its Go facts stand in Go's database, its KEV dates in CISA's catalogue", needsUnpacked(GO, KEV), () => {
  for (const fact of advisories.filter(({ namespace }) => namespace === 'go')) {
    const id = fact.aliases.find((alias) => alias.startsWith('GO-')) ?? assert.fail(fact.id);
    const known = readFeed(osv, readFileSync(join(unpacked(GO), `data/osv/${id}.json`))).advisories.find(
      (advisory) => advisory.package === fact.package,
    );
    assert.deepEqual([known?.ranges, known?.aliases.includes(fact.id)], [fact.ranges, true], id);
  }
  const catalogue = readFeed(kev, unpackedFile(KEV)).kev;
  for (const { vulnerability, kev: added } of set.enrichments())
    assert.equal(added, catalogue[vulnerability], vulnerability);
});

/** GitLab's own score says that the scope changes; NVD's does not. */
const SCORED_OTHERWISE: ReadonlySet<string> = new Set(['CVE-2022-22965']);

test(
  "its vectors are those of CISA's and GitLab's records, which quote NVD; the others are marked",
  needsUnpacked(CISA, GITLAB),
  () => {
    const checked: string[] = [];
    for (const { id, nvd, ...fact } of facts.vulnerabilities) {
      if (nvd === undefined) continue;
      const said = recordsOf(id).flatMap((text) => text.match(/CVSS:3\.[01]\/[A-Z:/]+/g) ?? []);
      assert.equal('nvdUnchecked' in fact, said.length === 0, id);
      if (said.length === 0) continue;
      checked.push(id);
      if (!SCORED_OTHERWISE.has(id)) assert.ok(said.includes(nvd), `${id}: ${nvd}, but ${said}`);
    }
    assert.ok(checked.length >= 50, String(checked.length));
  },
);

let index: ReadonlyMap<string, readonly string[]> | undefined;

/** The texts of all records of a CVE. */
function recordsOf(id: string): readonly string[] {
  index ??= recordIndex();
  return (index.get(id) ?? []).map((path) => readFileSync(path, 'utf8'));
}

function recordIndex(): ReadonlyMap<string, readonly string[]> {
  const paths = [CISA, GITLAB].flatMap((archive) =>
    readdirSync(unpacked(archive), { recursive: true, encoding: 'utf8' }).map((path) => join(unpacked(archive), path)),
  );
  return Map.groupBy(paths, (path) => basename(path).replace(/\.(json|yml)$/, ''));
}
