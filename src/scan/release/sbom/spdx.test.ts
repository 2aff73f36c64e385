import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { readSbom } from './read-sbom.ts';
import { namesOf } from './subject.ts';
import { DIGEST, plain, read, spdxDocument, withoutLocation } from './test-documents.ts';

describe('SPDX', () => {
  test('packages, the image, owners; sources of packages are none', async () => {
    const { inventory, document } = await read(spdxDocument());
    assert.deepEqual(
      inventory.packages.map(({ purl, source, ownedBy }) => [purl, source?.name, ownedBy]),
      [
        ['pkg:deb/debian/python3-flask@2.2.2-3?arch=all&distro=debian-12', 'flask', undefined],
        ['pkg:pypi/flask@2.2.2', undefined, 'pkg:deb/debian/python3-flask@2.2.2-3?arch=all&distro=debian-12'],
      ],
    );
    assert.deepEqual(inventory.gaps.map(plain), [
      ['undecidable', 'components', '1 component without a package URL cannot be matched: unlabelled'],
    ]);
    assert.deepEqual(inventory.os, { id: 'debian', version: '12' });
    assert.equal(inventory.platform, 'linux/arm64');
    assert.deepEqual(namesOf(document.subject), {
      logical: 'registry.example/team/app:1.0',
      physical: `registry.example/team/app@${DIGEST}`,
      digest: DIGEST,
    });
  });

  const APKO = 'data/supply/apko/sbom-testdata/apk_sboms/unbound-1.23.0-r0.spdx.json';
  test('what melange writes into a Wolfi package describes that package', needsShared(APKO), async () => {
    const { inventory } = await readSbom(readFileSync(sharedPath(APKO)), 'unbound.json');
    assert.deepEqual(inventory.packages.map(withoutLocation), [
      {
        purl: 'pkg:apk/wolfi/unbound@1.23.0-r0?arch=x86_64&distro=wolfi',
        type: 'apk',
        name: 'unbound',
        version: '1.23.0-r0',
        scheme: 'apk',
        namespace: 'wolfi',
      },
    ]);
  });

  const GOLDEN = 'data/supply/apko/cli-testdata/base_image/sboms/sbom-aarch64.spdx.json';
  test(
    'what apko writes beside an image lists its packages, of a distribution that it does not name',
    needsShared(GOLDEN),
    async () => {
      const { inventory } = await readSbom(readFileSync(sharedPath(GOLDEN)), 'golden.json');
      assert.deepEqual(
        inventory.packages.map(({ name, namespace }) => [name, namespace]),
        [
          ['package-x', undefined],
          ['package-y', undefined],
          ['pretend-baselayout', undefined],
        ],
      );
      assert.equal(inventory.platform, 'linux/arm64');
    },
  );
});
