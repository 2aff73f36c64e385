// Reports written here in the form that Grype's documentation and public samples show (database formats 5 and 6); the program needs a database of
// gigabytes that no package registry has, so it cannot be run for a test.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../../platform/canonical.ts';
import { ParseError } from '../../../platform/errors.ts';
import type { ImportedImage } from '../imported.ts';
import { parseGrype } from './parse.ts';

const DIGEST = `sha256:${'61'.repeat(32)}`;
const LAYER = `sha256:${'1a'.repeat(32)}`;
const FILE = { path: 'grype.json', digest: digestOf('report') };

const ZLIB = {
  vulnerability: {
    id: 'CVE-2018-25032',
    namespace: 'debian:distro:debian:11',
    severity: 'High',
    fix: { versions: ['1:1.2.11.dfsg-2+deb11u1'], state: 'fixed' },
    epss: [{ cve: 'CVE-2018-25032', epss: 0.0719, percentile: 0.91, date: '2025-06-18' }],
    knownExploited: [{ cve: 'CVE-2018-25032' }],
  },
  relatedVulnerabilities: [{ id: 'CVE-2018-25032', namespace: 'nvd:cpe' }],
  artifact: {
    name: 'zlib1g',
    version: '1:1.2.11.dfsg-2',
    type: 'deb',
    locations: [{ path: '/var/lib/dpkg/status', layerID: LAYER }],
    purl: 'pkg:deb/debian/zlib1g@1%3A1.2.11.dfsg-2?arch=amd64&distro=debian-11&upstream=zlib',
    upstreams: [{ name: 'zlib' }],
  },
};
const LOG4J = {
  vulnerability: {
    id: 'GHSA-jfh8-c2jp-5v3q',
    namespace: 'github:language:java',
    severity: 'Critical',
    fix: { versions: ['2.3.1', '2.15.0', '2.12.2'], state: 'fixed' },
  },
  relatedVulnerabilities: [{ id: 'CVE-2021-44228', epss: [{ cve: 'CVE-2021-44228', epss: '0.97565' }] }],
  artifact: {
    name: 'log4j-core',
    version: '2.14.1',
    purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
    locations: [{ path: '/app/log4j-core-2.14.1.jar' }],
  },
};
const BUSYBOX = {
  vulnerability: {
    id: 'CVE-2022-28391',
    namespace: 'nvd:cpe',
    severity: 'Negligible',
    fix: { versions: [], state: 'wont-fix' },
  },
  artifact: { name: 'busybox', version: '1.32.1', purl: 'pkg:generic/busybox@1.32.1' },
};

function report(more: Readonly<Record<string, unknown>> = {}): object {
  return {
    matches: [ZLIB, LOG4J, BUSYBOX],
    ignoredMatches: [ZLIB],
    source: {
      type: 'image',
      target: {
        userInput: 'registry.example/app:1.0',
        imageID: LAYER,
        manifestDigest: LAYER,
        tags: ['registry.example/app:1.0'],
        repoDigests: [`registry.example/app@${DIGEST}`],
        architecture: 'arm64',
        os: 'linux',
      },
    },
    distro: { name: 'debian', version: '11', idLike: [] },
    descriptor: {
      name: 'grype',
      version: '0.74.0',
      timestamp: '2024-01-31T10:00:00Z',
      db: { built: '2024-01-31T01:25:00Z', schemaVersion: 5, checksum: 'sha256:ab' },
    },
    ...more,
  };
}

function parse(value: unknown): ImportedImage {
  const [image] = parseGrype(Buffer.from(JSON.stringify(value)), FILE).images;
  assert.ok(image !== undefined);
  return image;
}

test('the image, its distribution and packages', () => {
  const { logical, physical, digest, platform, os, packages, listsAllPackages, gaps } = parse(report());
  assert.deepEqual(
    [logical, physical, digest, platform, os, listsAllPackages],
    [
      'registry.example/app:1.0',
      `registry.example/app@${DIGEST}`,
      DIGEST,
      'linux/arm64',
      { id: 'debian', version: '11' },
      false,
    ],
  );
  assert.deepEqual(
    packages.map(({ purl, source, location }) => [purl, source?.name, location.layer, location.path]),
    [
      ['pkg:deb/debian/zlib1g@1:1.2.11.dfsg-2?arch=amd64&distro=debian-11', 'zlib', LAYER, 'var/lib/dpkg/status'],
      ['pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1', undefined, DIGEST, 'app/log4j-core-2.14.1.jar'],
    ],
  );
  assert.deepEqual(
    gaps.map(({ kind, reason }) => [kind, reason]),
    [['not-scanned', "1 finding was left out by Grype's ignore rules or VEX documents"]],
  );
});

test('findings keep ids, words, fixes and what is known of exploits', () => {
  const { findings } = parse(report());
  assert.deepEqual(
    findings.map(({ id, aliases, severity, severitySource, fixState, fixedIn, kev, epss }) => [
      id,
      aliases,
      severity,
      severitySource,
      fixState,
      fixedIn,
      kev,
      epss,
    ]),
    [
      ['CVE-2018-25032', [], 'High', 'debian', 'fixed', '1:1.2.11.dfsg-2+deb11u1', true, 0.0719],
      ['GHSA-jfh8-c2jp-5v3q', ['CVE-2021-44228'], 'Critical', 'github', 'fixed', '2.15.0', undefined, 0.97565],
      ['CVE-2022-28391', [], 'Negligible', 'nvd', 'will-not-fix', undefined, undefined, undefined],
    ],
  );
  assert.deepEqual(findings[2]?.package, { name: 'busybox', version: '1.32.1', purl: 'pkg:generic/busybox@1.32.1' });
});

test('the database of either format is named', () => {
  const version5 = {
    version: '0.74.0',
    ranAt: '2024-01-31T10:00:00Z',
    database: 'schema 5, built 2024-01-31T01:25:00Z',
    databaseDate: '2024-01-31T01:25:00Z',
  };
  assert.deepEqual(parse(report()).run, version5);
  const status = { schemaVersion: 'v6.0.2', built: '2025-06-19T01:30:31Z', path: '/x', valid: true };
  assert.deepEqual(parse(report({ descriptor: { name: 'grype', db: { status } } })).run, {
    database: 'schema v6.0.2, built 2025-06-19T01:30:31Z',
    databaseDate: '2025-06-19T01:30:31Z',
  });
  assert.deepEqual(parse(report({ descriptor: { name: 'grype' } })).run, {});
});

test('a directory scan has no image: its report stands for it', () => {
  const { logical, digest, gaps } = parse(
    report({ source: { type: 'directory', target: '/srv' }, ignoredMatches: null }),
  );
  assert.deepEqual([logical, digest], ['grype:grype.json', FILE.digest]);
  assert.deepEqual(
    gaps.map(({ kind, location }) => [kind, location]),
    [['undecidable', 'digest']],
  );
});

test('a row that does not follow the form is a gap, another scanner’s report an error', () => {
  const { findings, gaps } = parse(report({ matches: [ZLIB, { vulnerability: {} }, 7], ignoredMatches: [] }));
  assert.equal(findings.length, 1);
  assert.match(gaps[0]?.reason ?? '', /^2 rows are not as the format/);
  for (const value of [
    {},
    [],
    { matches: [] },
    { matches: {}, descriptor: { name: 'grype' } },
    { matches: [], descriptor: { name: 'other' } },
  ]) {
    assert.throws(() => parse(value), ParseError, JSON.stringify(value));
  }
});
