import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { needsPrograms, needsShared, sharedPath } from '../../../../test/support/needs.ts';
import type { OsRelease, Package } from '../package.ts';
import { layer, located } from '../test-facts.ts';
import { type RpmDatabase, readDatabase } from './database.ts';
import { rpm } from './index.ts';
import { readNdbBlobs } from './ndb.ts';
import { readSqliteBlobs } from './sqlite.ts';
import { bdbDatabase, headerBlob, ndbDatabase } from './test-databases.ts';

const OS = { id: 'sles', version: '15.3' } as const;
const PATH = 'usr/lib/sysimage/rpm/Packages.db';
const ZLIB = {
  name: 'libz1',
  version: '1.2.11',
  release: '3.21.1',
  arch: 'x86_64',
  sourceRpm: 'zlib-1.2.11-3.21.1.src.rpm',
};

function packagesOf(data: unknown, os: OsRelease | undefined = OS, path = PATH): readonly Package[] {
  return rpm.packages([located(path, data)], os).packages;
}

test('a header becomes a package with purl, source and namespace', () => {
  const { data, problems } = readDatabase(ndbDatabase([headerBlob(ZLIB)]));
  assert.deepEqual(problems, []);
  assert.deepEqual(packagesOf(data), [
    {
      purl: 'pkg:rpm/suse/libz1@1.2.11-3.21.1?arch=x86_64&distro=sles-15.3&upstream=zlib-1.2.11-3.21.1.src.rpm',
      type: 'rpm',
      name: 'libz1',
      version: '1.2.11-3.21.1',
      scheme: 'rpm',
      source: { name: 'zlib', version: '1.2.11-3.21.1' },
      namespace: 'sles:15.3',
      location: { layer: layer('one'), path: PATH },
    },
  ]);
});

test('epoch and module; the source has the epoch where it is the same version', () => {
  const perl = {
    name: 'perl-libs',
    version: '5.26.3',
    release: '422.el8',
    epoch: 4,
    sourceRpm: 'perl-5.26.3-422.el8.src.rpm',
  };
  const blobs = [
    headerBlob({ ...perl, modularityLabel: 'perl:5.26:8060020220101:abcd' }),
    headerBlob({ ...perl, name: 'perl-Carp', version: '1.42' }),
    headerBlob({ ...perl, name: 'perl-none', epoch: 0, sourceRpm: '(none)' }),
  ];
  const [libs, carp, none] = packagesOf(readDatabase(bdbDatabase(blobs)).data, { id: 'rhel', version: '8.6' });
  assert.equal(
    libs?.purl,
    'pkg:rpm/redhat/perl-libs@5.26.3-422.el8?distro=rhel-8.6&epoch=4&upstream=perl-5.26.3-422.el8.src.rpm',
  );
  assert.equal(libs?.version, '4:5.26.3-422.el8');
  assert.equal(libs?.module, 'perl:5.26:8060020220101:abcd');
  assert.deepEqual(libs?.source, { name: 'perl', version: '4:5.26.3-422.el8' });
  assert.equal(carp?.version, '4:1.42-422.el8');
  assert.deepEqual(carp?.source, { name: 'perl', version: '5.26.3-422.el8' });
  assert.equal(none?.version, '5.26.3-422.el8');
  assert.ok(none !== undefined && !('source' in none) && !('module' in none));
});

const VENDORS: readonly (readonly [string, string])[] = [
  ['rhel', 'redhat'],
  ['sles', 'suse'],
  ['sle_hpc', 'suse'],
  ['opensuse-leap', 'opensuse'],
  ['ol', 'oracle'],
  ['amzn', 'amazon'],
  ['fedora', 'fedora'],
  ['rocky', 'rocky'],
  ['azurelinux', 'azurelinux'],
];

for (const [id, vendor] of VENDORS) {
  test(`the vendor of ${id} is ${vendor}`, () => {
    const [found] = packagesOf(readDatabase(ndbDatabase([headerBlob(ZLIB)])).data, { id });
    assert.ok(found?.purl.startsWith(`pkg:rpm/${vendor}/libz1@`), found?.purl);
  });
}

test('public keys are no packages; what cannot be used is a problem and costs no other package', () => {
  const blobs = [
    headerBlob({ name: 'gpg-pubkey', version: '39db7c82', release: '5f68629b' }),
    headerBlob({ ...ZLIB, name: 'a b' }),
    headerBlob({ ...ZLIB, name: '/' }),
    headerBlob({ name: 'no-release', version: '1' }),
    headerBlob({ ...ZLIB, name: 5 }),
    headerBlob({ ...ZLIB, name: 'odd', sourceRpm: 'odd.src.rpm', arch: 'x 1' }),
    headerBlob(ZLIB).subarray(0, -1),
    headerBlob(ZLIB),
  ];
  const { data, problems = [] } = readDatabase(ndbDatabase(blobs));
  assert.deepEqual(
    packagesOf(data).map(({ name }) => name),
    ['odd', 'libz1'],
  );
  const expected = [
    /package 2: the package has no usable name \("a b"\)/,
    /package 3: the package has no usable name \("\/"\)/,
    /package 4: the package "no-release" has no usable version/,
    /package 5: its tag name has the wrong type, 4/,
    /package 6: the package "odd" has no usable architecture/,
    /package 6: the package "odd" has an odd source package/,
    /package 7: its header claims \d+ bytes and has \d+/,
  ];
  assert.equal(problems.length, expected.length);
  for (const [place, pattern] of expected.entries()) assert.match(problems[place] ?? '', pattern);
});

test('files that may hold packages have their owner', () => {
  const npm = headerBlob({
    ...ZLIB,
    name: 'npm',
    baseNames: ['xpackage.json', 'package.json', 'package.json5', 'package.json', 'a.jar'],
    dirNames: ['/usr/lib/node_modules/npm/', '/', '/usr/lib/node_modules/npm/deep/'],
    dirIndexes: [0, 2, 0, 0, 1],
  });
  const facts = [located(PATH, readDatabase(ndbDatabase([npm])).data)];
  const { packages, owned } = rpm.packages(facts, OS);
  const purl = packages[0]?.purl;
  assert.deepEqual(
    [...(owned ?? [])],
    [
      ['a.jar', purl],
      ['usr/lib/node_modules/npm/deep/package.json', purl],
      ['usr/lib/node_modules/npm/package.json', purl],
    ],
  );
  const broken = headerBlob({ ...ZLIB, baseNames: ['package.json'], dirNames: ['/'], dirIndexes: [1] });
  const result = readDatabase(ndbDatabase([broken]));
  assert.match(result.problems?.[0] ?? '', /directories that it does not have/);
  assert.equal(packagesOf(result.data).length, 1);
});

test('a package is of the layer that brought this version; a second database that differs is a gap', () => {
  const older = readDatabase(ndbDatabase([headerBlob({ ...ZLIB, release: '3.20.1' })])).data;
  const newer = readDatabase(ndbDatabase([headerBlob(ZLIB)])).data;
  const fact = located(PATH, newer, layer('three'), [
    { layer: layer('one'), data: older },
    { layer: layer('two'), data: newer },
  ]);
  assert.deepEqual(rpm.packages([fact], OS).packages[0]?.location, { layer: layer('two'), path: PATH });

  const both = rpm.packages([fact, located('var/lib/rpm/Packages', older)], OS);
  assert.equal(both.packages.length, 2);
  assert.deepEqual(
    both.problems?.map(({ kind, path }) => [kind, path]),
    [['undecidable', 'var/lib/rpm/Packages']],
  );
  const same = rpm.packages([fact, located('usr/share/rpm/Packages.db', newer)], OS);
  assert.deepEqual([same.packages.length, same.problems], [1, []]);
});

test('a manifest of a distroless image', () => {
  const text =
    'vim\t9.0-1.cm2\t1653816591\t1653753130\tMicrosoft Corporation\t2\t45000\tx86_64\t2\tvim-9.0-1.cm2.src.rpm\nshort\tline\n\n';
  const { data, problems } = readDatabase(Buffer.from(text));
  assert.deepEqual(problems, ['line 2 has 2 fields and not 10']);
  const [found] = packagesOf(data, { id: 'mariner', version: '2.0' });
  assert.equal(found?.version, '2:9.0-1.cm2');
  assert.equal(
    found?.purl,
    'pkg:rpm/mariner/vim@9.0-1.cm2?arch=x86_64&distro=mariner-2.0&epoch=2&upstream=vim-9.0-1.cm2.src.rpm',
  );
});

const MARINER = 'data/rootfs/rpmdb/cbl-mariner-2.0.rpmdb.sqlite.gz';
const SLE = 'data/rootfs/rpmdb/sle15-bci.Packages.db.gz';
const CENTOS = 'data/rootfs/rpmdb/centos-bdb-libuuid.Packages.gz';

function needs(archive: string, ...programs: readonly string[]): { skip: string | false } {
  return { skip: needsShared(archive).skip || needsPrograms(...programs).skip };
}

function real(archive: string): Buffer {
  return gunzipSync(readFileSync(sharedPath(archive)));
}

test('the real Mariner 2.0 (SQLite) agrees with rpm', needs(MARINER, 'rpm'), () => {
  const bytes = real(MARINER);
  const lines = linesOf(readDatabase(bytes));
  assert.equal(lines.length, 129);
  assert.ok(lines.includes('zlib 0 1.2.11-5.cm2 x86_64 zlib-1.2.11-5.cm2.src.rpm (none)'));
  assert.ok(lines.includes('openssl 0 1.1.1k-7.cm2 x86_64 openssl-1.1.1k-7.cm2.src.rpm (none)'));
  assert.deepEqual(lines, queryRpm('sqlite', 'rpmdb.sqlite', bytes));
});

test('the real CentOS 8 (Berkeley DB) agrees with rpm', needs(CENTOS, 'rpm'), () => {
  const bytes = real(CENTOS);
  const lines = linesOf(readDatabase(bytes));
  assert.deepEqual(lines, ['libuuid 0 2.32.1-42.el8_8 x86_64 util-linux-2.32.1-42.el8_8.src.rpm (none)']);
  assert.deepEqual(lines, queryRpm('bdb_ro', 'Packages', bytes));
});

for (const order of ['LE', 'BE'] as const) {
  test(`the packages of Mariner in a Berkeley DB of byte order ${order} agree with rpm`, needs(MARINER, 'rpm'), () => {
    const blobs = [...readSqliteBlobs(real(MARINER), 'Packages', 1)].map(({ read }) => Buffer.from(read()));
    const bytes = bdbDatabase(blobs, order, order === 'LE' ? 4096 : 512);
    const lines = linesOf(readDatabase(bytes));
    assert.equal(lines.length, 129);
    assert.deepEqual(lines, queryRpm('bdb_ro', 'Packages', bytes));
  });
}

/** Names and versions of the real SLE 15 SP3 base container, one line a source package. */
const SLE_PACKAGES = `
libacl1-2.2.52-4.3.1 libattr1-2.4.47-2.19 bash-4.4-19.6.1 libreadline7-7.0-19.6.1 libbz2-1-1.0.6-5.11.1
ca-certificates-mozilla-prebuilt-2.44-21.1 coreutils-8.32-3.2.1 libdw1-0.168-4.5.3 libebl-plugins-0.168-4.5.3 libelf1-0.168-4.5.3
file-magic-5.32-7.14.1 libmagic1-5.32-7.14.1 filesystem-15.0-11.3.2 libgcc_s1-11.2.1+git610-1.3.9 libstdc++6-11.2.1+git610-1.3.9
glibc-2.31-9.3.2 libgmp10-6.1.2-4.6.1 libcap2-2.26-4.6.1 libgcrypt20-1.8.2-8.39.1 libgpg-error0-1.29-1.8 libselinux1-3.0-1.31
libcrypt1-4.4.15-2.51 liblua5_3-5-5.3.6-3.6.1 libncurses6-6.1-5.9.1 terminfo-base-6.1-5.9.1 libpcre1-8.45-20.10.1
perl-base-5.26.1-15.87 libpopt0-1.16-3.22 rpm-config-SUSE-1-5.6.1 rpm-ndb-4.14.3-40.1
sles-release-15.3-55.4.1 system-user-root-20190513-3.3.1 liblzma5-5.2.3-4.3.1 libz1-1.2.11-3.21.1 libzstd1-1.4.4-1.6.1`;

test('the real SLE 15 SP3 (ndb) has the recorded packages', needsShared(SLE), () => {
  const { data, problems } = readDatabase(real(SLE));
  assert.deepEqual(problems, []);
  const names = packagesOf(data).map(({ name, version }) => `${name}-${version}`);
  assert.deepEqual(names.sort(), SLE_PACKAGES.trim().split(/\s+/).sort());
  assert.equal(packagesOf(data).find(({ name }) => name === 'libz1')?.source?.name, 'zlib');
});

test('rpm reads the blobs of the real SLE 15 SP3 as we do, once SQLite holds them', needs(SLE, 'rpm'), () => {
  const bytes = real(SLE);
  inTemporary((root) => {
    assert.equal(spawnSync('rpm', ['--initdb', '--dbpath', root, '--define', '_db_backend sqlite']).status, 0);
    const database = new DatabaseSync(join(root, 'rpmdb.sqlite'));
    const insert = database.prepare('insert into Packages (blob) values (?)');
    for (const { read } of readNdbBlobs(bytes)) insert.run(Buffer.from(read()));
    database.close();
    assert.deepEqual(linesOf(readDatabase(bytes)), queryDatabase('sqlite', root));
  });
});

const SPEC = `Name: tool
Epoch: 2
Version: 1.2~rc1
Release: 3.el8
Summary: s
License: MIT
BuildArch: noarch
ModularityLabel: nodejs:12:8020020200326104117:4cda2c84
%description
d
%package -n other
Summary: s
Version: 9^git1
%description -n other
d
%install
mkdir -p %{buildroot}/usr/lib/node_modules/tool/sub %{buildroot}/usr/share/other
echo '{}' | tee %{buildroot}/usr/lib/node_modules/tool/package.json %{buildroot}/usr/lib/node_modules/tool/sub/package.json
touch %{buildroot}/usr/share/other/xpackage.json %{buildroot}/usr/share/other/a.jar
%files
/usr/lib/node_modules/tool
%files -n other
/usr/share/other
`;

test('packages that rpmbuild made and rpm recorded agree with rpm', needsPrograms('rpm', 'rpmbuild'), () => {
  inTemporary((root) => {
    writeFileSync(join(root, 'tool.spec'), SPEC);
    const dbpath = join(root, 'db');
    mkdirSync(dbpath);
    const backend = ['--define', '_db_backend sqlite'];
    run('rpmbuild', ['-bb', '--quiet', '--define', `_topdir ${root}/top`, ...backend, join(root, 'tool.spec')]);
    run('rpm', ['--initdb', '--dbpath', dbpath, ...backend]);
    const files = ['tool-1.2~rc1', 'other-9^git1'].map((name) => `${root}/top/RPMS/noarch/${name}-3.el8.noarch.rpm`);
    run('rpm', ['-i', '--justdb', '--nodeps', '--dbpath', dbpath, ...backend, ...files]);
    const { data, problems } = readDatabase(readFileSync(join(dbpath, 'rpmdb.sqlite')));
    assert.deepEqual(problems, []);
    const lines = linesOf({ data });
    assert.deepEqual(lines, queryDatabase('sqlite', dbpath));
    assert.equal(lines.length, 2);
    assert.ok(lines[1]?.endsWith(' nodejs:12:8020020200326104117:4cda2c84'));
    const listed = run('rpm', ['-qal', '--dbpath', dbpath, ...backend]).split('\n');
    const owned = (data as RpmDatabase).entries.flatMap(({ owns = [] }) => owns.map((path) => `/${path}`));
    assert.equal(owned.length, 3);
    assert.deepEqual(owned.sort(), listed.filter((path) => /\/package\.json$|\.jar$/.test(path)).sort());
  });
});

const QUERY = '%{NAME} %{EPOCHNUM} %{VERSION}-%{RELEASE} %{ARCH} %{SOURCERPM} %{MODULARITYLABEL}\\n';

/** In the form of QUERY, sorted. */
function linesOf({ data }: { readonly data?: unknown }): readonly string[] {
  return (data as RpmDatabase).entries
    .map((entry) =>
      [
        entry.name,
        entry.epoch ?? 0,
        entry.version,
        entry.architecture ?? '(none)',
        entry.sourceRpm ?? '(none)',
        entry.module ?? '(none)',
      ].join(' '),
    )
    .sort();
}

/** What rpm finds in a database file. */
function queryRpm(backend: string, name: string, bytes: Buffer): readonly string[] {
  return inTemporary((root) => {
    writeFileSync(join(root, name), bytes);
    return queryDatabase(backend, root);
  });
}

function queryDatabase(backend: string, folder: string): readonly string[] {
  const options = ['-qa', '--dbpath', folder, '--define', `_db_backend ${backend}`, '--qf', QUERY];
  return run('rpm', options)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('gpg-pubkey '))
    .sort();
}

function run(program: string, options: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, options, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

function inTemporary<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-rpm-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
