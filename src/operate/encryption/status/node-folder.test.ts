// A control plane from its folder: a node as kubeadm lays it out, and a process table.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { serverStateOf } from './control-plane.ts';
import { readFacts, writeFacts } from './facts-file.ts';
import { lookAtNode, MANIFEST_PATH } from './node-folder.ts';
import { serverProcess } from './server-process.ts';

const SECRET = Buffer.alloc(32, 7).toString('base64');
const CONFIG = `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - aescbc: {keys: [{name: key1, secret: ${SECRET}}]}
      - identity: {}
`;
const MANIFEST = `kind: Pod
spec:
  containers:
  - name: kube-apiserver
    command: [kube-apiserver, --encryption-provider-config=/etc/kubernetes/enc/config.yaml]
    volumeMounts: [{name: e, mountPath: /etc/kubernetes/enc}]
  volumes: [{name: e, hostPath: {path: /etc/kubernetes/enc}}]
`;
const now = (): Date => new Date('2026-01-01T10:00:00.000Z');

function folder(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-node-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** A process table with an API server that began so many seconds before now; it has been up for 5,000 seconds. */
function processes(t: TestContext, seconds: number, args: readonly string[]): string {
  const ticks = (5000 - seconds) * 100;
  return folder(t, {
    uptime: '5000.00 9000.00\n',
    '1/cmdline': 'init\0',
    '1/stat': '1 (init) S 0 1',
    '42/cmdline': `${['/usr/local/bin/kube-apiserver', ...args].join('\0')}\0`,
    '42/stat': `42 (kube) ) apiserver) S ${Array.from({ length: 18 }, () => 1).join(' ')} ${ticks} 1 1\n`,
  });
}

test('what the image’s release does not know holds for nothing, and is named', (t) => {
  const files = { '/etc/kubernetes/enc/config.yaml': CONFIG.replace('[secrets]', '["*.*"]') };
  const look = (image: string) => {
    const root = folder(t, {
      ...files,
      [MANIFEST_PATH]: MANIFEST.replace('    command', `    image: ${image}\n    command`),
    });
    return lookAtNode({ node: 'm1', root, resource: 'secrets', now });
  };
  const old = look('registry.local:5000/kube-apiserver:v1.20.2');
  assert.deepEqual(
    [old.manifest?.version, old.file?.ignored, old.file?.transformers],
    ['v1.20.2', ['*.*'], ['identity']],
  );
  const { file } = serverStateOf(readFacts(writeFacts(old), 'f'));
  assert.deepEqual(file.state === 'read' && file.ignored, ['*.*']);
  const current = look(`kube-apiserver:v1.34.4@sha256:${'0'.repeat(64)}`);
  assert.deepEqual([current.manifest?.version, current.file?.ignored], ['v1.34.4', undefined]);
  assert.equal(current.file?.transformers?.length, 2);
  // A digest alone, or a word, does not tell it.
  for (const image of [`registry.local:5000/kube-apiserver@sha256:${'0'.repeat(64)}`, 'kube-apiserver:latest']) {
    const { manifest, file: read } = look(image);
    assert.deepEqual([manifest?.version, read?.ignored, read?.transformers?.length], [undefined, undefined, 2]);
  }
});

test('manifest, file and process of a node make a state; no key is in what travels', (t) => {
  const root = folder(t, { [MANIFEST_PATH]: MANIFEST, '/etc/kubernetes/enc/config.yaml': CONFIG });
  const proc = processes(t, 60, [`--encryption-provider-config=${root}/etc/kubernetes/enc/config.yaml`]);
  utimesSync(join(root, 'etc/kubernetes/enc/config.yaml'), 0, 0);
  const plane = lookAtNode({ node: 'm1', root, resource: 'secrets', now, proc });
  assert.deepEqual(plane.process, {
    startedAt: '2026-01-01T09:59:00.000Z',
    flag: { known: true, path: '/etc/kubernetes/enc/config.yaml' },
  });
  // The file's status changed when it was made, which is after the process began.
  assert.equal(serverStateOf(plane).running.state, 'unknown');
  const text = writeFacts(plane);
  assert.ok(!text.includes(SECRET));
  assert.deepEqual(readFacts(text, 'facts'), plane);
  assert.throws(() => readFacts(text.replace('"node"', '"nodes"'), 'facts'), /not what is known of a control plane/);
});

test('other resources, a missing file, a broken one, a missing manifest', (t) => {
  const look = (files: Readonly<Record<string, string>>, resource = 'secrets') =>
    serverStateOf(lookAtNode({ node: 'm1', root: folder(t, files), resource, now, proc: '/nowhere' })).file;
  const whole = { [MANIFEST_PATH]: MANIFEST, '/etc/kubernetes/enc/config.yaml': CONFIG };
  assert.deepEqual(look(whole, 'configmaps'), { state: 'read', transformers: ['identity'] });
  assert.deepEqual(look({ [MANIFEST_PATH]: MANIFEST }).state, 'broken');
  const broken = look({ ...whole, '/etc/kubernetes/enc/config.yaml': CONFIG.replace(SECRET, 'c2hvcnQ=') });
  assert.match(broken.state === 'broken' ? broken.reason : '', /config.yaml:6:.*/);
  assert.ok(!JSON.stringify(broken).includes('c2hvcnQ='));
  assert.equal(look({}).state, 'not-examined');
});

test('the process: none on the node itself, not known in a copy of its files or among several', (t) => {
  const proc = processes(t, 60, []);
  assert.equal(serverProcess('/', now, folder(t, { uptime: '1.00 1.00\n' })), 'none');
  assert.deepEqual(serverProcess('/', now, proc), { startedAt: '2026-01-01T09:59:00.000Z', flag: { known: true } });
  assert.equal(serverProcess('/srv/copy', now, proc), undefined);
  assert.equal(serverProcess('/', now, '/nowhere'), undefined);
});

test('a process of this machine is found, with its flag and the time at which it began', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const root = folder(t, {});
  const flag = `--encryption-provider-config=${root}/etc/config.yaml`;
  const args = ['-e', 'setTimeout(() => {}, 30_000)', '--', flag];
  const before = Date.now();
  const child = spawn(process.execPath, args, { argv0: 'kube-apiserver', stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const found = serverProcess(root, () => new Date());
  assert.ok(found !== undefined && found !== 'none');
  assert.deepEqual(found.flag, { known: true, path: '/etc/config.yaml' });
  const began = Date.parse(found.startedAt);
  assert.ok(began > before - 500 && began < Date.now() + 500, `${found.startedAt}, not after ${before}`);
});
