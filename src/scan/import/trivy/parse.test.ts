// What newer Trivys write than the one that trivy.test.ts runs, and what is odd. Written here in the form of trivy.dev/docs, "Reporting".
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../../platform/canonical.ts';
import { ParseError } from '../../../platform/errors.ts';
import type { ImportedImage } from '../imported.ts';
import { parseTrivy } from './parse.ts';

const DIGEST = `sha256:${'7a'.repeat(32)}`;
const FILE = { path: 'trivy.json', digest: digestOf('report') };

function report(results: readonly unknown[], more: Readonly<Record<string, unknown>> = {}): object {
  return {
    SchemaVersion: 2,
    Trivy: { Version: '0.67.0' },
    CreatedAt: '2025-10-01T10:00:00Z',
    ArtifactName: 'registry.example/app:1.0',
    ArtifactType: 'container_image',
    Metadata: {
      OS: { Family: 'redhat', Name: '8.4' },
      RepoTags: ['registry.example/app:1.0'],
      RepoDigests: [`registry.example/app@${DIGEST}`],
      ImageConfig: { architecture: 'arm64', os: 'linux', variant: 'v8', created: '2025-09-01T00:00:00Z' },
    },
    Results: results,
    ...more,
  };
}

function parse(value: unknown): ImportedImage {
  const [image] = parseTrivy(Buffer.from(JSON.stringify(value)), FILE).images;
  assert.ok(image !== undefined);
  return image;
}

const BIND_PURL = 'pkg:rpm/redhat/bind-libs@9.11.36-8.el8?arch=x86_64&distro=redhat-8.4&epoch=32';
const OS_PACKAGES = {
  Target: 'registry.example/app:1.0 (redhat 8.4)',
  Class: 'os-pkgs',
  Type: 'redhat',
  Packages: [
    {
      ID: 'bind-libs@32:9.11.36-8.el8.x86_64',
      Name: 'bind-libs',
      Identifier: { PURL: BIND_PURL, UID: 'a' },
      Version: '9.11.36',
      Release: '8.el8',
      Epoch: 32,
      Arch: 'x86_64',
      SrcName: 'bind',
      SrcVersion: '9.11.36',
      SrcRelease: '8.el8',
      SrcEpoch: 32,
    },
  ],
  Vulnerabilities: [
    {
      VulnerabilityID: 'CVE-2023-3341',
      VendorIDs: ['RHSA-2023:5474'],
      PkgID: 'bind-libs@32:9.11.36-8.el8.x86_64',
      PkgName: 'bind-libs',
      PkgIdentifier: { PURL: BIND_PURL },
      InstalledVersion: '32:9.11.36-8.el8',
      FixedVersion: '32:9.11.36-8.el8_8.2',
      Status: 'fixed',
      SeveritySource: 'redhat',
      Severity: 'HIGH',
    },
  ],
};
const JAR = {
  Target: 'Java',
  Class: 'lang-pkgs',
  Type: 'jar',
  Vulnerabilities: [
    {
      VulnerabilityID: 'GHSA-jfh8-c2jp-5v3q',
      VendorIDs: ['GHSA-jfh8-c2jp-5v3q'],
      PkgName: 'org.apache.logging.log4j:log4j-core',
      PkgPath: 'app/lib/log4j-core-2.14.1.jar',
      InstalledVersion: '2.14.1',
      FixedVersion: '2.3.1, 2.12.2, 2.15.0',
      Severity: 'CRITICAL',
    },
  ],
};

test('package URLs, epochs and source packages of newer reports', () => {
  const { packages, findings, logical, physical, digest, platform, created, run, os } = parse(report([OS_PACKAGES]));
  assert.deepEqual(
    packages.map(({ purl, version, source, namespace }) => [purl, version, source, namespace]),
    [
      [
        'pkg:rpm/redhat/bind-libs@9.11.36-8.el8?arch=x86_64&distro=rhel-8.4&epoch=32&upstream=bind-9.11.36-8.el8.src.rpm',
        '32:9.11.36-8.el8',
        { name: 'bind', version: '32:9.11.36-8.el8' },
        'rhel:8',
      ],
    ],
  );
  assert.deepEqual(
    findings.map(({ id, aliases, package: { purl }, fixedIn }) => [id, aliases, purl, fixedIn]),
    [['CVE-2023-3341', [], packages[0]?.purl, '32:9.11.36-8.el8_8.2']],
  );
  assert.deepEqual(
    [logical, physical, digest, platform, created, os],
    [
      'registry.example/app:1.0',
      `registry.example/app@${DIGEST}`,
      DIGEST,
      'linux/arm64/v8',
      '2025-09-01T00:00:00Z',
      { id: 'rhel', version: '8.4' },
    ],
  );
  assert.deepEqual(run, { version: '0.67.0', ranAt: '2025-10-01T10:00:00Z' });
});

test('a language without a list of packages has those with findings', () => {
  const { packages, findings, listsAllPackages } = parse(report([OS_PACKAGES, JAR]));
  assert.equal(listsAllPackages, false);
  assert.deepEqual(
    packages.map(({ name, location }) => [name, location.path]),
    [
      ['org.apache.logging.log4j:log4j-core', 'app/lib/log4j-core-2.14.1.jar'],
      ['bind-libs', 'trivy.json'],
    ],
  );
  assert.deepEqual(
    [findings[1]?.fixedIn, findings[1]?.severitySource, findings[1]?.aliases],
    ['2.15.0', undefined, []],
  );
});

test('other results are passed over; suppressed findings and bad rows are gaps', () => {
  const { findings, gaps, listsAllPackages } = parse(
    report([
      { Target: 'Dockerfile', Class: 'config', Type: 'dockerfile', Misconfigurations: [] },
      { Target: 'key', Class: 'secret', Secrets: [] },
      { ...OS_PACKAGES, ExperimentalModifiedFindings: [{}, {}], Vulnerabilities: [{ VulnerabilityID: 'CVE-1' }] },
      'text',
    ]),
  );
  assert.deepEqual([findings.length, listsAllPackages], [0, true]);
  assert.deepEqual(
    gaps.map(({ kind, location }) => [kind, location]),
    [
      ['file-unparsed', 'Results'],
      ['file-unparsed', 'registry.example/app:1.0 (redhat 8.4) Vulnerabilities'],
      ['not-scanned', 'findings'],
    ],
  );
});

test('a package of a kind that we do not have keeps its finding', () => {
  const conan = {
    ...JAR,
    Target: 'conan.lock',
    Type: 'conan',
    Vulnerabilities: [{ ...JAR.Vulnerabilities[0], PkgName: '/', PkgPath: '' }],
  };
  const { packages, findings } = parse(report([conan]));
  assert.deepEqual(
    [packages.length, findings[0]?.package.purl, findings[0]?.fixedIn],
    [0, 'pkg:generic/unnamed@2.14.1', '2.3.1'],
  );
});

test('a list of reports is several images; nothing at all is no finding', () => {
  const other = report([], { ArtifactName: 'alpine:3.15', Metadata: null });
  const { images } = parseTrivy(Buffer.from(JSON.stringify([report([JAR]), other])), FILE);
  assert.deepEqual(
    images.map(({ logical, findings }) => [logical, findings.length]),
    [
      ['registry.example/app:1.0', 1],
      ['docker.io/library/alpine:3.15', 0],
    ],
  );
  assert.equal(parse(report([], { Results: undefined })).findings.length, 0);
});

test('anything else is an error that names the field', () => {
  for (const [value, message] of [
    [{ SchemaVersion: 1, ArtifactName: 'a' }, /SchemaVersion/],
    [{ SchemaVersion: 2 }, /ArtifactName/],
    [{ ...report([]), Results: {} }, /Results/],
    [7, /report/],
  ] as const) {
    assert.throws(() => parse(value), { name: 'ParseError', message }, JSON.stringify(value));
  }
  assert.throws(() => parseTrivy(Buffer.from('{'), FILE), ParseError);
});
