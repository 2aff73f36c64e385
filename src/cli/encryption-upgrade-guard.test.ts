// The guard as a user calls it: facts of nodes and files of images; the result follows its schema, and a source that drops encryption is exit code 1.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { writeFacts } from '../operate/encryption/status/facts-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-guard-'));
after(() => rmSync(folder, { recursive: true }));

const PATH = '/etc/kubernetes/encryption/config.yaml';
const run = (...args: readonly string[]) => runCommand(['encryption', ...args], { folder });

before(() => {
  const at = '2022-04-06T00:00:00.000Z';
  const file = { modifiedAt: '2022-04-01T00:00:00.000Z', transformers: ['secretbox:a#kfp1:0'] };
  const process = { startedAt: '2022-04-02T00:00:00.000Z', flag: { known: true, path: PATH } } as const;
  const manifest = { flag: PATH, path: PATH, reload: false };
  writeFileSync(join(folder, 'm1.json'), writeFacts({ node: 'm1', at, resource: 'secrets', manifest, file, process }));
  writeFileSync(join(folder, 'kubeadm.cfg'), 'apiVersion: kubeadm.k8s.io/v1beta2\nkind: ClusterConfiguration\n');
});

test('a node image that lacks the flag: 1, and the verdicts follow their schema', async () => {
  const { code, stdout, stderr } = await run('upgrade-guard', 'm1.json', '--source', 'kubeadm.cfg', '--format', 'json');
  assert.equal(code, 1, stderr);
  const validate = resultValidator('encryption-upgrade-guard-1');
  assert.ok(validate(JSON.parse(stdout)), JSON.stringify(validate.errors));
  assert.match(stderr, /kubeadm-configuration kube-system\/kubeadm-config is not known/);
});

test('what was not named is told and is no failure; no control plane is a mistake', async () => {
  const { code, stdout } = await run('upgrade-guard', 'm1.json');
  assert.equal(code, 0);
  assert.match(stdout, /not known: node-image-source/);
  assert.equal((await run('upgrade-guard')).code, 2);
  assert.equal((await run('upgrade-guard', 'm1.json', '--source', 'nowhere.yaml')).code, 3);
});

test('apply: what is no plan, and no plan at all', async () => {
  assert.equal((await run('apply')).code, 2);
  writeFileSync(join(folder, 'plan.json'), '{}');
  const { code, stderr } = await run('apply', 'plan.json');
  assert.equal(code, 3);
  assert.match(stderr, /plan\.json: no plan/);
  assert.match((await run('apply', '--rbac')).stdout, /kind: Role\n[\s\S]*resources: \["secrets"\]/);
});
