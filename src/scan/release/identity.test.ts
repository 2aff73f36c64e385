import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityOfImage, identityOfPath } from './identity.ts';

const CASES: readonly (readonly [path: string, name: string | undefined, version: string | undefined])[] = [
  ['/srv/csm-1.2.0-beta.97', 'csm', '1.2.0-beta.97'],
  ['/srv/v1.5.0/', undefined, '1.5.0'],
  ['/srv/v1.5.0-1.2', undefined, '1.5.0-1.2'],
  ['/srv/my-app_v2.1', 'my-app', '2.1'],
  ['/srv/main-2024-10-24', 'main-2024-10-24', undefined],
  ['/srv/images-1.2.txt', 'images', '1.2'],
  ['/srv/app.yaml', 'app', undefined],
  ['/srv/app-1.0.cdx.json', 'app', '1.0'],
  ['/srv/a/../k8s', 'k8s', undefined],
  ['/', undefined, undefined],
];

test('name and version are read from the last component of a path', () => {
  for (const [path, name, version] of CASES) {
    assert.deepEqual(
      identityOfPath(path),
      { ...(name === undefined ? {} : { name }), ...(version === undefined ? {} : { version }) },
      path,
    );
  }
});

test('a release of one image is called as the image is, where that has a name', () => {
  assert.deepEqual(identityOfImage('registry.example/shop/app:1.0'), { name: 'app', version: '1.0' });
  assert.deepEqual(identityOfImage('oci:build/layout:1.0'), { name: 'layout', version: '1.0' });
  for (const logical of ['sbom:/srv/app.json', 'oci:layout'])
    assert.equal(identityOfImage(logical), undefined, logical);
});
