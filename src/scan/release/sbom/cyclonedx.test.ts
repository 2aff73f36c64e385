import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { cycloneDxValidator, FORMAT_SCHEMAS, spdxValidator } from '../../../../test/support/format-schema.ts';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { ParseError } from '../../../platform/errors.ts';
import type { Package } from '../../inventory/package.ts';
import { readSbom } from './read-sbom.ts';
import {
  bom,
  bytes,
  LAYER,
  plain,
  properties,
  read,
  spdxDocument,
  syftDocument,
  withoutLocation,
} from './test-documents.ts';

async function only(component: object, ...others: readonly object[]): Promise<Package> {
  const { inventory } = await read(bom({ type: 'library', name: 'a', ...component }, ...others));
  const [first, second] = inventory.packages;
  assert.ok(first !== undefined && second === undefined, JSON.stringify(inventory));
  return first;
}

describe('CycloneDX', () => {
  test('packages are what our own cataloguers would give', async () => {
    const { inventory, document } = await read(syftDocument());
    assert.equal(document.format, 'CycloneDX 1.6');
    assert.deepEqual(inventory.os, { id: 'debian', version: '12' });
    assert.equal(inventory.platform, 'linux/arm64');
    assert.deepEqual(inventory.packages.map(withoutLocation), [
      {
        purl: 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=arm64&distro=debian-12',
        type: 'deb',
        name: 'libssl3',
        version: '3.0.11-1~deb12u2',
        scheme: 'deb',
        source: { name: 'openssl', version: '3.0.11-1~deb12u2' },
        namespace: 'debian:12',
      },
      {
        purl: 'pkg:deb/debian/login@1:4.13%2Bdfsg1-1%2Bb1?arch=arm64&distro=debian-12',
        type: 'deb',
        name: 'login',
        version: '1:4.13+dfsg1-1+b1',
        scheme: 'deb',
        source: { name: 'shadow', version: '1:4.13+dfsg1-1' },
        namespace: 'debian:12',
      },
      ...(
        [
          [
            'golang',
            'github.com/Masterminds/sprig',
            'v2.22.0',
            'go',
            'go',
            'pkg:golang/github.com/masterminds/sprig@v2.22.0',
          ],
          ['golang', 'github.com/acme/tool', '(devel)', 'go', 'go', 'pkg:golang/github.com/acme/tool@%28devel%29'],
          ['golang', 'stdlib', '1.21.5', 'go', 'go', 'pkg:golang/stdlib@1.21.5'],
          [
            'maven',
            'org.apache.logging.log4j:log4j-core',
            '2.14.1',
            'maven',
            'maven',
            'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
          ],
          ['nuget', 'newtonsoft.json', '12.0.1', 'nuget', 'nuget', 'pkg:nuget/Newtonsoft.Json@12.0.1'],
          ['pypi', 'flask-login', '0.5.0', 'pep440', 'pypi', 'pkg:pypi/flask-login@0.5.0'],
        ] as const
      ).map(([type, name, version, scheme, namespace, purl]) => ({ purl, type, name, version, scheme, namespace })),
    ]);
    const [libssl, login] = inventory.packages;
    assert.deepEqual(libssl?.location, { layer: LAYER, path: 'var/lib/dpkg/status' });
    assert.deepEqual(login?.location, { layer: inventory.image, path: 'a.json' });
    assert.equal(inventory.image, digestOf(bytes(syftDocument())));
    assert.deepEqual(inventory.gaps.map(plain), [
      ['not-scanned', 'components', '1 component of the type generic cannot be matched: busybox'],
    ]);
  });

  test('the documents of these tests follow the published schemas', needsShared(FORMAT_SCHEMAS), () => {
    for (const version of ['1.4', '1.5', '1.6', '1.7']) {
      const validate = cycloneDxValidator(version);
      assert.ok(validate(syftDocument(version)), `${version} ${JSON.stringify(validate.errors)}`);
      assert.equal(validate({ ...syftDocument(version), components: [{ name: 'untyped' }] }), false, version);
    }
    const validate = spdxValidator();
    assert.ok(validate(spdxDocument()), JSON.stringify(validate.errors));
  });

  test('every version from 1.2 to 1.7 is read, others are refused by name', async () => {
    for (const version of ['1.2', '1.3', '1.4', '1.5', '1.6', '1.7']) {
      assert.equal((await read(syftDocument(version))).inventory.packages.length, 8, version);
    }
    await assert.rejects(read(syftDocument('2.0')), ParseError);
  });

  test("the specification's own examples are read", needsShared('data/supply/examples/cyclonedx'), async () => {
    const files = globSync(sharedPath('data/supply/examples/cyclonedx/valid-*.json'));
    assert.ok(files.length >= 16);
    for (const file of files) await readSbom(readFileSync(file), file);
  });

  test('source packages and epochs in the ways of each tool', async () => {
    const trivy = (values: Readonly<Record<string, string>>): object =>
      properties(
        Object.fromEntries(Object.entries(values).map(([name, value]) => [`aquasecurity:trivy:${name}`, value])),
      );
    const cases: readonly (readonly [component: object, version: string, source: string, purl: string])[] = [
      [
        {
          purl: 'pkg:deb/debian/zlib1g@1.2.13.dfsg-1?arch=amd64&epoch=1&distro=debian-12.1',
          ...trivy({ SrcName: 'zlib', SrcVersion: '1.2.13.dfsg', SrcRelease: '1', SrcEpoch: '1' }),
        },
        '1:1.2.13.dfsg-1',
        'zlib 1:1.2.13.dfsg-1',
        'pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12',
      ],
      [
        {
          purl: 'pkg:rpm/redhat/bind-libs@9.11.36-8.el8?arch=x86_64&epoch=32&upstream=bind-9.11.36-8.el8.src.rpm&distro=rhel-8.4',
        },
        '32:9.11.36-8.el8',
        'bind 32:9.11.36-8.el8',
        'pkg:rpm/redhat/bind-libs@9.11.36-8.el8?arch=x86_64&distro=rhel-8.4&epoch=32&upstream=bind-9.11.36-8.el8.src.rpm',
      ],
      [
        {
          purl: 'pkg:rpm/redhat/zlib@1.2.11-40.el9?epoch=0&distro=redhat-9.2',
          ...trivy({ SrcName: 'zlib', SrcVersion: '1.2.11', SrcRelease: '40.el9', SrcEpoch: '0' }),
        },
        '1.2.11-40.el9',
        'zlib 1.2.11-40.el9',
        'pkg:rpm/redhat/zlib@1.2.11-40.el9?distro=rhel-9.2&upstream=zlib-1.2.11-40.el9.src.rpm',
      ],
      [
        {
          purl: 'pkg:apk/alpine/libcrypto1.1@1.1.1n-r0?arch=x86_64&distro=alpine-3.15.4',
          ...properties({ 'syft:metadata:originPackage': 'openssl' }),
        },
        '1.1.1n-r0',
        'openssl 1.1.1n-r0',
        'pkg:apk/alpine/libcrypto1.1@1.1.1n-r0?arch=x86_64&distro=alpine-3.15.4',
      ],
      [
        { purl: 'pkg:alpine/libcrypto1.1@1.1.1n-r0?arch=x86_64&upstream=openssl&distro=alpine-3.15.4' },
        '1.1.1n-r0',
        'openssl 1.1.1n-r0',
        'pkg:apk/alpine/libcrypto1.1@1.1.1n-r0?arch=x86_64&distro=alpine-3.15.4',
      ],
    ];
    for (const [component, version, source, purl] of cases) {
      const found = await only(component);
      assert.deepEqual(
        [found.version, `${found.source?.name} ${found.source?.version}`, found.purl],
        [version, source, purl],
      );
    }
    const { inventory } = await read(
      bom(
        { type: 'library', name: 'a', purl: 'pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12&upstream=openssl' },
        { type: 'library', name: 'b', purl: 'pkg:deb/debian/zlib@1%3A1.2-1?distro=debian-12' },
      ),
    );
    assert.deepEqual(
      inventory.packages.map((found) => found.source),
      [
        { name: 'openssl', version: '3.0.11-1' },
        { name: 'zlib', version: '1:1.2-1' },
      ],
    );
    const label = 'nodejs:14:8040020210817133458:522a0ee4';
    const node = await only({
      purl: 'pkg:rpm/redhat/nodejs@14.17.5-1.module?epoch=1&distro=redhat-8.4',
      ...trivy({ Modularitylabel: label }),
    });
    assert.equal(node.module, label);
  });

  test('components inside components count, groups and the subject itself do not', async () => {
    const { inventory } = await read({
      ...bom({
        type: 'application',
        name: 'package-lock.json',
        components: [{ type: 'library', name: 'a', version: '1.0.0', purl: 'pkg:npm/a@1.0.0' }],
      }),
      metadata: { component: { type: 'application', name: 'shop', version: '3' } },
    });
    assert.deepEqual(
      inventory.packages.map(({ purl }) => purl),
      ['pkg:npm/a@1.0.0'],
    );
    assert.deepEqual(inventory.gaps, []);
  });

  test('what cannot be matched is a gap with its names and number, never silence', async () => {
    const odd = (name: string, purl?: string): object => ({
      type: 'library',
      name,
      ...(purl === undefined ? {} : { purl }),
    });
    const { inventory } = await read(
      bom(
        ...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => odd(name, `pkg:conan/${name}@1`)),
        odd('plain'),
        odd('scoped', 'pkg:npm/%40x/y'),
        odd('torn', 'pkg:npm/%zz@1'),
        odd('spaced', 'pkg:npm/a@1%202'),
        { name: 'untyped' },
        { type: 'machine-learning-model', name: 'model' },
        7,
      ),
    );
    assert.deepEqual(inventory.packages, []);
    assert.deepEqual(inventory.gaps.map(plain), [
      [
        'file-unparsed',
        'components',
        '1 component with a name or version that no package manager accepts cannot be matched: spaced',
      ],
      ['file-unparsed', 'components', '1 component with a package URL that cannot be read cannot be matched: torn'],
      [
        'file-unparsed',
        'components',
        '2 components without a type and name as the format wants them cannot be matched: unnamed, untyped',
      ],
      ['not-scanned', 'components', '7 components of the type conan cannot be matched: a, b, c, d, e and 2 more'],
      ['undecidable', 'components', '1 component without a package URL cannot be matched: plain'],
      ['undecidable', 'components', '1 component without a version cannot be matched: scoped'],
    ]);
  });

  test('silence about source packages and vulnerabilities of its own are gaps', async () => {
    const { inventory } = await read({
      ...bom({ type: 'library', name: 'musl', purl: 'pkg:apk/alpine/musl@1.2.2-r7?distro=alpine-3.15.4' }),
      vulnerabilities: [{ id: 'CVE-2020-1' }, { id: 'CVE-2020-2' }],
    });
    assert.deepEqual(
      inventory.gaps.map(plain).map(([kind, location]) => [kind, location]),
      [
        ['not-scanned', 'vulnerabilities'],
        ['undecidable', 'source packages'],
      ],
    );
  });
});
