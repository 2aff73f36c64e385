// What dnf says of a system's updates against what an assessment says of the same package database and the same repository.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { needsPrograms } from '../../../test/support/needs.ts';
import { temporaryFolder } from '../../../test/support/unpacked.ts';
import { digestOf } from '../../platform/canonical.ts';
import { rpmUpdateinfo } from '../advisory/rpm-updateinfo/index.ts';
import { buildAdvisorySet } from '../advisory/set/build.ts';
import { openAdvisorySet } from '../advisory/set/open.ts';
import type { EntryHeader } from '../image/layer/layer-report.ts';
import { rpm } from '../inventory/rpm/index.ts';
import { assess } from './assess.ts';
import type { Finding } from './assessment.ts';

const WORK = join(temporaryFolder(), 'dnf');
const ROOT = join(WORK, 'root');
const REPOSITORY = join(WORK, 'repository');

interface Evr {
  readonly epoch: number;
  readonly version: string;
  readonly release: string;
}

/** A package with what is installed and what the repository says of it. */
interface Sample {
  readonly name: string;
  readonly installed: Evr;
  readonly fixes: readonly Evr[];
}

function run(program: string, args: readonly string[]): string {
  const env = { ...process.env, HOME: WORK };
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', env, cwd: WORK });
  assert.equal(status, 0, `${program}: ${error?.message ?? stderr}`);
  return stdout;
}

function text({ epoch, version, release }: Evr): string {
  return epoch === 0 ? `${version}-${release}` : `${epoch}:${version}-${release}`;
}

/** Builds empty packages and enters them into the root's package database. */
function install(base: string, label: string, samples: readonly Sample[]): void {
  const packages = samples.map(
    ({ name, installed: { epoch, version, release } }) =>
      `%package -n ${name}\nSummary: x\nEpoch: ${epoch}\nVersion: ${version}\nRelease: ${release}\n%description -n ${name}\n%files -n ${name}\n`,
  );
  const spec = `Name: ${base}\nVersion: 1\nRelease: 1.el9\nSummary: x\nLicense: MIT\nBuildArch: noarch\n${label}\n%description\n${packages.join('')}`;
  writeFileSync(join(WORK, `${base}.spec`), spec);
  const folder = join(WORK, `rpms-${base}`);
  run('rpmbuild', [
    '-bb',
    '--quiet',
    '--define',
    `_topdir ${WORK}/build`,
    '--define',
    `_rpmdir ${folder}`,
    `${base}.spec`,
  ]);
  const files = samples.map(({ name, installed: { version, release } }) =>
    join(folder, 'noarch', `${name}-${version}-${release}.noarch.rpm`),
  );
  run('rpm', ['--root', ROOT, '-i', '--justdb', '--nodeps', '--noplugins', ...files]);
}

function update(id: string, cve: string, name: string, fix: Evr, module = ''): string {
  const { epoch, version, release } = fix;
  return `<update from="x" status="final" type="security" version="1"><id>${id}</id><title>${id}</title><release>Rocky Linux 9</release>
    <severity>Moderate</severity><issued date="2023-01-01 00:00:00"/><references><reference href="https://x" id="${cve}" type="cve" title="${cve}"/></references>
    <pkglist><collection short="s"><name>s</name>${module}<package name="${name}" epoch="${epoch}" version="${version}" release="${release}" arch="noarch" src="x"><filename>x.rpm</filename></package></collection></pkglist></update>`;
}

const EVR: fc.Arbitrary<Evr> = fc.record({
  epoch: fc.constantFrom(0, 0, 1),
  version: fc.constantFrom('1.0', '1.0~rc1', '1.0^git1', '1.0.1', '1.9', '1.10', '2.0a', '2.0'),
  release: fc.constantFrom('1.el9', '1.el9_2', '2.el9', '10.el9_1.1', '2.el9~bootstrap'),
});
const SAMPLES: readonly Sample[] = fc
  .sample(fc.record({ installed: EVR, fixes: fc.array(EVR, { minLength: 1, maxLength: 3 }) }), { seed: 7, numRuns: 40 })
  .map((sample, index) => ({ name: `package${index}`, ...sample }));

/** The stream that is installed and another one, of one module. */
const NODE: Sample = {
  name: 'npm',
  installed: { epoch: 1, version: '8.19.2', release: '1.16.18.1.3.module+el9.1.0+100' },
  fixes: [
    { epoch: 1, version: '8.19.3', release: '1.16.19.1.1.module+el9.1.0+300' },
    { epoch: 1, version: '9.5.0', release: '1.18.14.2.2.module+el9.1.0+200' },
  ],
};
const STREAMS = ['16', '18'] as const;

function makeRepository(): void {
  const plain = SAMPLES.flatMap(({ name, fixes }, index) =>
    fixes.map((fix, nth) =>
      update(`RLSA-2023:${index}${nth}`, `CVE-2023-1${String(index).padStart(2, '0')}${nth}`, name, fix),
    ),
  );
  const modular = STREAMS.map((stream, index) => {
    const module = `<module name="nodejs" stream="${stream}" version="${stream}0" context="c0ffee" arch="x86_64"/>`;
    return update(
      `RLSA-2023:99${stream}`,
      `CVE-2023-99${stream}`,
      NODE.name,
      NODE.fixes[index] ?? NODE.installed,
      module,
    );
  });
  writeFileSync(join(WORK, 'updateinfo.xml'), `<updates>${[...plain, ...modular].join('\n')}</updates>`);
  const documents = STREAMS.map(
    (stream) =>
      `---\ndocument: modulemd\nversion: 2\ndata:\n  name: nodejs\n  stream: "${stream}"\n  version: ${stream}0\n  context: c0ffee\n  arch: x86_64\n  summary: x\n  description: x\n  license: {module: [MIT]}\n...\n`,
  );
  writeFileSync(join(WORK, 'modules.yaml'), documents.join(''));
  run('createrepo_c', ['-q', '--no-database', REPOSITORY]);
  run('modifyrepo_c', [join(WORK, 'updateinfo.xml'), join(REPOSITORY, 'repodata')]);
  run('modifyrepo_c', ['--mdtype=modules', join(WORK, 'modules.yaml'), join(REPOSITORY, 'repodata')]);
}

/** `CVE package fixed-version` for each update that dnf finds applicable, the root's own module streams being enabled. */
function saidByDnf(): readonly string[] {
  const lines = run('dnf', [
    ...['-q', `--installroot=${ROOT}`, `--repofrompath=t,file://${REPOSITORY}`, '--repo', 't', '--releasever', '9'],
    ...[`--setopt=cachedir=${WORK}/cache`, '--setopt=reposdir=', 'updateinfo', 'list', '--with-cve'],
  ]).matchAll(/^(CVE-\S+) +\S+ +(\S+)-((?:\d+:)?[^-\s]+-[^-\s]+)\.noarch$/gm);
  return [...lines].map(([, cve, name, evr]) => `${cve} ${name} ${evr}`).sort();
}

async function findings(): Promise<readonly Finding[]> {
  const database = join(ROOT, 'var/lib/rpm/rpmdb.sqlite');
  const connection = new DatabaseSync(database);
  connection.exec('PRAGMA journal_mode = DELETE');
  connection.close();
  const header: EntryHeader = { path: 'var/lib/rpm/rpmdb.sqlite', type: 'file', size: 0, mode: 0o644, uid: 0, gid: 0 };
  const os = { id: 'rocky', version: '9.1' };
  const layer = digestOf('layer');
  const data = rpm.read?.(readFileSync(database), header)?.data;
  const { packages } = rpm.packages([{ path: header.path, layer, data, earlier: [] }], os);
  assert.equal(packages.length, SAMPLES.length + 1);
  const file = join(WORK, 'set.db');
  await buildAdvisorySet([{ feed: rpmUpdateinfo, path: REPOSITORY }], file, { builtAt: '2026-01-01T00:00:00Z' });
  const set = openAdvisorySet(file);
  const assessment = assess({
    release: { name: 'r', version: '1', target: 't', charts: [], lint: [], gaps: [] },
    images: [
      { logical: 'r:1', physical: 'r', digest: layer, platform: 'linux/amd64', origin: 'own', charts: [], gaps: [] },
    ],
    inventories: [
      { image: layer, platform: 'linux/amd64', packages, os, config: {}, gaps: [], cataloguers: ['rpm@1'] },
    ],
    set,
    severityPolicy: 'vendor-then-cvss-then-nvd',
    asOf: '2026-01-01',
  });
  set.close();
  assert.deepEqual(
    assessment.gaps.filter(({ kind }) => kind === 'no-feed' || kind === 'undecidable'),
    [],
  );
  return assessment.findings;
}

test(
  'findings are the updates that dnf finds applicable, module streams included',
  needsPrograms('dnf', 'rpm', 'rpmbuild', 'createrepo_c', 'modifyrepo_c'),
  async () => {
    mkdirSync(join(ROOT, 'etc/dnf/modules.d'), { recursive: true });
    mkdirSync(REPOSITORY, { recursive: true });
    writeFileSync(join(WORK, '.rpmmacros'), '%_dbpath /var/lib/rpm\n');
    writeFileSync(
      join(ROOT, 'etc/dnf/modules.d/nodejs.module'),
      '[nodejs]\nname=nodejs\nstream=16\nprofiles=\nstate=enabled\n',
    );
    run('rpm', ['--root', ROOT, '--initdb']);
    install('plain', '', SAMPLES);
    install('modular', 'ModularityLabel: nodejs:16:9010020230101:c0ffee', [NODE]);
    makeRepository();

    const found = await findings();
    const expected = saidByDnf();
    assert.ok(expected.length > 20 && expected.some((line) => line.includes(' npm ')), expected.join('\n'));
    assert.deepEqual(found.map((row) => `${row.vulnerability} ${row.package} ${row.fixedIn}`).sort(), expected);
    assert.deepEqual(
      [...new Set(found.map((row) => `${row.severity} ${row.severitySource} ${row.fixState}`))],
      ['medium rocky:vendor fixed'],
    );
    assert.ok(
      found.every(({ version, package: name }) =>
        [...SAMPLES, NODE].some((one) => one.name === name && text(one.installed) === version),
      ),
    );
  },
);
