// The demo's own truth: every fact is used and explained, the written databases are real to dpkg, the images are real to skopeo.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { needsPrograms } from '../test/support/needs.ts';
import { type DemoRelease, readFacts } from './facts.ts';
import { writeFeeds } from './feeds.ts';
import { debianPackages } from './image/debian.ts';
import { installedPackages } from './images.ts';
import { writeRelease } from './release.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-demo-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const facts = readFacts();

function usesOf(release: DemoRelease): DemoRelease['index'] {
  return [
    ...release.index,
    ...Object.values(release.manifests).flatMap((charts) => charts.flatMap((chart) => chart.images)),
  ];
}

test('every vulnerability of a distribution has a vector or an urgency, and every one of the catalogue is known', () => {
  const alpine = facts.alpine
    .flatMap((fact) => fact.fixes)
    .filter((fix) => Object.values(fix.fixed).some((v) => v !== '0'));
  const ids = new Set([...alpine.flatMap((fix) => fix.ids), ...facts.debian.map((fact) => fact.id)]);
  const explained = new Set([
    ...Object.keys(facts.cvss),
    ...facts.debian.filter((fact) => fact.urgency === 'unimportant').map((fact) => fact.id),
  ]);
  assert.deepEqual(
    [...ids].filter((id) => !explained.has(id)),
    [],
  );
  assert.deepEqual(
    Object.keys(facts.cvss).filter((id) => !ids.has(id)),
    [],
  );
  assert.deepEqual(
    Object.keys(facts.kev.added).filter((id) => !ids.has(id)),
    [],
  );
});

test('every build is used and every package that a feed speaks of is in an image', () => {
  const uses = facts.releases.flatMap(usesOf);
  assert.deepEqual(
    Object.keys(facts.builds).filter((name) => !uses.some((use) => use.build === name)),
    [],
  );
  const present = new Set<string>();
  for (const build of Object.values(facts.builds)) {
    const base = facts.bases[build.base];
    assert(base !== undefined, build.base);
    for (const item of installedPackages(base, build.packages)) present.add(`${base.system}/${item.source}`);
    for (const item of build.npm) present.add(`npm/${item.name}`);
  }
  const named = [
    ...facts.alpine.map((fact) => `alpine/${fact.package}`),
    ...facts.debian.map((fact) => `debian/${fact.package}`),
    ...facts.npm.map((fact) => `npm/${fact.package}`),
  ];
  assert.deepEqual(
    named.filter((name) => !present.has(name)),
    [],
  );
});

test('a reference means one build in a release', () => {
  for (const release of facts.releases) {
    const uses = usesOf(release);
    const pairs = new Set(uses.map((use) => `${use.reference} ${use.build}`));
    assert.equal(pairs.size, new Set(uses.map((use) => use.reference)).size, release.version);
  }
});

test('the dpkg database reads back through dpkg-query', needsPrograms('dpkg-query'), () => {
  const base = facts.bases['debian-11'];
  assert(base !== undefined);
  const status = debianPackages(base.packages).find((entry) => entry.path === 'var/lib/dpkg/status');
  const admin = join(folder, 'dpkg');
  mkdirSync(join(admin, 'updates'), { recursive: true });
  writeFileSync(join(admin, 'status'), String(status?.body));
  const format = '$' + '{Package} $' + '{Version} $' + '{source:Package} $' + '{source:Version}\\n';
  const listed = execFileSync('dpkg-query', [`--admindir=${admin}`, '-W', `-f=${format}`], { encoding: 'utf8' });
  assert.deepEqual(
    listed.trimEnd().split('\n').sort(),
    base.packages.map((item) => `${item.name} ${item.version} ${item.source} ${item.sourceVersion}`).sort(),
  );
});

test(
  'a written release holds every image, with equal base layers and the digests of index.txt',
  needsPrograms('skopeo'),
  () => {
    const release = facts.releases[0];
    assert(release !== undefined);
    const target = join(folder, 'release');
    writeRelease(target, facts, release);
    const lines = readFileSync(join(target, 'index.txt'), 'utf8').trimEnd().split('\n');
    const baseLayers = new Set<string>();
    for (const line of lines) {
      const [logical = '', physical = ''] = line.split('\t');
      const seen = JSON.parse(
        execFileSync('skopeo', ['inspect', `dir:${join(target, 'docker', logical)}`], { encoding: 'utf8' }),
      );
      assert.equal(seen.Digest, physical.split('@')[1], logical);
      baseLayers.add(seen.Layers[0]);
    }
    const bases = new Set(usesOf(release).map((use) => facts.builds[use.build]?.base));
    assert.equal(baseLayers.size, bases.size);
    const again = join(folder, 'again');
    writeRelease(again, facts, release);
    assert.equal(readFileSync(join(again, 'index.txt'), 'utf8'), lines.map((line) => `${line}\n`).join(''));
  },
);

test('the feeds say what was known on the day, no more', () => {
  writeFeeds(join(folder, 'early'), facts, '2022-03-31');
  writeFeeds(join(folder, 'late'), facts, '2022-04-20');
  const zlib = (name: string) => JSON.parse(readFileSync(join(folder, name, 'debian-tracker.json'), 'utf8')).zlib;
  assert.equal(zlib('early')['CVE-2018-25032'].releases.bullseye.status, 'open');
  assert.equal(zlib('late')['CVE-2018-25032'].releases.bullseye.fixed_version, '1:1.2.11.dfsg-2+deb11u1');
  const early = readdirSync(join(folder, 'early', 'osv'));
  const added = readdirSync(join(folder, 'late', 'osv')).filter((name) => !early.includes(name));
  assert.deepEqual(added, [
    'ALPINE-CVE-2022-1271.json',
    'ALPINE-CVE-2022-28391.json',
    'DEBIAN-CVE-2022-1271.json',
    'DEBIAN-CVE-2022-1304.json',
    'GHSA-8hfj-j24r-96c4.json',
    'GHSA-fwr7-v2mv-hh25.json',
  ]);
});
