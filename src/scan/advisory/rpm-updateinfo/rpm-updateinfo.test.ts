import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { readFeed } from '../../../../test/support/recording-sink.ts';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { ParseError, PlimsollError } from '../../../platform/errors.ts';
import { buildAdvisorySet } from '../set/build.ts';
import { openAdvisorySet } from '../set/open.ts';
import { rpmUpdateinfo } from './index.ts';
import { isForeign, namespaceOf } from './release.ts';

interface Written {
  readonly id: string;
  readonly attributes?: string;
  readonly inside?: string;
  readonly packages?: string;
  readonly module?: string;
}

/** An update as createrepo_c writes it. */
function update({ id, attributes = 'type="security"', inside = '', packages = '', module = '' }: Written): string {
  return `<update from="x@example.org" status="final" ${attributes}><id>${id}</id>${inside}
    <pkglist><collection short="s"><name>s</name>${module}${packages}</collection></pkglist></update>`;
}

function build(name: string, evr: string, arch = 'x86_64'): string {
  const [, epoch = '0', version = '', release = ''] = /^(?:(\d+):)?(.*)-([^-]*)$/.exec(evr) ?? [];
  return `<package name="${name}" epoch="${epoch}" version="${version}" release="${release}" arch="${arch}" src="x.src.rpm"><filename>x.rpm</filename></package>`;
}

function updates(...members: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<updates>\n${members.join('\n')}\n</updates>\n`;
}

const RLSA = update({
  id: 'RLSA-2023:0340',
  inside: `<title>Moderate: openssl security update</title>
    <issued date="2023-02-28 08:00:00"/><updated date="2023-03-01 09:10:11"/>
    <release>Rocky Linux 9</release><severity>SEVERITY_MODERATE</severity>
    <description>Fixes CVE-1999-0001 of another time.</description>
    <references>
      <reference href="https://bugzilla.example.org/1" id="1" type="bugzilla" title="CVE-2022-4304 openssl: timing"/>
      <reference href="https://cve.example.org/" id="CVE-2022-4203" type="cve" title="CVE-2022-4203"/>
      <reference href="https://errata.example.org/RLSA-2023:0340" id="RLSA-2023:0340" type="self" title="x"/>
    </references>`,
  packages: [
    build('openssl-libs', '1:3.0.1-47.el9_1'),
    build('openssl-libs', '1:3.0.1-47.el9_1', 'aarch64'),
    build('openssl-libs', '1:3.0.1-47.el9_1', 'src'),
    build('openssl-debuginfo', '1:3.0.1-47.el9_1'),
  ].join(''),
});

test('an update is one advisory for each installed package, reported under its CVEs', () => {
  const { advisories, covered, updated, skipped } = readFeed(rpmUpdateinfo, updates(RLSA), 'updateinfo.xml');
  assert.deepEqual(advisories, [
    {
      feed: 'rpm-updateinfo',
      id: 'RLSA-2023:0340',
      aliases: [],
      related: ['CVE-2022-4304', 'CVE-2022-4203'],
      namespace: 'rocky:9',
      package: 'openssl-libs',
      binary: true,
      status: 'affected',
      ranges: [{ fixed: '1:3.0.1-47.el9_1' }],
      fixState: 'fixed',
      severities: [{ kind: 'vendor', source: 'rocky', raw: 'MODERATE', level: 'medium' }],
      published: '2023-02-28T08:00:00Z',
      modified: '2023-03-01T09:10:11Z',
      reference: 'https://errata.example.org/RLSA-2023:0340',
    },
  ]);
  assert.deepEqual([covered, updated, skipped], [{ 'rocky:9': 'whole' }, '2023-03-01T09:10:11Z', []]);
});

test('namespaces follow from ids, tags of packages, and the text beside them', () => {
  const cases: readonly (readonly [
    id: string,
    release: string,
    packageRelease: string,
    namespace: string | undefined,
  ])[] = [
    ['RLSA-2022:6450', 'Rocky Linux 8', '141.module+el8.6.0+1005+bc8a2ba7', 'rocky:8'],
    ['ALSA-2022:6158', '0', '4.module_el8.6.0+3238+624bf8b8', 'almalinux:8'],
    ['ALBA-2025:1', '', '22.el10_0', 'almalinux:10'],
    ['RHSA-2023:6745', '0', '26.el9_3.2', 'rhel:9'],
    ['ELSA-2023-12345', 'Oracle Linux 7', '59.0.1.el7_9.1', 'ol:7'],
    ['CESA-2016:0301', 'CentOS 6', '42.el6_7.4', 'centos:6'],
    ['CESA_2016__0301', 'CentOS 6', '42', 'centos:6'],
    ['FEDORA-2023-4cc0d04a41', 'Fedora 39', '2.fc39', 'fedora:39'],
    ['FEDORA-2023-4cc0d04a41', 'Fedora 39', '3.module_f39+17+a1', 'fedora:39'],
    ['FEDORA-EPEL-2023-1', 'Fedora EPEL 9', '1.el9', undefined],
    ['ALAS2-2023-2163', '', '3.amzn2.0.2', 'amzn:2'],
    ['ALAS2023-2023-100', '', '1.amzn2023.0.1', 'amzn:2023'],
    ['ALAS-2018-1000', '', '1.30.amzn1', 'amzn:2018.03'],
    ['SUSE-SLE-Module-Basesystem-15-SP3-2021-1654', 'x', '3.21.1', 'sles:15.3'],
    ['SUSE-SLE-Module-Development-Tools-OBS-15-SP1-2020-1121', '', '1', 'sles:15.1'],
    ['SUSE-SLE-Module-Python2-15-SP2-2021-1654', '', '1', 'sles:15.2'],
    ['SUSE-SLE-Module-Basesystem-15-2018-100', '', '1', 'sles:15'],
    ['SUSE-SLE-Product-SLES_SAP-15-SP1-2022-100', '', '1', 'sles:15.1'],
    ['SUSE-SLE-Product-SLES-15-SP2-LTSS-2022-100', '', '1', 'sles:15.2'],
    ['SUSE-SLE-SERVER-12-SP4-2019-2974', '', '1', 'sles:12.4'],
    ['SUSE-SLE-SERVER-12-SP5-LTSS-EXTENDED-SECURITY-2025-1', '', '1', 'sles:12.5'],
    ['SUSE-SLE-Product-SLED-15-SP3-2021-1', '', '1', 'sled:15.3'],
    ['SUSE-SLE-Module-Web-Scripting-12-2019-2026', '', '1', undefined],
    ['SUSE-SLE-Manager-Tools-15-2021-1', '', '1', undefined],
    ['SUSE-SLE-Micro-5.5-2023-1', '', '1', 'sle-micro:5.5'],
    ['SUSE-SUSE-MicroOS-5.0-2021-1654', '', '1', 'sle-micro:5.0'],
    ['SUSE-SLE-Micro-6.0-2024-1', '', '1', 'sl-micro:6.0'],
    ['openSUSE-SLE-15.4-2022-1', 'openSUSE Leap 15.4', '150400.1', 'opensuse-leap:15.4'],
    ['openSUSE-2020-100', 'openSUSE Leap 15.1 Update', 'lp151.4.1', 'opensuse-leap:15.1'],
    ['openSUSE-2014-100', 'openSUSE 13.1 Update', '1', 'opensuse:13.1'],
    ['openSUSE-Tumbleweed-2024-1', '', '1', 'opensuse-tumbleweed'],
    ['11749', '0', '1', undefined],
    ['RLSA-2023:1', '0', '1', undefined],
  ];
  for (const [id, release, packageRelease, namespace] of cases) {
    assert.equal(namespaceOf({ id, release }, packageRelease), namespace, `${id} ${packageRelease}`);
  }
  assert.equal(isForeign('rocky:9', '1.el8'), true);
  assert.equal(isForeign('rocky:9', '1.el9_2'), false);
  assert.equal(isForeign('amzn:2018.03', '1.amzn1'), false);
  assert.equal(isForeign('amzn:2', '1.amzn1'), true);
  assert.equal(isForeign('sles:15.3', '1.el8'), false, 'only tags of its own kind tell');
});

test('a stated namespace holds, and builds for another release are left out', () => {
  const document = updates(
    update({
      id: 'FEDORA-EPEL-2023-1',
      inside: '<references><reference id="CVE-2023-0001"/></references>',
      packages: build('nginx-mod', '1.2-1.el9') + build('nginx-mod', '1.1-1.el8') + build('data', '1-1', 'noarch'),
    }),
  );
  const told = readFeed(rpmUpdateinfo, document, 'updateinfo.xml', 'rocky:9');
  assert.deepEqual(
    told.advisories.map(({ namespace, package: name, ranges }) => [namespace, name, ranges]),
    [
      ['rocky:9', 'nginx-mod', [{ fixed: '1.2-1.el9' }]],
      ['rocky:9', 'data', [{ fixed: '1-1' }]],
    ],
  );
  assert.deepEqual(told.skipped, [
    'a package for another release of the distribution @ updateinfo.xml: FEDORA-EPEL-2023-1',
  ]);
  assert.deepEqual(told.covered, { 'rocky:9': 'whole' });

  const untold = readFeed(rpmUpdateinfo, document, 'updateinfo.xml');
  assert.deepEqual([untold.advisories, untold.covered], [[], {}]);
  assert.match(untold.skipped.join(), /^a distribution release that cannot be told \(state it/);
});

test('modules come from the element, else from the title, else have no name', () => {
  const modular = (title: string, module = '') =>
    readFeed(
      rpmUpdateinfo,
      updates(
        update({
          id: 'RLSA-2022:1',
          inside: `<title>${title}</title>`,
          module,
          packages: build('npm', '1:8.19.2-1.module+el8.7.0+1') + build('plain', '1-1.el8'),
        }),
      ),
      'updateinfo.xml',
    ).advisories.map((advisory) => advisory.module);
  const element = '<module name="nodejs" stream="18" version="8070020221213" context="bd1311ed" arch="x86_64"/>';
  assert.deepEqual(modular('Moderate: x', element), ['nodejs:18', 'nodejs:18']);
  assert.deepEqual(modular('Moderate: nodejs:18 security update'), ['nodejs:18', undefined]);
  assert.deepEqual(modular('Important: go-toolset:Rocky Linux8 security update'), ['go-toolset:rhel8', undefined]);
  assert.deepEqual(modular('postgresql:9.6'), ['postgresql:9.6', undefined]);
  assert.deepEqual(modular('Moderate: security update'), ['unnamed', undefined]);
});

test('versions that differ by architecture stay apart, others stay together', () => {
  const ranges = (packages: string) =>
    readFeed(rpmUpdateinfo, updates(update({ id: 'RLSA-1:1', packages })), 'updateinfo.xml').advisories.map(
      ({ ranges: said, architectures }) => [said, architectures],
    );
  assert.deepEqual(ranges(build('a', '1-1.el9') + build('a', '1-2.el9', 'aarch64')), [
    [[{ fixed: '1-1.el9' }], ['x86_64']],
    [[{ fixed: '1-2.el9' }], ['aarch64']],
  ]);
  assert.deepEqual(ranges(build('a', '1-2.el9') + build('a', '1-1.el9')), [
    [[{ fixed: '1-1.el9' }, { fixed: '1-2.el9' }], undefined],
  ]);
});

test('what counts as security, and what is left out', () => {
  const packages = build('a', '1-1.el9');
  const cve = '<references><reference id="CVE-2024-0001" type="cve"/></references>';
  const read = (written: Omit<Written, 'id'>) =>
    readFeed(rpmUpdateinfo, updates(update({ id: 'RLSA-1:1', packages, ...written })), 'updateinfo.xml');
  assert.equal(read({ attributes: 'type="bugfix"' }).advisories.length, 0);
  assert.deepEqual(read({ attributes: 'type="bugfix"' }).covered, { 'rocky:9': 'whole' }, 'covered all the same');
  assert.equal(read({ attributes: 'type="recommended"', inside: cve }).advisories.length, 1);
  assert.deepEqual(read({}).advisories[0]?.related, [], 'without a CVE it is reported under its own id');
  const described = read({ inside: '<description>Security fix for CVE-2024-0002</description>' });
  assert.deepEqual(described.advisories[0]?.related, ['CVE-2024-0002'], 'Fedora');
  const dates = read({ inside: '<issued date="1593505741"/><updated date="2018-07-20 06:00:01 UTC"/>' }).advisories[0];
  assert.deepEqual([dates?.published, dates?.modified], ['2020-06-30T08:29:01Z', '2018-07-20T06:00:01Z']);
  assert.deepEqual(
    readFeed(
      rpmUpdateinfo,
      updates(
        '<update status="retracted" type="security"><id>1</id></update>',
        '<update type="security"/>',
        update({ id: 'RLSA-2:2', packages: '<package name="a"/>' }),
        update({ id: 'RLSA-3:3', packages: '<package name="a" version="1" release="1.el9" epoch="x"/>' }),
      ),
      'updateinfo.xml',
    ).skipped,
    [
      'a retracted update @ updateinfo.xml: 1',
      'an update without an id @ updateinfo.xml',
      'a package without name, version or release @ updateinfo.xml: RLSA-2:2',
      'a package without name, version or release @ updateinfo.xml: RLSA-3:3',
    ],
  );
});

test('other files are refused', () => {
  for (const document of ['{}', '<html/>', updates(RLSA).slice(0, -20)]) {
    assert.throws(() => readFeed(rpmUpdateinfo, document, 'updateinfo.xml'), ParseError, document);
  }
  assert.deepEqual(readFeed(rpmUpdateinfo, '<updates/>', 'updateinfo.xml', 'sles:15.3').covered, {
    'sles:15.3': 'whole',
  });
});

const WORK = join(temporaryFolder(), 'updateinfo');

test(
  'a repository made by createrepo_c is read as it lies there',
  needsPrograms('createrepo_c', 'modifyrepo_c'),
  async () => {
    const repository = join(WORK, 'repository');
    mkdirSync(repository, { recursive: true });
    writeFileSync(join(WORK, 'updateinfo.xml'), updates(RLSA));
    for (const [program, args] of [
      ['createrepo_c', ['-q', repository]],
      ['modifyrepo_c', ['--compress-type=gz', join(WORK, 'updateinfo.xml'), join(repository, 'repodata')]],
    ] as const) {
      const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    }
    assert.ok(
      readdirSync(join(repository, 'repodata')).some((name) => /^[0-9a-f]{64}-updateinfo\.xml\.gz$/.test(name)),
    );
    await buildAdvisorySet([{ feed: rpmUpdateinfo, path: repository }], join(WORK, 'set.db'), {
      builtAt: '2026-01-01T00:00:00Z',
    });
    const set = openAdvisorySet(join(WORK, 'set.db'));
    const [found] = set.lookup('rocky:9', 'openssl-libs');
    assert.deepEqual(
      [found?.binary, found?.ranges, found?.related],
      [true, [{ fixed: '1:3.0.1-47.el9_1' }], ['CVE-2022-4203', 'CVE-2022-4304']],
    );
    set.close();
  },
);

test('a file that is cut short covers nothing, and one beside it is read all the same', async () => {
  const folder = join(WORK, 'cut');
  mkdirSync(folder, { recursive: true });
  const many = Array.from({ length: 400 }, (_, index) =>
    update({ id: `RLSA-1:${index}`, packages: build(`package${index}`, '1-1.el9') }),
  );
  writeFileSync(join(folder, 'baseos-updateinfo.xml'), updates(...many).slice(0, 90_000));
  const output = join(WORK, 'cut.db');
  const built = { builtAt: '2026-01-01T00:00:00Z' };
  await assert.rejects(
    buildAdvisorySet([{ feed: rpmUpdateinfo, path: folder }], output, built),
    /interrupted download/,
  );
  writeFileSync(
    join(folder, 'fedora-updateinfo.xml'),
    updates(update({ id: 'FEDORA-1-1', packages: build('a', '1-1.fc39') })),
  );
  await buildAdvisorySet([{ feed: rpmUpdateinfo, path: folder }], output, built);
  const set = openAdvisorySet(output);
  assert.deepEqual(set.feeds[0]?.namespaces, ['fedora:39']);
  assert.match(set.feeds[0]?.skippedReasons[0]?.reason ?? '', /interrupted download/);
  assert.equal(set.feeds[0]?.skippedReasons[0]?.example, 'baseos-updateinfo.xml');
  set.close();
});

test('zstd is read; xz and bzip2 are refused with what to do', async () => {
  mkdirSync(join(WORK, 'packed'), { recursive: true });
  const zstd = join(WORK, 'packed', 'abc-updateinfo.xml.zst');
  writeFileSync(zstd, zstdCompressSync(updates(RLSA)));
  const output = join(WORK, 'packed.db');
  const built = { builtAt: '2026-01-01T00:00:00Z' };
  await buildAdvisorySet([{ feed: rpmUpdateinfo, path: join(WORK, 'packed') }], output, built);
  writeFileSync(join(WORK, 'packed', 'def-updateinfo.xml.xz'), Buffer.from('fd377a585a000000', 'hex'));
  await assert.rejects(
    buildAdvisorySet([{ feed: rpmUpdateinfo, path: join(WORK, 'packed') }], output, built),
    (error) => error instanceof PlimsollError && error.code === 'unsupported' && /unpack it first/.test(error.message),
  );
});
