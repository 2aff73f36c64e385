import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { fileChunks } from '../../image/file-chunks.ts';
import { readLayer } from '../../image/layer/read-layer.ts';
import { header, layer, located } from '../test-facts.ts';
import { spdx } from './index.ts';
import { parseSpdx } from './parse.ts';

function document(...locators: readonly string[]): string {
  const externalRefs = locators.map((referenceLocator) => ({
    referenceCategory: 'PACKAGE-MANAGER',
    referenceType: 'purl',
    referenceLocator,
  }));
  return JSON.stringify({ spdxVersion: 'SPDX-2.3', packages: [{ name: 'sources' }, { name: 'a', externalRefs }] });
}

const DATABASE = 'C:Q1x=\nP:unbound\nV:1.23.0-r0\n\nP:libattr1\nV:2.5.1-r2\n\n';

/** What is said of a document beside a database. */
function compare(text: string, database: string | undefined = DATABASE): readonly string[] {
  const paths = { 'usr/lib/apk/db/installed': database, 'var/lib/db/sbom/a.spdx.json': text };
  const facts = Object.entries(paths).flatMap(([path, content]) => {
    if (content === undefined) return [];
    return [located(path, spdx.read?.(Buffer.from(content), header(path))?.data)];
  });
  const { packages, problems = [] } = spdx.packages(facts, undefined);
  assert.deepEqual(packages, [], 'a document adds no packages');
  return problems.map(({ path, layer: from, kind, reason }) => {
    assert.deepEqual([path, from, kind], ['var/lib/db/sbom/a.spdx.json', layer('one'), 'undecidable']);
    return reason;
  });
}

test('a document that agrees with the database says nothing', () => {
  assert.deepEqual(
    compare(document('pkg:apk/wolfi/unbound@1.23.0-r0?arch=x86_64', 'pkg:github/nlnetlabs/unbound@release-1.23.0')),
    [],
  );
  assert.deepEqual(compare(`\ufeff ${document('pkg:apk/wolfi/UNBOUND@1.23.0-r0')}`), []);
  assert.deepEqual(compare(document('pkg:golang/example.com/a@v1')), []);
});

test('a package in another version, or none, is a problem at the document', () => {
  assert.deepEqual(
    compare(
      document('pkg:apk/wolfi/unbound@1.22.0-r0', 'pkg:apk/wolfi/libattr1@2.5.1-r2', 'pkg:apk/wolfi/zlib@1.3-r0'),
    ),
    [
      'the package database disagrees with this bill of materials on unbound 1.22.0-r0 (installed: 1.23.0-r0), zlib 1.3-r0 (not installed)',
    ],
  );
  const many = Array.from({ length: 7 }, (_nothing, place) => `pkg:apk/a${place}@1`);
  assert.match(compare(document(...many))[0] ?? '', /a4 1 \(not installed\) and 2 more$/);
});

test('every database of the image counts; with none, the documents say so', () => {
  const facts = ['lib/apk/db/installed', 'usr/lib/apk/db/installed'].map((path, place) =>
    located(path, spdx.read?.(Buffer.from(`P:a\nV:${place}\n\n`), header(path))?.data),
  );
  const path = 'var/lib/db/sbom/a.spdx.json';
  const fact = located(path, spdx.read?.(Buffer.from(document('pkg:apk/a@0', 'pkg:apk/a@1')), header(path))?.data);
  assert.deepEqual(spdx.packages([...facts, fact], undefined).problems, []);
  assert.equal(spdx.packages([fact], undefined).problems?.length, 1);
  assert.deepEqual(spdx.packages([], undefined), { packages: [], problems: [] });
});

test('only SPDX documents are wanted', () => {
  assert.equal(spdx.wants?.(header('var/lib/db/sbom/a.spdx.json')), true);
  assert.equal(spdx.wants?.(header('var/lib/db/sbom/a.cdx.json')), false);
  assert.equal(spdx.wants?.(header('lib/apk/db/installed')), true);
});

test('bad package URLs are problems, and cost no other', () => {
  const { packages, problems } = parseSpdx(
    Buffer.from(
      document('pkg:apk/a', 'pkg:apk/', 'pkg:apk/%zz@1', `pkg:apk/${'/'.repeat(1_000_000)}a@1`, 'pkg:apk/b@1'),
    ),
  );
  assert.deepEqual(packages, [{ name: 'b', version: '1' }]);
  assert.equal(problems.length, 4);
});

for (const text of [
  '{',
  '{}',
  '{"spdxVersion":"SPDX-3.0"}',
  '{"spdxVersion":2}',
  '[]',
  'null',
  `{"a":${'['.repeat(100_000)}`,
]) {
  test(`${text.slice(0, 30)} is no SPDX 2 document`, () => {
    assert.throws(() => parseSpdx(Buffer.from(text)), ParseError);
  });
}

test('odd members of a document are passed over', () => {
  const odd = {
    spdxVersion: 'SPDX-2.2',
    packages: [
      null,
      1,
      { externalRefs: 'x' },
      {
        externalRefs: [
          null,
          { referenceType: 'purl' },
          { referenceType: 'cpe23Type', referenceLocator: 'pkg:apk/a@1' },
        ],
      },
    ],
  };
  assert.deepEqual(parseSpdx(Buffer.from(JSON.stringify(odd))), { packages: [], problems: [] });
  assert.deepEqual(parseSpdx(Buffer.from('{"spdxVersion":"SPDX-2.3","packages":{}}')).packages, []);
  assert.throws(() => parseSpdx(Buffer.alloc(LIMITS.metadataBytes + 1, ' ')), LimitError);
});

const DOCUMENTS = 'data/supply/apko/sbom-testdata/apk_sboms';

test('real documents of Wolfi packages name the package of their file', needsShared(DOCUMENTS), () => {
  for (const name of readdirSync(sharedPath(DOCUMENTS))) {
    const { packages, problems } = parseSpdx(readFileSync(sharedPath(join(DOCUMENTS, name))));
    assert.deepEqual(problems, []);
    assert.deepEqual(
      packages.map((found) => `${found.name}-${found.version}.spdx.json`),
      [name],
    );
  }
});

/** Layers that apko made, with their number of documents (cli-testdata). */
const LAYERS: readonly (readonly [string, number])[] = [
  ['golden/blobs/sha256/7e0f9d62f6cab4785e18a55f17d03f20ffb776881f1f46258efd9458f7cdaf08', 2],
  ['base_image/blobs/sha256/583625b6164fff3b017f62b9fcd60cb53fff18a7e89ee538212134a13fc29fb1', 3],
];

for (const [blob, documents] of LAYERS) {
  const path = `data/supply/apko/cli-testdata/${blob}`;
  test(
    `the real layer ${blob.slice(0, 20)}: documents and database agree, and differ when the database is another`,
    needsShared(path),
    async () => {
      const file = sharedPath(path);
      const { facts, unknowns } = await readLayer(() => fileChunks(file, 0, statSync(file).size), { readers: [spdx] });
      assert.deepEqual(unknowns, []);
      const all = facts.map((fact) => located(fact.path, fact.data));
      assert.equal(all.length, documents + 1);
      assert.deepEqual(spdx.packages(all, undefined).problems, []);
      const withoutDatabase = all.filter((fact) => !fact.path.endsWith('/installed'));
      assert.equal(spdx.packages(withoutDatabase, undefined).problems?.length, documents);
    },
  );
}
