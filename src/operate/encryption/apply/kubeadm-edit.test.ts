import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editKubeadm, readKubeadm } from './kubeadm-edit.ts';
import { lineDiff } from './line-diff.ts';

const PATH = '/etc/kubernetes/encryption/config.yaml';
const WANTED = { flag: PATH, path: PATH };

/** As `kubeadm config print` of 1.20 writes it, with another document before it. */
const OLD = `apiVersion: kubeadm.k8s.io/v1beta2
kind: InitConfiguration
---
apiServer:
  extraArgs:
    authorization-mode: Node,RBAC # as it was
  timeoutForControlPlane: 4m0s
apiVersion: kubeadm.k8s.io/v1beta2
kind: ClusterConfiguration
kubernetesVersion: v1.20.2
scheduler: {}
`;

test('a mapping of arguments gets the flag and the volume, and is then left as it is', () => {
  const after = editKubeadm(OLD, 'k', WANTED);
  assert.deepEqual(lineDiff(OLD, after), [
    `+    encryption-provider-config: ${PATH}`,
    '+  extraVolumes:',
    '+  - name: encryption-config',
    '+    hostPath: /etc/kubernetes/encryption',
    '+    mountPath: /etc/kubernetes/encryption',
    '+    pathType: DirectoryOrCreate',
    '+    readOnly: true',
  ]);
  assert.deepEqual(readKubeadm(after, 'k'), { reload: false, flag: PATH, path: PATH });
  assert.equal(editKubeadm(after, 'k', WANTED), after);
});

test('a list of arguments, as v1beta4 has it, gets another element; one that has the flag gets its value', () => {
  const list = `apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
apiServer:
  extraArgs:
    - name: encryption-provider-config-automatic-reload
      value: "true"
`;
  const after = editKubeadm(list, 'k', WANTED);
  assert.deepEqual(readKubeadm(after, 'k'), { reload: true, flag: PATH, path: PATH });
  assert.match(after, / {4}- name: encryption-provider-config\n {6}value: \/etc/);
  const moved = { flag: '/etc/enc/a.yaml', path: '/srv/enc/a.yaml' };
  const again = editKubeadm(after, 'k', moved);
  assert.deepEqual(readKubeadm(again, 'k'), { reload: true, ...moved });
  assert.match(again, /encryption-config-2/);
});

test('nothing of an API server is there yet', () => {
  for (const version of ['v1beta2', 'v1beta3', 'v1beta4']) {
    const text = `apiVersion: kubeadm.k8s.io/${version}\nkind: ClusterConfiguration\n`;
    const after = editKubeadm(text, 'k', WANTED);
    assert.deepEqual(readKubeadm(after, 'k'), { reload: false, flag: PATH, path: PATH }, after);
    assert.equal(/extraArgs:\n\s*- name/.test(after), version === 'v1beta4', after);
  }
});

test('a flag whose file no volume brings has no place', () => {
  const text = 'kind: ClusterConfiguration\napiServer: {extraArgs: {encryption-provider-config: /a/b.yaml}}\n';
  assert.deepEqual(readKubeadm(text, 'k'), { reload: false, flag: '/a/b.yaml' });
  assert.equal(readKubeadm('kind: InitConfiguration\n', 'k'), undefined);
  assert.throws(() => editKubeadm('kind: InitConfiguration\n', 'k', WANTED), { code: 'parse' });
});
