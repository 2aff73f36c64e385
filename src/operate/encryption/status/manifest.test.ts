// Static-pod manifests: flags as Go reads them, paths through volumes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParseError } from '../../../platform/errors.ts';
import { flagOf, readManifest } from './manifest.ts';

function manifest(flags: readonly string[], mounts = '- {name: e, mountPath: /enc}'): string {
  return `apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver}
spec:
  containers:
  - name: kube-apiserver
    command: ${JSON.stringify(['kube-apiserver', ...flags])}
    volumeMounts:
    ${mounts}
  volumes:
  - {name: e, hostPath: {path: /etc/kubernetes/encryption}}
  - {name: deep, hostPath: {path: /srv/keys}}
  - {name: none, emptyDir: {}}
`;
}

test('the path on the node goes by the longest mount, and a path that no volume brings in has none', () => {
  const config = '--encryption-provider-config=/enc/keys/config.yaml';
  assert.deepEqual(readManifest(manifest([config, '--advertise-address=10.0.0.1']), 'm'), {
    flag: '/enc/keys/config.yaml',
    path: '/etc/kubernetes/encryption/keys/config.yaml',
    reload: false,
    address: 'https://10.0.0.1:6443',
  });
  const deep = '- {name: e, mountPath: /enc}\n    - {name: deep, mountPath: /enc/keys}';
  assert.equal(readManifest(manifest([config], deep), 'm').path, '/srv/keys/config.yaml');
  for (const mounts of [
    '- {name: e, mountPath: /other}',
    '- {name: none, mountPath: /enc}',
    '- {name: e, mountPath: /en}',
  ]) {
    assert.equal(readManifest(manifest([config], mounts), 'm').path, undefined);
  }
});

test('no path leads out of the node', () => {
  const text = manifest(['--encryption-provider-config=/enc/a.yaml']).replace('path: /etc', 'path: /../../../etc');
  assert.equal(readManifest(text, 'm').path, '/etc/kubernetes/encryption/a.yaml');
});

test('flags: both spellings of a value, the last one, the name before 1.13, addresses', () => {
  assert.equal(flagOf(['--a', '1', '-a=0', '--a=2', '--ab=3'], ['--a']), '2');
  const facts = readManifest(
    manifest([
      '--experimental-encryption-provider-config',
      '/enc/a.yaml',
      '--encryption-provider-config-automatic-reload',
      '--bind-address=::1',
      '--secure-port=7443',
    ]),
    'm',
  );
  assert.deepEqual(facts, {
    flag: '/enc/a.yaml',
    path: '/etc/kubernetes/encryption/a.yaml',
    reload: true,
    address: 'https://[::1]:7443',
  });
  assert.deepEqual(readManifest(manifest([]), 'm'), { reload: false });
});

test('what is no manifest is refused', () => {
  for (const text of ['', 'kind: Secret', '{', 'kind: Pod\nspec: {containers: 3}']) {
    assert.throws(() => readManifest(text, 'm'), ParseError, text);
  }
});
