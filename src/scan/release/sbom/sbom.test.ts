import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { advisorySetOf } from '../../../../test/support/synthetic-set.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { openStore } from '../../../platform/store.ts';
import type { Advisory } from '../../advisory/advisory.ts';
import { registryAccess } from '../../image/registry/access.ts';
import { INVENTORY_MIGRATIONS } from '../../inventory/inventory-store.ts';
import { scanRelease } from '../../scan-release.ts';
import { expandRelease } from '../expand.ts';
import type { SbomSubject } from './document.ts';
import { readSbom } from './read-sbom.ts';
import { namesOf } from './subject.ts';
import { bom, bytes, DIGEST, read, spdxDocument, syftDocument } from './test-documents.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-sbom-'));
after(() => rmSync(root, { recursive: true }));

test('names of images: a tag before a package URL before the name, and never a path', () => {
  const image: SbomSubject = { isImage: true, tags: [], digests: [] };
  const cases: readonly (readonly [subject: SbomSubject, logical: string | undefined, physical: string | undefined])[] =
    [
      [{ ...image, name: '/tmp/layout' }, undefined, undefined],
      [{ ...image, name: 'layout' }, undefined, undefined],
      [{ ...image, name: 'alpine', version: '3.15' }, 'docker.io/library/alpine:3.15', undefined],
      [
        { ...image, name: 'alpine:3.15', version: DIGEST },
        'docker.io/library/alpine:3.15',
        `docker.io/library/alpine@${DIGEST}`,
      ],
      [
        { ...image, name: `alpine@${DIGEST}` },
        `docker.io/library/alpine@${DIGEST}`,
        `docker.io/library/alpine@${DIGEST}`,
      ],
      [{ ...image, isImage: false, name: 'shop', version: '1.0' }, undefined, undefined],
      [
        { ...image, name: '/x', tags: ['alpine:3.15'], digests: [`mirror.example/alpine@${DIGEST}`] },
        'docker.io/library/alpine:3.15',
        `mirror.example/alpine@${DIGEST}`,
      ],
      [
        { ...image, purl: `pkg:oci/alpine@${DIGEST}?repository_url=index.docker.io%2Flibrary%2Falpine` },
        `docker.io/library/alpine@${DIGEST}`,
        `docker.io/library/alpine@${DIGEST}`,
      ],
      [{ ...image, purl: 'pkg:oci/alpine@sha256:x' }, undefined, undefined],
    ];
  for (const [subject, logical, physical] of cases) {
    const names = namesOf(subject);
    assert.deepEqual([names.logical, names.physical], [logical, physical], JSON.stringify(subject));
  }
});

describe('sbom: targets', () => {
  function write(path: string, content: unknown): string {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
    return join(root, path);
  }

  test('a folder is a release; what is none of its members is a gap', async () => {
    write('shop-1.4/app.cdx.json', syftDocument());
    write('shop-1.4/more/app.spdx.json', spdxDocument());
    write('shop-1.4/more/again.json', syftDocument('1.5'));
    write('shop-1.4/nameless.json', bom());
    write('shop-1.4/notes.json', { notes: [] });
    write('shop-1.4/torn.json', '{"bomFormat": "CycloneDX"');
    write('shop-1.4/old.xml', '<bom/>');
    write('shop-1.4/README.md', 'about');
    symlinkSync('app.cdx.json', join(root, 'shop-1.4/link.json'));
    const release = await expandRelease(`sbom:${root}/shop-1.4`, { own: ['registry.example/team'] });
    assert.deepEqual([release.name, release.version], ['shop', '1.4']);
    assert.deepEqual(
      release.images.map(({ logical, physical, local, origin, sources }) => ({
        logical,
        physical,
        local,
        origin,
        sources,
      })),
      [
        {
          logical: 'registry.example/app:1.0',
          physical: `registry.example/app@${DIGEST}`,
          local: `sbom:${root}/shop-1.4/app.cdx.json`,
          origin: 'third-party',
          sources: ['app.cdx.json'],
        },
        {
          logical: 'registry.example/team/app:1.0',
          physical: `registry.example/team/app@${DIGEST}`,
          local: `sbom:${root}/shop-1.4/more/app.spdx.json`,
          origin: 'own',
          sources: ['more/app.spdx.json'],
        },
        {
          logical: `sbom:${root}/shop-1.4/nameless.json`,
          physical: undefined,
          local: `sbom:${root}/shop-1.4/nameless.json`,
          origin: 'third-party',
          sources: ['nameless.json'],
        },
      ],
    );
    assert.deepEqual(
      release.gaps.map(({ kind, target }) => [kind, target]),
      [
        ['file-unparsed', 'notes.json'],
        ['file-unparsed', 'torn.json'],
        ['not-scanned', 'link.json'],
        ['not-scanned', 'more/again.json'],
        ['not-scanned', 'old.xml'],
      ],
    );
  });

  test('is scanned without layers: matched by source package, under the digest of the document', async () => {
    const target = `sbom:${write('scanned.json', syftDocument())}`;
    const advisory: Advisory = {
      feed: 'debian-tracker',
      id: 'CVE-2024-0727',
      aliases: [],
      related: [],
      namespace: 'debian:12',
      package: 'openssl',
      status: 'affected',
      ranges: [{ fixed: '3.0.13-1~deb12u1' }],
      fixState: 'unknown',
      severities: [],
    };
    const store = await openStore(':memory:', INVENTORY_MIGRATIONS);
    try {
      const { assessment, counts } = await scanRelease(await expandRelease(target), {
        set: advisorySetOf([advisory]),
        severityPolicy: 'vendor-then-cvss-then-nvd',
        asOf: '2026-01-01',
        store,
        jobs: 1,
        access: registryAccess({}),
        onProgress: () => undefined,
      });
      assert.deepEqual(assessment.release, { name: 'app', version: '1.0', target });
      assert.deepEqual(
        assessment.findings.map((found) => [
          found.slot,
          found.vulnerability,
          found.package,
          found.fixedIn,
          found.image,
        ]),
        [
          [
            'registry.example/app|linux/arm64',
            'CVE-2024-0727',
            'libssl3',
            '3.0.13-1~deb12u1',
            digestOf(bytes(syftDocument())),
          ],
        ],
      );
      assert.equal(assessment.images[0]?.physical, `registry.example/app@${DIGEST}`);
      assert.equal(counts.layersRead, 0);
    } finally {
      await store.close();
    }
  });

  test('a file that is none is an error that says why', async () => {
    for (const [content, message] of [
      ['<bom/>', /looks like XML/],
      ['{"@context": "x", "@graph": []}', /SPDX 3/],
      ['{}', /neither CycloneDX nor SPDX/],
      ['[]', /neither CycloneDX nor SPDX/],
      ['{"spdxVersion": "SPDX-2.1"}', /spdxVersion/],
    ] as const) {
      const path = write('one.json', content);
      await assert.rejects(expandRelease(`sbom:${path}`), { name: 'ParseError', message }, content);
    }
    await assert.rejects(expandRelease(`sbom:${root}/none.json`), { code: 'input-missing' });
    mkdirSync(join(root, 'hollow'), { recursive: true });
    await assert.rejects(expandRelease(`sbom:${root}/hollow`), { code: 'input-missing' });
  });
});

test('whatever the bytes, reading gives a document or a ParseError or LimitError', async () => {
  const text = fc.constantFrom(
    'pkg:npm/a@1',
    'pkg:deb/debian/a@1?epoch=1',
    'pkg:',
    'operating-system',
    'library',
    'a',
    '',
    '1.5',
    'SPDX-2.3',
    'CycloneDX',
    '\u0000',
    '__proto__',
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.constant(null),
      fc.integer(),
      fc.array(tie('any'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc.dictionary(
      fc.constantFrom(
        'components',
        'type',
        'name',
        'purl',
        'version',
        'properties',
        'metadata',
        'component',
        'packages',
        'relationships',
        'externalRefs',
        'SPDXID',
        'value',
        'versionInfo',
      ),
      tie('any'),
    ),
  })).object;
  const head = fc.constantFrom({ bomFormat: 'CycloneDX', specVersion: '1.6' }, { spdxVersion: 'SPDX-2.3' }, {});
  await fc.assert(
    fc.asyncProperty(fc.tuple(head, value), async ([start, rest]) => {
      try {
        const { inventory } = await read({ ...(rest as object), ...start });
        assert.ok(inventory.packages.every(({ purl }) => purl.startsWith('pkg:')));
      } catch (error) {
        assert.ok(error instanceof ParseError || error instanceof LimitError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});

test('nesting without end does not overflow the stack', async () => {
  const depth = 20_000;
  const inner = '{"type":"library","name":"n","components":['.repeat(depth) + ']}'.repeat(depth);
  const text = `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[${inner}]}`;
  const { inventory } = await readSbom(Buffer.from(text), 'deep.json');
  assert.match(inventory.gaps[0]?.reason ?? '', /^20000 components/);
});
