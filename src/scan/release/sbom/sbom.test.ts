// Documents written here after the published schemas (CycloneDX 1.4 to 1.7, SPDX 2.3) with the properties that Syft and Trivy add; those of real
// programs are in trivy.test.ts, apko's below.
import assert from 'node:assert/strict';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { cycloneDxValidator, FORMAT_SCHEMAS, spdxValidator } from '../../../../test/support/format-schema.ts';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { advisorySetOf } from '../../../../test/support/synthetic-set.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import { openStore } from '../../../platform/store.ts';
import type { Advisory } from '../../advisory/advisory.ts';
import { registryAccess } from '../../image/registry/access.ts';
import { INVENTORY_MIGRATIONS } from '../../inventory/inventory-store.ts';
import type { Package } from '../../inventory/package.ts';
import { scanRelease } from '../../scan-release.ts';
import { expandRelease } from '../expand.ts';
import { distributionOf, distributionOfPurl } from './distribution.ts';
import type { SbomSubject } from './document.ts';
import { readSbom, type Sbom } from './read-sbom.ts';
import { namesOf } from './subject.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-sbom-'));
after(() => rmSync(root, { recursive: true }));

const DIGEST = `sha256:${'ab'.repeat(32)}` as const;
const LAYER = `sha256:${'cd'.repeat(32)}` as const;

function properties(values: Readonly<Record<string, string>>): object {
  return { properties: Object.entries(values).map(([name, value]) => ({ name, value })) };
}

/** An image as Syft describes one. */
function syftDocument(specVersion = '1.6'): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion,
    version: 1,
    metadata: {
      component: { 'bom-ref': 'image', type: 'container', name: 'registry.example/app:1.0', version: DIGEST },
    },
    components: [
      {
        type: 'library',
        name: 'libssl3',
        version: '3.0.11-1~deb12u2',
        purl: 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=arm64&upstream=openssl&distro=debian-12',
        ...properties({ 'syft:location:0:path': '/var/lib/dpkg/status', 'syft:location:0:layerID': LAYER }),
      },
      {
        type: 'library',
        name: 'login',
        version: '1:4.13+dfsg1-1+b1',
        purl: 'pkg:deb/debian/login@1%3A4.13%2Bdfsg1-1%2Bb1?arch=arm64&upstream=shadow%401%3A4.13%2Bdfsg1-1&distro=debian-12',
      },
      { type: 'library', name: 'stdlib', version: 'go1.21.5', purl: 'pkg:golang/stdlib@1.21.5' },
      {
        type: 'library',
        name: 'github.com/Masterminds/sprig',
        version: 'v2.22.0',
        purl: 'pkg:golang/github.com/masterminds/sprig@v2.22.0',
      },
      { type: 'library', name: 'github.com/acme/tool', purl: 'pkg:golang/github.com/acme/tool' },
      {
        type: 'library',
        group: 'org.apache.logging.log4j',
        name: 'log4j-core',
        version: '2.14.1',
        purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
      },
      { type: 'library', name: 'Flask_Login', version: '0.5.0', purl: 'pkg:pypi/flask-login@0.5.0' },
      { type: 'library', name: 'Newtonsoft.Json', version: '12.0.1', purl: 'pkg:nuget/Newtonsoft.Json@12.0.1' },
      { type: 'application', name: 'busybox', version: '1.36.1', purl: 'pkg:generic/busybox@1.36.1' },
      { type: 'file', name: '/etc/passwd' },
      { type: 'operating-system', name: 'debian', version: '12' },
    ],
  };
}

function bytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function read(value: unknown): Promise<Sbom> {
  return readSbom(bytes(value), 'a.json');
}

/** A document with these components. */
function bom(...components: readonly unknown[]): object {
  return { bomFormat: 'CycloneDX', specVersion: '1.5', components };
}

async function only(component: object, ...others: readonly object[]): Promise<Package> {
  const { inventory } = await read(bom({ type: 'library', name: 'a', ...component }, ...others));
  const [first, second] = inventory.packages;
  assert.ok(first !== undefined && second === undefined, JSON.stringify(inventory));
  return first;
}

function withoutLocation({ location: _, ...rest }: Package): object {
  return rest;
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

function spdxDocument(): object {
  const spdxPackage = (
    id: string,
    name: string,
    version: string,
    purl: string | undefined,
    more: object = {},
  ): object => ({
    SPDXID: `SPDXRef-${id}`,
    name,
    versionInfo: version,
    downloadLocation: 'NOASSERTION',
    ...(purl === undefined
      ? {}
      : { externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }] }),
    ...more,
  });
  const link = (from: string, relationshipType: string, to: string, comment?: string): object => ({
    spdxElementId: `SPDXRef-${from}`,
    relationshipType,
    relatedSpdxElement: `SPDXRef-${to}`,
    ...(comment === undefined ? {} : { comment }),
  });
  return {
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    dataLicense: 'CC0-1.0',
    name: 'app',
    documentNamespace: 'https://sbom.example/app',
    creationInfo: { created: '2024-01-02T03:04:05Z', creators: ['Tool: test'] },
    packages: [
      spdxPackage(
        'image',
        'app',
        '1.0',
        `pkg:oci/app@${encodeURIComponent(DIGEST)}?arch=arm64&repository_url=registry.example%2Fteam%2Fapp&tag=1.0`,
        { primaryPackagePurpose: 'CONTAINER' },
      ),
      spdxPackage(
        'deb',
        'python3-flask',
        '2.2.2-3',
        'pkg:deb/debian/python3-flask@2.2.2-3?arch=all&distro=debian-12&upstream=flask',
      ),
      spdxPackage('flask', 'Flask', '2.2.2', 'pkg:pypi/Flask@2.2.2'),
      spdxPackage('recipe', 'flask.yaml', '1', 'pkg:github/wolfi-dev/os@1#flask.yaml'),
      spdxPackage('source', 'flask', '1', 'pkg:generic/flask@1', { primaryPackagePurpose: 'SOURCE' }),
      spdxPackage('odd', 'unlabelled', '1', undefined),
    ],
    relationships: [
      link('DOCUMENT', 'DESCRIBES', 'image'),
      link('image', 'CONTAINS', 'deb'),
      link(
        'deb',
        'OTHER',
        'flask',
        'ownership-by-file-overlap: indicates that the parent package claims ownership of a child package',
      ),
      link('deb', 'GENERATED_FROM', 'recipe'),
    ],
  };
}

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

test('distributions under the names of every tool', () => {
  const named: readonly (readonly [name: string, version: string | undefined, expected: string | undefined])[] = [
    ['debian', '12.5', 'debian 12'],
    ['Debian GNU/Linux', 'bookworm', 'debian 12'],
    ['debian', 'trixie/sid', 'debian'],
    ['debian', undefined, undefined],
    ['alpine', '3.14_alpha20210212', 'alpine 3.14_alpha20210212'],
    ['redhat', '8.4', 'rhel 8.4'],
    ['centos', '7.9.2009', 'centos 7'],
    ['amazon', '2 (Karoo)', 'amzn 2'],
    ['suse linux enterprise server', '15.3', 'sles 15.3'],
    ['cbl-mariner', '2.0.20220527', 'mariner 2.0'],
    ['wolfi', undefined, 'wolfi'],
    ['', '1', undefined],
  ];
  for (const [name, version, expected] of named) {
    const os = distributionOf(name, version);
    assert.equal(
      os === undefined ? undefined : [os.id, ...(os.version === undefined ? [] : [os.version])].join(' '),
      expected,
      `${name} ${version}`,
    );
  }
  const qualified: readonly (readonly [
    namespace: string | undefined,
    distro: string | undefined,
    expected: string | undefined,
  ])[] = [
    ['alpine', '3.15.11', 'alpine 3.15.11'],
    ['alpine', 'alpine-3.15.11', 'alpine 3.15.11'],
    ['debian', 'debian-12.5', 'debian 12'],
    ['debian', 'jessie', 'debian 8'],
    ['ubuntu', 'ubuntu-jammy', 'ubuntu 22.04'],
    ['debian', 'debian-sid', 'debian'],
    ['opensuse', 'opensuse-leap-15.4', 'opensuse-leap 15.4'],
    ['opensuse', 'opensuse-tumbleweed', 'opensuse-tumbleweed'],
    ['redhat', 'redhat-9.2', 'rhel 9.2'],
    ['wolfi', 'wolfi', 'wolfi'],
    [undefined, '3.15', undefined],
    ['alpine', undefined, undefined],
  ];
  for (const [namespace, distro, expected] of qualified) {
    const os = distributionOfPurl(namespace, distro);
    assert.equal(
      os === undefined ? undefined : [os.id, ...(os.version === undefined ? [] : [os.version])].join(' '),
      expected,
      `${namespace} ${distro}`,
    );
  }
});

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

function plain({ kind, location, reason }: Gap): readonly [string, string | undefined, string] {
  return [kind, location, reason];
}
