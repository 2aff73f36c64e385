// Holds every cataloguer of the registry to the same rules.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { LimitError, ParseError } from '../../platform/errors.ts';
import { makeZip } from '../../platform/test-zip.ts';
import { indexReaders } from '../image/layer/readers.ts';
import type { Cataloguer } from './cataloguer.ts';
import { isOwnable } from './owner-rule.ts';
import { CATALOGUERS } from './registry.ts';
import { header, located } from './test-facts.ts';

/** A real file in small for each path that a cataloguer reads. */
const SAMPLES: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>> = {
  apk: {
    'lib/apk/db/installed':
      'C:Q1yyMWoYnr7lKCxKm9mHlMwkd6dMY=\nP:npm\nV:10.9.1-r0\nA:x86_64\no:npm\nF:usr/lib/node_modules/npm\nR:package.json\na:0:0:755\n\n',
  },
  'content-sets': {
    'root/buildinfo/content_manifests/ubi8-container-8.5-226.json':
      '{"content_sets":["rhel-8-for-x86_64-baseos-rpms"]}',
    'usr/share/buildinfo/content-sets.json': '{"content_sets":["ubi-9-for-x86_64-baseos-rpms"]}',
  },
  dotnet: {
    'app/a.deps.json':
      '{"runtimeTarget":{"name":"n/linux-x64"},"targets":{"n/linux-x64":{"A/1.0.0":{"runtime":{"A.dll":{}}}}},"libraries":{"A/1.0.0":{"type":"package"}}}',
  },
  dpkg: {
    'var/lib/dpkg/status':
      'Package: zlib1g\nStatus: install ok installed\nSource: zlib (1:1.2.13.dfsg-1)\nVersion: 1:1.2.13.dfsg-1+b1\nArchitecture: amd64\nDescription: library\n text\n\n',
    'var/lib/dpkg/status.d/zlib1g': 'Package: zlib1g\nVersion: 1:1.2.13\nArchitecture: amd64\n',
    'var/lib/dpkg/status.d/zlib1g.md5sums': '7210080490f9fd139c1b44fa0f730988  usr/share/node_modules/a/package.json\n',
    'var/lib/dpkg/info/zlib1g.list': '/.\n/usr\n/usr/share/node_modules/a/package.json\n',
  },
  gem: {
    'usr/lib/ruby/gems/3.1.0/specifications/a-1.2-java.gemspec':
      '# stub: a 1.2 ruby lib\n\nGem::Specification.new do |s|\n  s.name = "a".freeze\n  s.version = "1.2"\n  s.platform = "java".freeze\n',
  },
  java: {
    'opt/lib/a-1.0.war': makeZip([
      { path: 'META-INF/maven/g/a/pom.properties', content: 'groupId=g\nartifactId=a\nversion=1.0\n', deflated: true },
      { path: 'META-INF/MANIFEST.MF', content: 'Implementation-Version: 1.0\n\n' },
      { path: 'WEB-INF/lib/b-2.0.jar', content: makeZip([{ path: 'org/b/B.class' }]) },
    ]),
  },
  npm: { 'app/node_modules/@a/b/package.json': '{"name":"@a/b","version":"1.2.3","dependencies":{"c":"^1"}}' },
  'os-release': {
    'etc/os-release': 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.11.5\n',
    'etc/alpine-release': '3.11.5\n',
    'etc/debian_version': '12.5\n',
  },
  python: {
    'usr/lib/python3/dist-packages/a_b-1.2.dist-info/METADATA':
      'Metadata-Version: 2.1\nName: A.b\nVersion: 1.2\n\nText\n',
    'usr/lib/python3/dist-packages/c.egg-info/PKG-INFO':
      'Metadata-Version: 1.0\nName: c\nVersion: 1!2.dev0\nSummary: text\n',
    'usr/lib/python3/dist-packages/d-3.egg-info': 'Name: d\nVersion: 3\n',
    'usr/lib/python3/dist-packages/e-4.egg': makeZip([{ path: 'EGG-INFO/PKG-INFO', content: 'Name: e\nVersion: 4\n' }]),
  },
  rpm: {
    'var/lib/rpmmanifest/container-manifest-2':
      'zlib\t1.2.11-5.cm2\t1653816591\t1653628955\tMicrosoft Corporation\t(none)\t180\tx86_64\t0\tzlib-1.2.11-5.cm2.src.rpm\n',
  },
  secrets: {
    'root/.netrc': 'machine example.com login u password sesame-open\n',
    'app/.env': 'DB_PASSWORD=sesame-open\n',
  },
  spdx: {
    'var/lib/db/sbom/a-1.spdx.json':
      '{"spdxVersion":"SPDX-2.3","packages":[{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:apk/a@1"}]}]}',
    'lib/apk/db/installed': 'P:a\nV:1\n\n',
  },
};

const PATTERN = /^(?:\*\*\/(?:\*\.[^*/]+|[^*/]+)|[^*]+[^*/]|[^*]+[^*/]\/\*)$/;
const REFERENCE = 'docs/reference/cataloguers.md';

test('ids are unique and sorted, and no cataloguer is in the list twice', () => {
  const ids = CATALOGUERS.map((cataloguer) => cataloguer.id);
  assert.deepEqual(ids, [...new Set(ids)].sort());
});

for (const cataloguer of CATALOGUERS) {
  test(`${cataloguer.id}: id, version, title and patterns are well formed`, () => {
    assert.match(cataloguer.id, /^[a-z][a-z0-9-]*$/);
    assert.ok(Number.isInteger(cataloguer.version) && cataloguer.version > 0);
    assert.match(cataloguer.title, /^[A-Z][^.]+$/);
    for (const pattern of cataloguer.reads) assert.match(pattern, PATTERN);
    assert.doesNotThrow(() => indexReaders([cataloguer]));
    assert.equal(cataloguer.reads.length > 0, cataloguer.read !== undefined, 'patterns and read go together');
    assert.ok(['read', 'look', 'content'].some((way) => way in cataloguer));
  });

  test(`${cataloguer.id}: is described in the reference`, () => {
    const text = readFileSync(resolve(import.meta.dirname, '../../..', REFERENCE), 'utf8');
    assert.ok(text.includes(`\n## ${cataloguer.id}\n`), `${REFERENCE} lacks a section ${cataloguer.id}`);
  });

  if (cataloguer.read !== undefined) readerTests(cataloguer);
}

test('the files of every language cataloguer can have an owner', () => {
  const operatingSystem = new Set(['apk', 'content-sets', 'dpkg', 'os-release', 'rpm', 'secrets', 'spdx']);
  for (const { id, reads } of CATALOGUERS) {
    if (operatingSystem.has(id) || reads.length === 0) continue;
    for (const path of Object.keys(SAMPLES[id] ?? {})) {
      assert.ok(isOwnable(Buffer.from(path), 0, Buffer.byteLength(path)), `${id}: ${path}`);
    }
  }
});

function readerTests(cataloguer: Cataloguer): void {
  const samples = Object.entries(SAMPLES[cataloguer.id] ?? {});

  test(`${cataloguer.id}: reads its samples, and no facts make packages fail`, () => {
    assert.ok(samples.length > 0, 'a cataloguer that reads has samples here');
    const index = indexReaders([cataloguer]);
    for (const [path, text] of samples) {
      assert.deepEqual(index.forPath(path), [cataloguer], path);
      assert.notEqual(cataloguer.wants?.(header(path)), false, path);
      const result = cataloguer.read?.(Buffer.from(text), header(path));
      assert.ok(result?.data !== undefined, path);
      assert.deepEqual(result.problems ?? [], [], path);
      assert.deepEqual(JSON.parse(JSON.stringify(result.data)), result.data, 'a fact is JSON');
    }
  });

  test(`${cataloguer.id}: whatever the bytes are, only ParseError or LimitError comes out`, () => {
    const sample = fc.constantFrom(...samples);
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(
        sample,
        bytes,
        fc.nat(),
        fc.nat(20),
        fc.constantFrom('random', 'insert', 'replace', 'cut'),
        (...chosen) => {
          const [[path, text], noise, at, length, change] = chosen;
          survives(cataloguer, path, mutated(Buffer.from(text), noise, at, length, change));
        },
      ),
      { numRuns: 400 },
    );
  });

  test(`${cataloguer.id}: a sample cut at any byte`, () => {
    for (const [path, text] of samples) {
      const body = Buffer.from(text);
      for (let length = 0; length < body.length; length += 1) survives(cataloguer, path, body.subarray(0, length));
    }
  });
}

function survives(cataloguer: Cataloguer, path: string, body: Uint8Array): void {
  let data: unknown;
  try {
    data = cataloguer.read?.(body, header(path, { size: body.length }))?.data;
  } catch (error) {
    assert.ok(error instanceof ParseError || error instanceof LimitError, String(error));
    return;
  }
  if (data === undefined) return;
  assert.doesNotThrow(() => cataloguer.packages([located(path, data)], { id: 'alpine', version: '3.11.5' }));
}

function mutated(body: Buffer, noise: Uint8Array, position: number, length: number, change: string): Uint8Array {
  const at = position % (body.length + 1);
  switch (change) {
    case 'insert':
      return Buffer.concat([body.subarray(0, at), noise.subarray(0, length), body.subarray(at)]);
    case 'replace':
      return Buffer.concat([body.subarray(0, at), noise.subarray(0, length), body.subarray(at + length)]);
    case 'cut':
      return Buffer.concat([body.subarray(0, at), body.subarray(at + length)]);
    default:
      return noise;
  }
}
