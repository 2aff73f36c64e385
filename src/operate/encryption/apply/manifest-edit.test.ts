import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { apiServerManifest } from '../../../../test/cluster/manifests.ts';
import { readManifest } from '../status/manifest.ts';
import { configurationPlace, editManifest, TURN_ANNOTATION } from './manifest-edit.ts';

const FACTS = {
  name: 'ncn-m001',
  address: '127.0.0.1',
  etcdUrl: 'https://127.0.0.1:2379',
  peerUrl: 'https://127.0.0.1:2380',
  initialCluster: 'ncn-m001=https://127.0.0.1:2380',
  securePort: 6443,
  number: 1,
  version: '1.20',
} as const;
const PATH = '/etc/kubernetes/encryption/config.yaml';
const CHANGE = { configuration: PATH, turn: '2026-01-02T03:04:05.000Z' };

/** Lines that one text has and the other has not, marked as diff does. */
function difference(before: string, after: string): readonly string[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  return [
    ...a.filter((line) => !b.includes(line)).map((line) => `-${line}`),
    ...b.filter((line) => !a.includes(line)).map((line) => `+${line}`),
  ];
}

test("kubeadm's manifest gets four things, in its own style, and no other byte changes", () => {
  const before = apiServerManifest(FACTS);
  const after = editManifest(before, 'm', CHANGE);
  assert.deepEqual(difference(before, after), [
    '+    plimsoll/encryption-turn: "2026-01-02T03:04:05.000Z"',
    `+    - --encryption-provider-config=${PATH}`,
    '+    - mountPath: /etc/kubernetes/encryption',
    '+      name: encryption-config',
    '+      path: /etc/kubernetes/encryption',
    '+    name: encryption-config',
  ]);
  assert.equal(after.split('\n').length, before.split('\n').length + 9);
  assert.deepEqual(readManifest(after, 'm').path, PATH);
  const { command } = parse(after).spec.containers[0];
  assert.equal(
    command.indexOf(`--encryption-provider-config=${PATH}`),
    command.indexOf('--etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt') - 1,
  );
  assert.equal(editManifest(before, 'm', CHANGE), after, 'the same bytes');
});

test('a manifest that names a configuration gets another turn and nothing else', () => {
  const before = apiServerManifest({ ...FACTS, encryption: '/etc/enc/own.yaml' });
  const after = editManifest(before, 'm', CHANGE);
  assert.deepEqual(difference(before, after), [`+    ${TURN_ANNOTATION}: "${CHANGE.turn}"`]);
  assert.equal(configurationPlace(before, 'm', PATH), '/etc/enc/own.yaml');
  const again = editManifest(after, 'm', { ...CHANGE, turn: 'other' });
  assert.deepEqual(difference(after, again), [
    `-    ${TURN_ANNOTATION}: "${CHANGE.turn}"`,
    `+    ${TURN_ANNOTATION}: "other"`,
  ]);
});

test('comments, order, indentation and flow style of others stay', () => {
  const before = `# written by the site
kind: Pod # a static one
metadata: {name: kube-apiserver}
spec:
  volumes: [{name: encryption-config, emptyDir: {}}] # taken
  containers:
    - name: helper
      image: x
    - name: kube-apiserver
      # flags of the site
      args:
        - --secure-port=6443 # the usual one
        - --allow-privileged
      command: [kube-apiserver]
`;
  const after = editManifest(before, 'm', CHANGE);
  assert.deepEqual(
    difference(before, after).filter((line) => line.startsWith('-')),
    ['-metadata: {name: kube-apiserver}', '-  volumes: [{name: encryption-config, emptyDir: {}}] # taken'],
  );
  const args =
    / {6}# flags of the site\n {6}args:\n {8}- --encryption-provider-config=\S+\n {8}- --secure-port=6443 # the usual one\n/;
  assert.match(after, args);
  assert.match(after, /name: encryption-config-2/);
  assert.equal(readManifest(after, 'm').path, PATH);
});

test('a folder that is mounted elsewhere in the container is where the file goes', () => {
  const before = `kind: Pod
metadata: {annotations: }
spec:
  containers:
  - name: kube-apiserver
    command: [kube-apiserver]
    volumeMounts: [{name: k, mountPath: /etc/kubernetes}]
  volumes: [{name: k, hostPath: {path: /srv/kubernetes}}]
`;
  assert.equal(configurationPlace(before, 'm', PATH), '/srv/kubernetes/encryption/config.yaml');
  const after = editManifest(before, 'm', CHANGE);
  assert.equal(readManifest(after, 'm').path, '/srv/kubernetes/encryption/config.yaml');
  assert.doesNotMatch(after, /encryption-config\b.*hostPath/);
});

for (const [what, text] of [
  ['no pod', 'kind: Service\n'],
  ['no words', 'kind: Pod\nmetadata: {}\nspec: {containers: [{name: kube-apiserver}]}\n'],
  [
    'another kind of annotations',
    'kind: Pod\nmetadata: {annotations: [a]}\nspec: {containers: [{name: kube-apiserver, command: [kube-apiserver]}]}\n',
  ],
  ['broken YAML', 'kind: Pod\nspec: {containers: [\n'],
] as const) {
  test(`refused: ${what}`, () => {
    assert.throws(() => editManifest(text, 'm', CHANGE), { code: 'parse' });
  });
}

test('scalars that are not changed stand as they stood: octal modes, long numbers, words', () => {
  const scalars = ['0644', '12345678901234567890', '1e3', '-007', '0x1F', '1.50', 'True', '~', 'yes', '0o17', '.inf'];
  const rows = scalars.map((scalar, index) => `    k${index}: ${scalar}`).join('\n');
  const text = `kind: Pod\nmetadata:\n  labels:\n${rows}\nspec:\n  containers:\n  - command:\n    - kube-apiserver\n    name: kube-apiserver\n  volumes:\n`;
  const changed = editManifest(text, 'm', { configuration: '/etc/kubernetes/enc/c.yaml', turn: '1' });
  assert.ok(changed.includes(`${rows}\n`), changed);
});

test('a key that stands twice, or a second document, is not changed', () => {
  const text = 'kind: Pod\nspec:\n  containers:\n  - command: [kube-apiserver]\n    name: kube-apiserver\n';
  const change = { configuration: '/etc/kubernetes/enc/c.yaml', turn: '1' };
  assert.ok(editManifest(text, 'm', change).includes('--encryption-provider-config=/etc/kubernetes/enc/c.yaml'));
  assert.throws(() => editManifest(`${text}    command: [kube-apiserver, --v=2]\n`, 'm', change), { code: 'parse' });
  assert.throws(() => editManifest(`${text}---\n${text}`, 'm', change), { code: 'parse' });
});
