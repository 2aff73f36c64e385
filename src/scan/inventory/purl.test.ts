import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ParseError } from '../../platform/errors.ts';
import { type PackageUrl, packageUrl, parsePackageUrl } from './purl.ts';

const CANONICAL: readonly (readonly [string, PackageUrl])[] = [
  [
    'pkg:apk/alpine/curl@7.83.0-r0?arch=x86',
    { type: 'apk', namespace: 'alpine', name: 'curl', version: '7.83.0-r0', qualifiers: { arch: 'x86' } },
  ],
  [
    'pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64',
    { type: 'deb', namespace: 'debian', name: 'attr', version: '1:2.4.47-2+b1', qualifiers: { arch: 'amd64' } },
  ],
  ['pkg:deb/debian/zlib1g@1.2.13~rc1', { type: 'deb', namespace: 'debian', name: 'zlib1g', version: '1.2.13~rc1' }],
  [
    'pkg:rpm/fedora/NetworkManager@1.0?arch=i686&distro=fedora-25&epoch=1',
    {
      type: 'rpm',
      namespace: 'fedora',
      name: 'NetworkManager',
      version: '1.0',
      qualifiers: { arch: 'i686', distro: 'fedora-25', epoch: '1' },
    },
  ],
  ['pkg:npm/%40angular/animation@12.3.1', { type: 'npm', namespace: '@angular', name: 'animation', version: '12.3.1' }],
  [
    'pkg:golang/google.golang.org/genproto#googleapis/api',
    { type: 'golang', namespace: 'google.golang.org', name: 'genproto', subpath: 'googleapis/api' },
  ],
  [
    'pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?classifier=dist&type=zip',
    {
      type: 'maven',
      namespace: 'org.apache.xmlgraphics',
      name: 'batik-anim',
      version: '1.9.1',
      qualifiers: { classifier: 'dist', type: 'zip' },
    },
  ],
  [
    'pkg:generic/example?calc=2%2B1%3D3&url=https:%2F%2Fexample.com%2Fa%3Fb%5B1%5D%3Dmy%20key%23docs',
    {
      type: 'generic',
      name: 'example',
      qualifiers: { calc: '2+1=3', url: 'https://example.com/a?b[1]=my key#docs' },
    },
  ],
  ['pkg:generic/foo%21%27%28%29%2A', { type: 'generic', name: "foo!'()*" }],
  ['pkg:generic/%F0%9F%98%83@%C3%A9', { type: 'generic', name: '😃', version: 'é' }],
];

for (const [text, parts] of CANONICAL) {
  test(`the canonical ${text} is built and read`, () => {
    assert.equal(packageUrl(parts), text);
    assert.deepEqual(parsePackageUrl(text), parts);
  });
}

const NORMALISED: readonly (readonly [string, string])[] = [
  [
    'pkg:Rpm/Fedora/curl@7.50.3-1.fc25?Distro=fedora-25&Arch=i386',
    'pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&distro=fedora-25',
  ],
  [
    'pkg:GOLANG/google.golang.org/genproto@abcdedf#/googleapis/../api/./',
    'pkg:golang/google.golang.org/genproto@abcdedf#googleapis/api',
  ],
  ['pkg://gem/ruby-advisory-db-check@0.12.4', 'pkg:gem/ruby-advisory-db-check@0.12.4'],
  ['pkg:npm/@babel/core', 'pkg:npm/%40babel/core'],
  ['pkg:npm/@babel/core@7.0.0', 'pkg:npm/%40babel/core@7.0.0'],
  ['pkg:npm/%40MyScope/LoDash@4.17.21', 'pkg:npm/%40myscope/lodash@4.17.21'],
  ['pkg:pypi/My.PyPI_.--._Package@1.0+CUDA', 'pkg:pypi/my-pypi-package@1.0%2Bcuda'],
  ['pkg:deb/Debian/LibFoo@1?arch=&distro=sid', 'pkg:deb/debian/libfoo@1?distro=sid'],
  ['pkg:nuget/EnterpriseLibrary.Common@6.0.1304', 'pkg:nuget/EnterpriseLibrary.Common@6.0.1304'],
  ['pkg:docker/cassandra@sha256%3A244fd', 'pkg:docker/cassandra@sha256:244fd'],
  ['pkg:generic//a//b///name/@1', 'pkg:generic/a/b/name@1'],
];

for (const [text, canonical] of NORMALISED) {
  test(`${text} is normalised`, () => {
    const parts = parsePackageUrl(text);
    assert.equal(packageUrl(parts), canonical);
    assert.deepEqual(parsePackageUrl(canonical), parts);
  });
}

const INVALID = [
  '',
  'EnterpriseLibrary.Common@6.0.1304',
  'pkg:EnterpriseLibrary.Common@6.0.1304',
  'pkg:n&g?inx/nginx@0.8.9',
  'pkg:3nginx/nginx@0.8.9',
  'pkg:nginx:a/nginx@0.8.9',
  'pkg:npm/myartifact@1.0.0?in%20production=true',
  'pkg:npm/a@1?x=1&X=2',
  'pkg:maven/@1.3.4',
  'pkg:npm/',
  'pkg:npm/foobar@',
  'pkg%3Amaven/org.apache.commons/io',
  'pkg:npm/%zz',
  'pkg:generic/a%2Fb/name',
];

for (const text of INVALID) {
  test(`${JSON.stringify(text)} is no package URL`, () => {
    assert.throws(() => parsePackageUrl(text), ParseError);
  });
}

test('building refuses what has no canonical text', () => {
  assert.throws(() => packageUrl({ type: '3nginx', name: 'nginx' }), ParseError);
  assert.throws(() => packageUrl({ type: 'npm', name: '/' }), ParseError);
  assert.throws(() => packageUrl({ type: 'npm', name: 'a', qualifiers: { 'in production': 'true' } }), ParseError);
  assert.equal(packageUrl({ type: 'constructor', name: 'a' }), 'pkg:constructor/a');
});

test('law: what was built is read back, and building it again gives the same text', () => {
  const word = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => /[^/.]/.test(text));
  const parts = fc.record(
    {
      type: fc.constantFrom('apk', 'deb', 'rpm', 'npm', 'golang', 'pypi', 'maven', 'gem', 'cargo', 'nuget', 'generic'),
      namespace: word,
      name: word,
      version: word,
      qualifiers: fc.dictionary(fc.constantFrom('arch', 'distro', 'epoch'), fc.string({ unit: 'binary' })),
      subpath: word,
    },
    { requiredKeys: ['type', 'name'] },
  );
  fc.assert(
    fc.property(parts, (value) => {
      const text = packageUrl(value as PackageUrl);
      assert.match(text, /^pkg:[a-z][a-z0-9.-]*\/[A-Za-z0-9._~:/%@?=&#-]+$/);
      assert.equal(packageUrl(parsePackageUrl(text)), text);
    }),
  );
});

test('law: no text makes the reader throw anything but ParseError', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string().map((rest) => `pkg:npm/${rest}`),
  );
  fc.assert(
    fc.property(text, (value) => {
      try {
        assert.ok(packageUrl(parsePackageUrl(value)).startsWith('pkg:'));
      } catch (error) {
        assert.ok(error instanceof ParseError, String(error));
      }
    }),
  );
});
