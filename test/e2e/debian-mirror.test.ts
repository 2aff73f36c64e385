// Advisories from a package mirror: a real Debian root file system without its security updates, asked about at the mirror that this machine uses,
// against what apt, dpkg-deb and dpkg-parsechangelog say of the same packages.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { needsPrograms } from '../support/needs.ts';
import { makeBookworm } from './bookworm.ts';
import { must, Workplace } from './program.ts';

const NEEDS = needsPrograms('debootstrap', 'gpgv', 'dpkg-deb', 'dpkg-parsechangelog', 'apt-get', 'tar');

/** A package of the root that apt would upgrade. */
interface Upgrade {
  readonly name: string;
  readonly source: string;
  /** Versions of the source package. */
  readonly installed: string;
  readonly newest: string;
  /** Ids that its changelog names since the installed version. */
  readonly ids: ReadonlySet<string>;
}

interface Scan {
  readonly statistics: { readonly headline: boolean; readonly headlineReason: string };
  readonly findings: readonly {
    readonly vulnerability: string;
    readonly package: string;
    readonly version: string;
    readonly fixedIn: string;
    readonly fixState: string;
    readonly severity: string;
  }[];
  readonly gaps: readonly { readonly kind: string; readonly location?: string }[];
}

interface Status {
  readonly feeds: readonly {
    readonly id: string;
    readonly records: number;
    readonly skipped: number;
    readonly partial?: boolean;
  }[];
}

test('a Debian root without its security updates', NEEDS, async (t) => {
  const place = new Workplace();
  t.after(() => place.remove());
  const apt = await privateApt(place);
  if (apt === undefined) {
    t.skip('needs the package mirror of this machine');
    return;
  }
  const { root } = await makeBookworm();
  const target = `rootfs:${root}`;
  const update = [
    'advisories',
    'update',
    '--feed',
    'debian-mirror',
    '--for',
    target,
    '--output',
    place.path('machine.db'),
  ];
  const { result: status } = await place.json(update);
  const { result: scan } = await place.json(['scan', target, '--advisories', place.path('machine.db')]);
  const upgrades = await upgradesOf(root, apt, place);

  await t.test('every vulnerability that the changelogs name, in every package of the source', async () => {
    const { findings } = scan as Scan;
    const [feed] = (status as Status).feeds;
    const expected = new Set(upgrades.flatMap(({ name, ids }) => [...ids].map((id) => `${name} ${id}`)));
    const found = new Set(findings.map((row) => `${row.package} ${row.vulnerability}`));
    assert.ok(expected.size > 10, 'the security suite of a root that is years old fixes more');
    assert.deepEqual(
      [...found].filter((one) => !expected.has(one)),
      [],
    );
    // What a changelog names without fixing it (docs/guide/advisories-from-mirrors.md) is counted as skipped.
    const named = new Set([...expected].filter((one) => !found.has(one)).map((one) => one.split(' ')[1]));
    assert.ok(named.size <= (feed?.skipped ?? 0), [...named].join(' '));
    const records = new Set(findings.map((row) => row.vulnerability));
    assert.ok((feed?.records ?? 0) >= records.size && records.size > 10);
  });

  await t.test('the fixed versions are above the installed ones, and no higher than the newest', async () => {
    for (const { package: name, fixedIn, fixState, severity, version } of (scan as Scan).findings) {
      const upgrade = upgrades.find((one) => one.name === name) ?? assert.fail(name);
      await must('dpkg', ['--compare-versions', fixedIn, 'gt', upgrade.installed]);
      await must('dpkg', ['--compare-versions', fixedIn, 'le', upgrade.newest]);
      assert.deepEqual([fixState, severity], ['fixed', 'unknown'], `${name} ${version}`);
    }
  });

  await t.test('the figures are no headline: a package without a newer version may have anything', () => {
    const { statistics, gaps } = scan as Scan;
    assert.equal(statistics.headline, false);
    assert.match(statistics.headlineReason, /debian:12 \(main feed partial\)/);
    assert.ok(gaps.some(({ kind, location }) => kind === 'partial-feed' && location === 'debian:12'));
    assert.equal((status as Status).feeds[0]?.partial, true);
  });

  await t.test('the second time only the Release files are fetched, and the set is the same', async () => {
    const { result } = await place.json([...update.slice(0, -1), place.path('again.db')]);
    assert.equal((result as { id: string }).id, (status as { id: string }).id);
  });
});

/** Options for apt that keep what it fetches in the folder; undefined when it reaches no mirror. */
async function privateApt(place: Workplace): Promise<readonly string[] | undefined> {
  for (const folder of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(place.path('apt', folder), { recursive: true });
  const options = [
    `Dir::State::lists=${place.path('apt/lists')}`,
    `Dir::Cache=${place.path('apt/cache')}`,
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  const outcome = await place.run('apt-get', [...options, 'update', '--error-on=any']);
  return outcome.status === 0 ? options : undefined;
}

/** What apt would upgrade in the root, and what the changelogs inside the newer packages name. */
async function upgradesOf(root: string, apt: readonly string[], place: Workplace): Promise<readonly Upgrade[]> {
  const options = [...apt, '-o', `Dir::State::status=${root}/var/lib/dpkg/status`];
  const plan = await must('apt-get', [...options, '--simulate', 'dist-upgrade']);
  const upgrades: Upgrade[] = [];
  for (const [, name = '', newest = ''] of plan.matchAll(/^Inst (\S+) \[\S+\] \((\S+) /gm)) {
    await must('apt-get', [...options, 'download', `${name}=${newest}`], place.folder);
    const file = (await must('find', [place.folder, '-maxdepth', '1', '-name', `${name}_*.deb`])).trim();
    const archive = place.path(`${name}.tar`);
    await must('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" > "$2"', 'sh', file, archive]);
    const changelog = place.path(`${name}.changelog`);
    writeFileSync(changelog, await readChangelog(archive, name, place));
    const shown = await must('dpkg-query', [
      `--admindir=${root}/var/lib/dpkg`,
      '-W',
      '-f',
      '$' + '{source:Package} $' + '{source:Version}',
      name,
    ]);
    const [source = '', installed = ''] = shown.split(' ');
    const changes = await must('dpkg-parsechangelog', ['-l', changelog, '--since', installed, '-S', 'Changes']);
    const top = await must('dpkg-parsechangelog', ['-l', changelog, '-S', 'Version']);
    upgrades.push({ name, source, installed, newest: top.trim(), ids: new Set(changes.split('\n').flatMap(idsOf)) });
  }
  return upgrades;
}

/** CVE ids of a line; of a line without any the GHSA ids, which beside a CVE are other names of it. */
function idsOf(line: string): readonly string[] {
  return line.match(/CVE-\d{4}-\d{4,}/g) ?? line.match(/GHSA(?:-[a-z0-9]{4}){3}/g) ?? [];
}

async function readChangelog(archive: string, name: string, place: Workplace): Promise<Buffer> {
  const members = (await must('tar', ['-tf', archive])).split('\n');
  const paths = ['changelog.Debian.gz', 'changelog.gz'].map((file) => `./usr/share/doc/${name}/${file}`);
  const path = paths.find((one) => members.includes(one)) ?? assert.fail(`${name} has no changelog`);
  const packed = place.path('changelog.gz');
  await must('sh', ['-c', 'tar -xOf "$1" "$2" > "$3"', 'sh', archive, path, packed]);
  return gunzipSync(readFileSync(packed));
}
