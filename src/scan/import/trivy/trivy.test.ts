// Reports that the real Trivy wrote, on real images, with a database that holds the same advisories as ours: what is imported must be what Trivy says,
// and what we find ourselves when the packages of the report are matched with our own set.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { writeOciLayout } from '../../../../demo/image/layout.ts';
import type { TarEntry } from '../../../../demo/image/tar.ts';
import { needsPrograms, needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { needsTrivy, trivyProgram } from '../../../../test/support/reference-programs.ts';
import { advisorySetOf } from '../../../../test/support/synthetic-set.ts';
import { type TrivyEntry, writeTrivyDatabase } from '../../../../test/support/trivy-database.ts';
import { needsUnpacked, unpackedFile } from '../../../../test/support/unpacked.ts';
import type { Advisory } from '../../advisory/advisory.ts';
import { alpineSecdb } from '../../advisory/alpine-secdb/index.ts';
import type { Assessment, Finding } from '../../assess/assessment.ts';
import { reassess } from '../../assess/reassess.ts';
import { importAssessment } from '../import-assessment.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-import-trivy-'));
after(() => rmSync(root, { recursive: true }));

const SECDB = 'data/vuln/alpine/derived-from-aports-secfixes.json.tar.xz';
const ALPINE = 'data/rootfs/alpine-3.11.5.metadata-only.tar.gz';
const DEBIAN = 'data/rootfs/debian-12-minbase-metadata-only.tar.xz';

function skipUnless(...needs: readonly { readonly skip: string | false }[]): { skip: string | false } {
  return needs.find(({ skip }) => skip !== false) ?? { skip: false };
}

/** Runs Trivy on an image of one layer with a database of these entries; gives the report's path. */
function report(
  name: string,
  layer: readonly TarEntry[] | Buffer,
  entries: readonly TrivyEntry[],
  ...options: readonly string[]
): string {
  const layout = join(root, name);
  const cache = join(root, `${name}-cache`);
  const file = join(root, `${name}.json`);
  writeOciLayout(layout, [{ tag: 'latest', layers: [layer] }]);
  const sources = Object.fromEntries(
    entries.map(({ platform }) => [
      platform,
      { ID: platform.split(' ', 1)[0] ?? '', Name: platform, URL: 'https://data.example' },
    ]),
  );
  writeTrivyDatabase(cache, entries, sources, '2026-11-01T00:00:00Z');
  const args = ['image', '--quiet', '--input', layout, '--scanners', 'vuln', '--skip-db-update', '--offline-scan'];
  execFileSync(trivyProgram() ?? '', [...args, '--cache-dir', cache, '--output', file, ...options], {
    env: { HOME: root },
    stdio: 'pipe',
  });
  return file;
}

async function imported(target: string): Promise<Assessment> {
  const assessment = await importAssessment(target, { asOf: '2026-11-22' });
  assert.ok(assessment !== undefined);
  return assessment;
}

/** The advisories of the branch as our feed reads them. */
function secdb(): readonly Advisory[] {
  const advisories: Advisory[] = [];
  const ignore = () => undefined;
  const told = { severity: ignore, kev: ignore, epss: ignore, ssvc: ignore, endOfLife: ignore };
  const sink = { ...told, skip: ignore, covers: ignore, updated: ignore };
  for (const path of ['./2021-07/v3.11/main.json', './2021-07/v3.11/community.json']) {
    const bytes = execFileSync('tar', ['-xOf', sharedPath(SECDB), path], { maxBuffer: 64 * 1024 ** 2 });
    alpineSecdb.read({ path, bytes: () => bytes }, { ...sink, advisory: (record) => advisories.push(record) });
  }
  return advisories;
}

function entriesOf(advisories: readonly Advisory[]): readonly TrivyEntry[] {
  return advisories.flatMap(({ id, package: name, status, ranges }) => {
    const fixed = ranges[0]?.fixed;
    if (status !== 'affected' || fixed === undefined) return [];
    return [
      {
        platform: 'alpine 3.11',
        package: name,
        id,
        advisory: { FixedVersion: fixed },
        severities: { nvd: 3 } as const,
      },
    ];
  });
}

function facts(findings: readonly Finding[]): readonly string[] {
  return findings
    .map(({ vulnerability, purl, version, fixState, fixedIn, layer }) =>
      [vulnerability, purl, version, fixState, fixedIn, layer].join(' '),
    )
    .sort();
}

describe(
  'Alpine 3.11.5 with the security database of 2021-07',
  skipUnless(needsTrivy(), needsShared(SECDB, ALPINE), needsPrograms('tar', 'xz')),
  () => {
    const layer = (): Buffer => gunzipSync(readFileSync(sharedPath(ALPINE)));

    test('Trivy finds what we find in the packages that it lists', async () => {
      const advisories = secdb();
      const file = report('alpine', layer(), entriesOf(advisories), '--format', 'json', '--list-all-pkgs');
      const assessment = await imported(`trivy:${file}`);
      assert.deepEqual([assessment.packages.length, assessment.findings.length], [14, 19]);
      assert.equal(new Set(assessment.findings.map(({ vulnerability }) => vulnerability)).size, 10);
      const set = advisorySetOf(advisories, { updated: { 'alpine-secdb': '2021-07-01' } });
      const own = reassess(assessment, { set, asOf: '2026-11-22', severityPolicy: 'vendor-then-cvss-then-nvd' });
      assert.deepEqual(facts(assessment.findings), facts(own.findings));
      for (const { severity, rawSeverity, severitySource, advisories: ids, vulnerability } of assessment.findings) {
        assert.deepEqual(
          [severity, rawSeverity, severitySource, ids],
          ['high', 'HIGH', 'trivy:nvd', [`trivy/${vulnerability}`]],
        );
      }
      const [image] = assessment.images;
      assert.deepEqual(image?.os, { id: 'alpine', version: '3.11.5', endOfLife: '2021-11-01' });
      assert.equal(image?.digest, JSON.parse(readFileSync(file, 'utf8')).Metadata.ImageID);
      assert.deepEqual(
        assessment.gaps.map(({ kind, location }) => [kind, location]),
        [
          ['end-of-life', undefined],
          ['undecidable', 'trivy'],
        ],
      );
    });

    test('its report without packages holds those with findings, and says so', async () => {
      const file = report('short', layer(), entriesOf(secdb()), '--format', 'json');
      const assessment = await imported(`trivy:${file}`);
      assert.equal(assessment.findings.length, 19);
      assert.equal(assessment.packages.length, new Set(assessment.findings.map(({ purl }) => purl)).size);
      assert.ok(
        assessment.gaps.some(
          ({ kind, target, location }) => [kind, target, location].join() === 'not-scanned,trivy,packages',
        ),
      );
    });

    test('its CycloneDX document says the same, with the fixes that only its recommendations name', async () => {
      const advisories = secdb();
      const json = await imported(
        `trivy:${report('pair', layer(), entriesOf(advisories), '--format', 'json', '--list-all-pkgs')}`,
      );
      const document = await imported(
        `cyclonedx:${report('bom', layer(), entriesOf(advisories), '--format', 'cyclonedx')}`,
      );
      assert.deepEqual(facts(document.findings), facts(json.findings));
      assert.ok(
        document.findings.every(
          ({ severity, severitySource }) => severity === 'high' && severitySource === 'cyclonedx:nvd',
        ),
      );
      assert.deepEqual(
        document.packages.map(({ purl }) => purl),
        json.packages.map(({ purl }) => purl),
      );
      assert.equal(document.images[0]?.digest, json.images[0]?.digest);
    });
  },
);

test(
  'Debian: epochs, states without a fix, severities of several sources',
  skipUnless(needsTrivy(), needsUnpacked(DEBIAN)),
  async () => {
    const entry = (name: string, id: string, advisory: object, severities: TrivyEntry['severities']): TrivyEntry => ({
      platform: 'debian 12',
      package: name,
      id,
      advisory: { ...advisory },
      severities,
    });
    const file = report(
      'debian',
      unpackedFile(DEBIAN),
      [
        entry('zlib', 'CVE-2023-45853', { Status: 5, Severity: 1 }, { nvd: 4, debian: 1 }),
        entry(
          'shadow',
          'CVE-2099-0001',
          { FixedVersion: '1:4.13+dfsg1-1+deb12u9', VendorIDs: ['DSA-9999-1'] },
          { nvd: 2 },
        ),
        entry('pam', 'CVE-2099-0002', {}, {}),
        entry('glibc', 'CVE-2099-0003', { FixedVersion: '2.30-1' }, { nvd: 4 }),
      ],
      '--format',
      'json',
      '--list-all-pkgs',
    );
    const { findings, packages } = await imported(`trivy:${file}`);
    const of = (id: string) => findings.filter(({ vulnerability }) => vulnerability === id);
    const [zlib] = of('CVE-2023-45853');
    assert.deepEqual(
      [zlib?.purl, zlib?.version, zlib?.severity, zlib?.severitySource, zlib?.fixState, zlib?.fixedIn],
      [
        'pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12',
        '1:1.2.13.dfsg-1',
        'low',
        'trivy:debian',
        'will-not-fix',
        undefined,
      ],
    );
    const shadow = of('CVE-2099-0001');
    assert.deepEqual(
      shadow.map((row) => [row.package, row.version, row.fixedIn, row.severity, row.aliases]),
      [
        ['login', '1:4.13+dfsg1-1+deb12u2', '1:4.13+dfsg1-1+deb12u9', 'medium', []],
        ['passwd', '1:4.13+dfsg1-1+deb12u2', '1:4.13+dfsg1-1+deb12u9', 'medium', []],
      ],
    );
    assert.ok(
      of('CVE-2099-0002').every(({ severity, fixState }) => severity === 'unknown' && fixState === 'not-fixed'),
    );
    assert.equal(of('CVE-2099-0003').length, 0);
    const purls = new Set(packages.map(({ purl }) => purl));
    assert.ok(findings.every(({ purl }) => purls.has(purl)));
    assert.equal(packages.length, 88);
  },
);

test('npm: the lowest fix above the installed version, in the place where it lies', needsTrivy(), async () => {
  const file = report(
    'npm',
    [{ path: 'srv/app/node_modules/minimist/package.json', body: '{"name": "minimist", "version": "1.2.5"}' }],
    [
      {
        platform: 'npm::GitHub Security Advisory npm',
        package: 'minimist',
        id: 'CVE-2021-44906',
        advisory: { VulnerableVersions: ['>= 1.0.0, < 1.2.6', '< 0.2.4'], PatchedVersions: ['0.2.4', '1.2.6'] },
        severities: { ghsa: 4 },
      },
    ],
    '--format',
    'json',
  );
  const { findings } = await imported(`trivy:${file}`);
  assert.deepEqual(
    findings.map((row) => [row.vulnerability, row.purl, row.fixedIn, row.location]),
    [['CVE-2021-44906', 'pkg:npm/minimist@1.2.5', '1.2.6', 'srv/app/node_modules/minimist/package.json']],
  );
});
