// What holds for every importer, whatever its scanner.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { digestOf, isDigest } from '../../platform/canonical.ts';
import { LimitError, ParseError } from '../../platform/errors.ts';
import { parsePackageUrl } from '../inventory/purl.ts';
import { RELEASE_ADAPTERS } from '../release/registry.ts';
import { IMPORTERS } from './registry.ts';

const FILE = { path: 'docker/alpine:3.15/report.json', digest: digestOf('report') };

/** A small report of each, from which the fuzzer starts. */
const SAMPLES: Readonly<Record<string, object>> = {
  cyclonedx: {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    metadata: {
      component: { type: 'container', name: 'alpine:3.15', version: '3.15' },
      tools: [{ name: 'a', version: '1' }],
    },
    components: [
      { type: 'library', 'bom-ref': 'a', name: 'zlib', version: '1', purl: 'pkg:apk/alpine/zlib@1?distro=3.15' },
    ],
    vulnerabilities: [
      {
        id: 'CVE-2020-1',
        ratings: [{ severity: 'high', source: { name: 'nvd' } }],
        affects: [{ ref: 'a' }],
        analysis: { state: 'resolved' },
      },
    ],
  },
  grype: {
    matches: [
      {
        vulnerability: {
          id: 'CVE-2020-1',
          severity: 'High',
          namespace: 'nvd:cpe',
          fix: { versions: ['2'], state: 'fixed' },
          epss: [{ epss: 0.5 }],
        },
        relatedVulnerabilities: [{ id: 'CVE-2020-1' }],
        artifact: {
          name: 'zlib',
          version: '1',
          purl: 'pkg:apk/alpine/zlib@1?distro=3.15',
          locations: [{ path: '/a' }],
          upstreams: [{ name: 'zlib' }],
        },
      },
    ],
    source: { type: 'image', target: { userInput: 'alpine:3.15', imageID: FILE.digest } },
    distro: { name: 'alpine', version: '3.15' },
    descriptor: { name: 'grype', version: '1', db: { built: '2024-01-01T00:00:00Z' } },
  },
  snyk: {
    vulnerabilities: [
      {
        id: 'SNYK-ALPINE315-ZLIB-1',
        name: 'zlib/zlib',
        version: '1',
        severity: 'high',
        packageManager: 'alpine:3.15',
        identifiers: { CVE: ['CVE-2020-1'] },
        isUpgradable: true,
        nearestFixedInVersion: '2',
      },
    ],
    docker: { image: { logicalRef: 'alpine:3.15', physicalRef: `alpine@${FILE.digest}` } },
    applications: [{ vulnerabilities: [], packageManager: 'npm', targetFile: '/a' }],
  },
  trivy: {
    SchemaVersion: 2,
    ArtifactName: 'alpine:3.15',
    Metadata: { OS: { Family: 'alpine', Name: '3.15' }, ImageID: FILE.digest },
    Results: [
      {
        Class: 'os-pkgs',
        Type: 'alpine',
        Packages: [{ ID: 'zlib@1', Name: 'zlib', Version: '1', SrcName: 'zlib', SrcVersion: '1' }],
        Vulnerabilities: [
          {
            VulnerabilityID: 'CVE-2020-1',
            PkgID: 'zlib@1',
            PkgName: 'zlib',
            InstalledVersion: '1',
            FixedVersion: '2',
            Severity: 'HIGH',
          },
        ],
      },
    ],
  },
};

test('the registry is sorted, complete, and shares no word with releases', () => {
  const ids = IMPORTERS.map(({ id }) => id);
  assert.deepEqual(ids, [...ids].sort());
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.deepEqual(folders.map(({ name }) => name).sort(), ids);
  const releases: readonly string[] = RELEASE_ADAPTERS.map(({ id }) => id);
  assert.ok(ids.every((id) => !releases.includes(id)));
  assert.deepEqual(Object.keys(SAMPLES), ids);
});

test('a report begins like those of one importer at most', () => {
  for (const [id, sample] of Object.entries(SAMPLES)) {
    const head = JSON.stringify(sample, undefined, 2);
    const recognized = IMPORTERS.filter((importer) => importer.recognizes(head)).map((importer) => importer.id);
    assert.deepEqual(recognized, id === 'cyclonedx' ? [] : [id]);
  }
});

for (const importer of IMPORTERS) {
  describe(importer.id, () => {
    const sample = SAMPLES[importer.id] ?? {};

    test('has what the documentation shows', () => {
      assert.match(importer.id, /^[a-z]+$/);
      assert.ok(importer.title.length > 5 && importer.reads.length > 20);
    });

    test('reads its sample: an image, a package, a finding, the same for the same bytes', async () => {
      const read = () => importer.parse(Buffer.from(JSON.stringify(sample)), FILE);
      const { images } = await read();
      const [image] = images;
      assert.equal(images.length, 1);
      assert.equal(image?.logical, 'docker.io/library/alpine:3.15');
      assert.deepEqual(image.findings.map(({ fixState }) => fixState).length, 1);
      assert.equal(image.packages[0]?.name, 'zlib');
      assert.equal(image.findings[0]?.package.purl, image.packages[0]?.purl);
      assert.equal(image.packages[0]?.namespace, 'alpine:3.15');
      assert.deepEqual(await read(), { images, gaps: [] });
    });

    test('whatever is changed in a report, it is read or refused, never a crash, and what is read can be used', async () => {
      await fc.assert(
        fc.asyncProperty(changesTo(sample), async (changed) => {
          try {
            const { images, gaps } = await importer.parse(Buffer.from(JSON.stringify(changed)), FILE);
            for (const { digest, logical, packages, findings, gaps: own } of images) {
              assert.ok(isDigest(digest) && logical !== '');
              for (const { purl } of packages) parsePackageUrl(purl);
              for (const { id, package: one, epss } of findings) {
                assert.ok(id !== '' && one.purl.startsWith('pkg:') && (epss === undefined || (epss >= 0 && epss <= 1)));
              }
              assert.ok([...own, ...gaps].every(({ reason }) => reason !== ''));
            }
          } catch (error) {
            assert.ok(error instanceof ParseError || error instanceof LimitError, String(error));
          }
        }),
        { numRuns: 300 },
      );
    });

    test('bytes that are no JSON are refused', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
          await assert.rejects(importer.parse(bytes, FILE), ParseError);
        }),
        { numRuns: 50 },
      );
    });
  });
}

/** The value with one to three of its members, at any depth, replaced by something else. */
function changesTo(sample: object): fc.Arbitrary<unknown> {
  const paths = pathsOf(sample);
  const odd = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      '',
      '/',
      '..',
      '\u0000',
      'a b',
      'pkg:',
      'pkg:npm/%2F@1',
      'sha256:x',
      '__proto__',
      0,
      -1,
      1e308,
      true,
      [],
      {},
      [null],
      'x'.repeat(2000),
    ),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const change = fc.record({ path: fc.constantFrom(...paths), value: odd });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const copy: unknown = structuredClone(sample);
    for (const { path, value } of changes) {
      const parent = path
        .slice(0, -1)
        .reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined), copy);
      if (typeof parent === 'object' && parent !== null) Reflect.set(parent, path.at(-1) ?? '', structuredClone(value));
    }
    return copy;
  });
}

function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    ...(path.length === 0 ? [] : [path]),
    ...Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key])),
  ];
}
