// Status, plan and rehearsal as a user calls them: on facts of nodes, a made database, and what is wrong with arguments.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { plainSecret, testDatabase } from '../operate/encryption/etcd/test-files.ts';
import { writeFacts } from '../operate/encryption/status/facts-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-plan-'));
after(() => rmSync(folder, { recursive: true }));

const SECRET = Buffer.alloc(32, 7).toString('base64');
const MANIFEST = `kind: Pod
spec:
  containers:
  - name: kube-apiserver
    command: [kube-apiserver, --encryption-provider-config=/etc/kubernetes/enc/config.yaml]
    volumeMounts: [{name: e, mountPath: /etc/kubernetes/enc}]
  volumes: [{name: e, hostPath: {path: /etc/kubernetes/enc}}]
`;
const CONFIG = `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers: [{aescbc: {keys: [{name: key1, secret: ${SECRET}}]}}]
`;
const THREE = ['m1.json', 'm2.json', 'm3.json', '--data', 'plain.db'];
const KEY = ['--key-file', 'key.json'];

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const run = (...args: readonly string[]) => runCommand(['encryption', ...args], { folder });

before(async () => {
  for (const node of ['m1', 'm2', 'm3']) {
    const times = { startedAt: '2022-04-01T00:00:00.000Z', flag: { known: true } } as const;
    const process = { ...times, ready: true };
    const facts = { node, at: '2022-04-06T00:00:00.000Z', resource: 'secrets', manifest: { reload: false }, process };
    write(`${node}.json`, writeFacts(facts));
  }
  write(
    'plain.db',
    testDatabase({ revisions: [{ key: '/registry/secrets/demo/a', value: plainSecret('demo', 'a') }] }),
  );
  write('passphrase', 'correct horse battery staple\n');
  write('wrong/etc/kubernetes/manifests/kube-apiserver.yaml', MANIFEST);
  write('wrong/etc/kubernetes/enc/config.yaml', CONFIG);
  const made = await run('keys', 'generate', '--quiet', '--passphrase-file', 'passphrase', '--output', 'key.json');
  assert.equal(made.code, 0, made.stderr);
});

test('status: settled is 0, another goal or an unlike server is 1, and the results follow their schemas', async () => {
  const settled = await run('status', ...THREE);
  assert.match(settled.stdout, /secrets, goal identity: settled: every server writes with identity/);
  assert.equal(settled.code, 0, settled.stderr);
  const json = await run('status', 'm1.json', 'm2=wrong', '--data', 'plain.db', '--format', 'json');
  assert.equal(json.code, 1);
  const result: unknown = JSON.parse(json.stdout);
  const validate = resultValidator('encryption-status-1');
  assert.ok(validate(result), JSON.stringify(validate.errors));
  assert.match(json.stdout, /m1 cannot read what m2 writes with aescbc:key1/);
  const facts = await run('status', 'm2=wrong', '--format', 'facts');
  assert.ok(resultValidator('encryption-facts-1')(JSON.parse(facts.stdout)));
  for (const { stdout } of [json, facts]) assert.ok(!stdout.includes(SECRET));
  for (const command of [['status'], ['plan', 'enable'], ['rehearse', 'enable']]) {
    assert.match((await run(...command, '--rbac')).stdout, /nonResourceURLs: \["\/metrics","\/readyz"\]/);
  }
});

test('plan: the whole way without a passphrase; the next step of a broken state; 1 when nothing is safe', async () => {
  const table = await run('plan', 'enable', ...THREE, ...KEY);
  assert.equal(table.code, 0, table.stderr);
  assert.match(table.stdout, /Next: apply on m1: identity, secretbox:key-/);
  assert.match(table.stdout, / 11\. apply on m3: secretbox:key-[^ ]+\n\nDone:/);
  const json = await run('plan', 'enable', ...THREE, ...KEY, '--format', 'json');
  const validate = resultValidator('encryption-plan-1');
  assert.ok(validate(JSON.parse(json.stdout)), JSON.stringify(validate.errors));
  const broken = await run('plan', 'disable', 'm1.json', 'm2.json', 'm3=wrong', '--data', 'plain.db');
  assert.match(broken.stdout, /Next: apply on m3: identity, aescbc:key1/);
  const unseen = await run('plan', 'enable', 'm1.json', 'm2=.', '--data', 'plain.db', ...KEY);
  assert.equal(unseen.code, 1);
  assert.match(unseen.stdout, /Refused: m2 was not examined/);
});

test('rehearse: proved with the key, refused with another passphrase', async () => {
  const args = ['rehearse', 'enable', ...THREE, ...KEY, '--passphrase-file'];
  const proved = await run(...args, 'passphrase', '--format', 'json');
  assert.equal(proved.code, 0, proved.stderr);
  const validate = resultValidator('encryption-rehearsal-1');
  assert.ok(validate(JSON.parse(proved.stdout)), JSON.stringify(validate.errors));
  const table = await run(...args, 'passphrase');
  const words = table.stdout.replace(/\s+/g, ' ');
  assert.match(words, /: proved: values that every server reads after each of 11 steps: 1 0\. as it is/);
  assert.match(words, / 8\. wait for the compaction [^.]* everything can be read 9\./);
  write('other', 'another passphrase than that\n');
  assert.equal((await run(...args, 'other')).code, 3);
});

const MISTAKES: readonly [args: readonly string[], message: RegExp][] = [
  [['status'], /name every control plane/],
  [['status', 'm1'], /"m1" is no file, and not NAME=PATH/],
  [['status', 'm1=nowhere'], /there is no such folder/],
  [['status', 'm1.json', '--data', 'passphrase'], /passphrase: no database or snapshot of etcd/],
  [['status', 'm1.json', '--goal', 'aescbc:none'], /no server and no key file has aescbc:none/],
  [['status', 'm1.json', 'm2.json', '--format', 'facts'], /is for one control plane/],
  [['status', 'm1.json', '--resource', 'configmaps'], /is about secrets, not configmaps/],
  [['plan', 'enable', 'm1.json'], /enable to which key\?/],
  [['plan', 'enable', 'm1.json', '--to', 'identity'], /say disable/],
  [['plan', 'rotate', 'm1.json', ...KEY], /nothing is encrypted: say enable/],
  [['plan', 'disable', 'm1.json', ...KEY], /disable has no key/],
  [['plan', 'enable', 'm1.json', ...KEY, '--backup', 'b3'], /"b3" is no file, and not NAME=PATH/],
  [['rehearse', 'enable', 'm1.json', ...KEY], /name a copy of the data/],
];

for (const [args, message] of MISTAKES) {
  test(`encryption ${args.join(' ')}: ${message.source}`, async () => {
    const { code, stdout, stderr } = await run(...args);
    assert.ok(code === 2 || code === 3, `${code}`);
    assert.equal(stdout, '');
    assert.match(stderr, message);
  });
}
