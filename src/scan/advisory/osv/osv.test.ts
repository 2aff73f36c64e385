import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type FeedOutput, readFeed } from '../../../../test/support/recording-sink.ts';
import { ParseError } from '../../../platform/errors.ts';
import { semver } from '../../../versions/semver.ts';
import { ecosystemNamespace, normaliseName } from './ecosystems.ts';
import { osv } from './index.ts';
import { readRanges } from './ranges.ts';

function record(fields: Record<string, unknown>): unknown {
  return { id: 'TEST-1', modified: '2024-01-02T03:04:05.678Z', affected: [affected('npm', 'x')], ...fields };
}

function affected(ecosystem: string, name: string, ...events: readonly unknown[]): Record<string, unknown> {
  return {
    package: { ecosystem, name },
    ranges: [{ type: 'ECOSYSTEM', events: events.length > 0 ? events : [{ introduced: '0' }] }],
  };
}

test('a Go record may be about some platforms only', () => {
  const platforms = (...imports: readonly unknown[]) =>
    platformsOfRecord(record({ affected: [{ ...affected('Go', 'x'), ecosystem_specific: { imports } }] }));
  assert.deepEqual(platforms({ path: 'x/a', goos: ['windows'] }, { path: 'x/b', goos: ['windows', 'darwin'] }), [
    'windows/*',
    'darwin/*',
  ]);
  assert.deepEqual(platforms({ path: 'x', goos: ['linux'], goarch: ['386', 'arm'] }), ['linux/386', 'linux/arm']);
  assert.deepEqual(platforms({ path: 'x', goarch: ['ppc64le'] }), ['*/ppc64le']);
  assert.equal(
    platforms({ path: 'x', goos: ['windows'] }, { path: 'y' }),
    undefined,
    'one package is affected everywhere',
  );
  for (const goos of [[], 'windows', [7], ['.*'], ['win\ndows']])
    assert.equal(platforms({ path: 'x', goos }), undefined);
  assert.equal(platforms(), undefined);
  const twice = [
    { ...affected('Go', 'x'), ecosystem_specific: { imports: [{ path: 'x', goos: ['windows'] }] } },
    affected('Go', 'x', { introduced: '2.0.0' }),
  ];
  assert.equal(platformsOfRecord(record({ affected: twice })), undefined, 'another entry is about all');
});

function platformsOfRecord(document: unknown): readonly string[] | undefined {
  return readFeed(osv, document).advisories[0]?.platforms;
}

test('ecosystems become namespaces', () => {
  const cases: Readonly<Record<string, string | undefined>> = {
    npm: 'npm',
    PyPI: 'pypi',
    Go: 'go',
    Maven: 'maven',
    'Maven:https://maven.google.com': 'maven',
    RubyGems: 'gem',
    'crates.io': 'cargo',
    NuGet: 'nuget',
    Packagist: 'composer',
    'Debian:12': 'debian:12',
    'Debian:sid': 'debian:sid',
    Debian: undefined,
    'Alpine:v3.18': 'alpine:3.18',
    'Alpine:edge': 'alpine:edge',
    Alpine: undefined,
    'Ubuntu:22.04:LTS': 'ubuntu:22.04',
    'Ubuntu:23.10': 'ubuntu:23.10',
    'Ubuntu:Pro:18.04:LTS': 'ubuntu-pro:18.04',
    'Ubuntu:Pro:FIPS-updates:20.04:LTS': 'ubuntu-pro-fips-updates:20.04',
    Ubuntu: undefined,
    'Red Hat:enterprise_linux:9::baseos': 'rhel:9',
    'Red Hat:enterprise_linux:8.6::appstream': 'rhel:8',
    'Red Hat:rhel_aus:8.4::appstream': 'redhat:rhel_aus:8.4::appstream',
    'Rocky Linux:9': 'rocky:9',
    'AlmaLinux:8': 'almalinux:8',
    'SUSE:Linux Enterprise Server 15 SP3': 'sles:15.3',
    'SUSE:Linux Enterprise Module for Basesystem 15 SP3': 'sles:15.3',
    'SUSE:Linux Enterprise Server 15': 'sles:15',
    'SUSE:Linux Enterprise Server 15 SP3-LTSS': 'suse:Linux Enterprise Server 15 SP3-LTSS',
    'openSUSE:Leap 15.5': 'opensuse-leap:15.5',
    'openSUSE:Tumbleweed': 'opensuse-tumbleweed',
    'Azure Linux:3': 'azurelinux:3.0',
    'Azure Linux:2': 'mariner:2.0',
    'Photon OS:3.0': 'photon:3.0',
    Wolfi: 'wolfi',
    Chainguard: 'chainguard',
    kubernetes: 'kubernetes',
    'GitHub Actions': 'github-actions',
  };
  for (const [ecosystem, namespace] of Object.entries(cases))
    assert.equal(ecosystemNamespace(ecosystem), namespace, ecosystem);
  assert.equal(ecosystemNamespace(`SUSE:Linux Enterprise Module for ${'a 1 '.repeat(100_000)}`), undefined);
});

test('names are compared as their ecosystem compares them', () => {
  assert.equal(normaliseName('pypi', 'Zope.Interface__x'), 'zope-interface-x');
  assert.equal(normaliseName('nuget', 'Newtonsoft.Json'), 'newtonsoft.json');
  assert.equal(normaliseName('maven', 'Org.Example:Thing'), 'Org.Example:Thing');
});

test('events become intervals', () => {
  const intervals = (type: string, ...events: readonly unknown[]): unknown =>
    readRanges([{ type, events }], 'pypi').ranges;
  assert.deepEqual(intervals('ECOSYSTEM', { introduced: '0' }), [{}]);
  assert.deepEqual(
    intervals('SEMVER', { introduced: '0' }, { fixed: '1.4.13' }, { introduced: '1.5.0' }, { fixed: '1.5.10' }),
    [{ fixed: '1.4.13' }, { introduced: '1.5.0', fixed: '1.5.10' }],
  );
  assert.deepEqual(intervals('ECOSYSTEM', { introduced: '0' }, { last_affected: '1.11.0' }), [
    { lastAffected: '1.11.0' },
  ]);
  assert.deepEqual(intervals('ECOSYSTEM', { introduced: '1' }, { limit: '3' }), [{ introduced: '1', limit: '3' }]);
  assert.deepEqual(intervals('ECOSYSTEM', { introduced: '1' }, { limit: '*' }), [{ introduced: '1' }]);
  // Events out of order.
  assert.deepEqual(intervals('ECOSYSTEM', { fixed: '2' }, { introduced: '1' }), [{ introduced: '1', fixed: '2' }]);
  assert.deepEqual(
    intervals('SEMVER', { introduced: '2.0.0' }, { introduced: '0' }, { fixed: '1.10.0' }, { fixed: '2.1.0' }),
    [{ fixed: '1.10.0' }, { introduced: '2.0.0', fixed: '2.1.0' }],
  );
  // The first fix ends an interval; a further one says nothing new.
  assert.deepEqual(intervals('ECOSYSTEM', { introduced: '0' }, { fixed: '1.2' }, { fixed: '1.3' }), [{ fixed: '1.2' }]);
  assert.deepEqual(readRanges([{ type: 'GIT', events: [{ introduced: '0' }] }], 'go'), {
    ranges: [],
    commits: 1,
    unusable: 0,
  });
  assert.deepEqual(readRanges([{ type: 'SEMVER', events: [{ fixed: '1.0.0' }] }, 'x'], 'go'), {
    ranges: [],
    commits: 0,
    unusable: 2,
  });
});

test("intervals affect the versions that the schema's own algorithm affects", () => {
  const version = fc.integer({ min: 1, max: 30 }).map((number) => `${number}.0.0`);
  const event = fc.oneof(
    version.map((introduced) => ({ introduced })),
    version.map((fixed) => ({ fixed })),
    version.map((last_affected) => ({ last_affected })),
  );
  const distinct = fc.uniqueArray(event, { minLength: 1, maxLength: 6, selector: (one) => Object.values(one)[0] });
  fc.assert(
    fc.property(distinct, fc.integer({ min: 0, max: 31 }), (events, number) => {
      const candidate = `${number}.0.0`;
      const { ranges } = readRanges([{ type: 'SEMVER', events }], 'go');
      const inside = ranges.some(
        ({ introduced, fixed, lastAffected }) =>
          (introduced === undefined || semver.compare(candidate, introduced) >= 0) &&
          (fixed === undefined || semver.compare(candidate, fixed) < 0) &&
          (lastAffected === undefined || semver.compare(candidate, lastAffected) <= 0),
      );
      return inside === isVulnerable(candidate, events);
    }),
    { numRuns: 1000 },
  );
});

/** The function IncludedInRanges of the OSV schema, "Evaluation". */
function isVulnerable(version: string, events: readonly Readonly<Record<string, string>>[]): boolean {
  let vulnerable = false;
  const sorted = [...events].sort((a, b) => semver.compare(Object.values(a)[0] ?? '', Object.values(b)[0] ?? ''));
  for (const { introduced, fixed, last_affected: last } of sorted) {
    if (introduced !== undefined && semver.compare(version, introduced) >= 0) vulnerable = true;
    else if (fixed !== undefined && semver.compare(version, fixed) >= 0) vulnerable = false;
    else if (last !== undefined && semver.compare(version, last) > 0) vulnerable = false;
  }
  return vulnerable;
}

test('a record becomes one advisory a package, entries of the same package joined', () => {
  const { advisories, covered, updated } = readFeed(
    osv,
    record({
      aliases: ['CVE-2020-0001'],
      published: '2023-01-01T00:00:00Z',
      withdrawn: '2024-02-03T00:00:00Z',
      affected: [
        affected('PyPI', 'Some_Thing', { introduced: '1.0' }, { fixed: '1.2' }),
        { ...affected('PyPI', 'some-thing', { introduced: '2.0' }, { fixed: '2.1' }), versions: ['0.9'] },
        affected('npm', 'some-thing'),
      ],
    }),
  );
  assert.deepEqual(
    advisories.map(({ namespace, package: name, ranges, versions, fixState }) => [
      namespace,
      name,
      ranges,
      versions,
      fixState,
    ]),
    [
      [
        'pypi',
        'some-thing',
        [
          { introduced: '1.0', fixed: '1.2' },
          { introduced: '2.0', fixed: '2.1' },
        ],
        ['0.9'],
        'fixed',
      ],
      ['npm', 'some-thing', [{}], undefined, 'not-fixed'],
    ],
  );
  const [first] = advisories;
  assert.deepEqual(
    [first?.aliases, first?.published, first?.modified, first?.withdrawn],
    [['CVE-2020-0001'], '2023-01-01T00:00:00Z', '2024-01-02T03:04:05Z', '2024-02-03T00:00:00Z'],
  );
  assert.deepEqual([covered, updated], [{ pypi: 'part', npm: 'part' }, '2024-01-02T03:04:05Z']);
});

test('an ecosystem that only ever stands beside another is covered in part', () => {
  const covered = (...records: readonly (readonly string[])[]): unknown =>
    readFeed(
      osv,
      records.map((ecosystems) => record({ affected: ecosystems.map((name) => affected(name, 'x')) })),
    ).covered;
  assert.deepEqual(covered(['Go'], ['Go', 'npm']), { go: 'whole', npm: 'part' });
  assert.deepEqual(covered(['Go', 'npm'], ['npm'], ['Go']), { go: 'whole', npm: 'whole' });
  assert.deepEqual(covered(['Debian:11', 'Debian:12']), { 'debian:11': 'whole', 'debian:12': 'whole' });
  const ubuntu = { 'ubuntu:22.04': 'whole', 'ubuntu-pro:22.04': 'whole' };
  assert.deepEqual(covered(['Ubuntu:22.04:LTS', 'Ubuntu:Pro:22.04:LTS']), ubuntu);
});

test("severities: vectors with their score, Ubuntu's priority, the words of the databases", () => {
  const severities = (fields: Record<string, unknown>, id = 'GHSA-2222-2222-2222'): unknown =>
    readFeed(osv, record({ id, ...fields })).advisories[0]?.severities.map(({ kind, source, level, score }) => [
      kind,
      source,
      level,
      score,
    ]);
  assert.deepEqual(
    severities({
      severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' }],
      database_specific: { severity: 'MODERATE' },
    }),
    [
      ['cvss', 'ghsa', 'high', 7.5],
      ['vendor', 'ghsa', 'medium', undefined],
    ],
  );
  assert.deepEqual(severities({ severity: [{ type: 'Ubuntu', score: 'negligible' }] }, 'UBUNTU-CVE-2020-1'), [
    ['vendor', 'ubuntu', 'negligible', undefined],
  ]);
  const debian = { ...affected('Debian:12', 'zlib'), ecosystem_specific: { urgency: 'unimportant' } };
  assert.deepEqual(severities({ affected: [debian] }, 'DEBIAN-CVE-2020-1'), [
    ['vendor', 'debian', 'negligible', undefined],
  ]);
  assert.deepEqual(
    severities({ severity: [{ type: 'CVSS_V3', score: 'broken' }], database_specific: { severity: '??' } }),
    [],
  );
});

test('related ids are reported under for distributions only', () => {
  const related = (fields: Record<string, unknown>): unknown => readFeed(osv, record(fields)).advisories[0]?.related;
  const ubuntu = [affected('Ubuntu:22.04:LTS', 'zlib')];
  assert.deepEqual(related({ affected: ubuntu, related: ['CVE-2018-25032', 'USN-5355-1'] }), ['CVE-2018-25032']);
  assert.deepEqual(related({ affected: ubuntu, upstream: ['CVE-2018-25032'], related: ['CVE-1999-0001'] }), [
    'CVE-2018-25032',
  ]);
  assert.deepEqual(related({ related: ['CVE-2018-25032'] }), [], 'in a language this may be another vulnerability');
});

test('rpm distributions: whose records name installed packages, and modules in the summary', () => {
  const fixed = (version: string) => [{ introduced: '0' }, { fixed: version }];
  const document = record({
    summary: 'Important: nodejs:20 security update',
    affected: [
      affected('AlmaLinux:9', 'npm', ...fixed('1:10.7.0-1.20.15.1.1.module_el9.4.0+123')),
      affected('Red Hat:enterprise_linux:9::appstream', 'npm', ...fixed('1:10.7.0-1.el9')),
      affected('Rocky Linux:9', 'nodejs', ...fixed('1:20.15.1-1.module+el9.4.0+1')),
    ],
  });
  assert.deepEqual(
    readFeed(osv, document).advisories.map(({ namespace, binary, module }) => [namespace, binary, module]),
    [
      ['almalinux:9', true, 'nodejs:20'],
      ['rhel:9', true, undefined],
      ['rocky:9', undefined, 'nodejs:20'],
    ],
  );
});

test('a fix that only subscribers get is its own state', () => {
  const fixed = [{ introduced: '0' }, { fixed: '1.2-1esm1' }];
  const both = [
    affected('Ubuntu:18.04:LTS', 'zlib'),
    affected('Ubuntu:Pro:18.04:LTS', 'zlib', ...fixed),
    affected('Ubuntu:22.04:LTS', 'zlib'),
  ];
  const { advisories } = readFeed(osv, record({ affected: both }));
  assert.deepEqual(
    advisories.map(({ namespace, fixState }) => [namespace, fixState]),
    [
      ['ubuntu:18.04', 'subscription'],
      ['ubuntu-pro:18.04', 'fixed'],
      ['ubuntu:22.04', 'not-fixed'],
    ],
  );
});

test('what cannot be used is skipped with its reason', () => {
  const reasons = (fields: Record<string, unknown>): unknown => {
    const output: FeedOutput = readFeed(osv, record(fields));
    assert.equal(output.advisories.length, 0);
    return output.skipped.map((text) => text.split(' @ ')[0]);
  };
  assert.deepEqual(reasons({ affected: [{ ranges: [] }, 'x'] }), [
    'an affected entry that names no package',
    'an affected entry that names no package',
  ]);
  assert.deepEqual(reasons({ affected: [affected('Debian', 'zlib')] }), [
    'a distribution release that is missing or not understood',
  ]);
  assert.deepEqual(reasons({ affected: [{ package: { ecosystem: 'npm', name: 'x' } }] }), ['no affected versions']);
  const git = { package: { ecosystem: 'npm', name: 'x' }, ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] };
  assert.deepEqual(reasons({ affected: [git] }), ['affected commits only, no versions']);
  assert.deepEqual(reasons({ affected: [] }), []);
});

test('a list of records is read record by record; a file of another kind is refused', () => {
  const { advisories, skipped } = readFeed(osv, [record({}), { no: 'record' }, record({ id: 'TEST-2' })]);
  assert.deepEqual([advisories.map(({ id }) => id), skipped.length], [['TEST-1', 'TEST-2'], 1]);
  for (const document of [{}, { id: 'X' }, { id: 'X', affected: {} }, '7', '{'])
    assert.throws(() => readFeed(osv, document), ParseError);
});
