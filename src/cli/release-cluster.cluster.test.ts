// `cluster:` on a real API server, with the role that is printed and no more. There is no kubelet: the test says which images were taken.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterProgram, needsCluster } from '../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../test/cluster/cluster.ts';
import { type CommandOutcome, runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { loadAccess } from '../kubernetes/access/load-access.ts';
import { PODS, type Resource } from '../kubernetes/api/resource.ts';
import { Connection } from '../kubernetes/transport/connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-running-'));
after(() => rmSync(folder, { recursive: true }));
const ACCOUNTS: Resource = { group: '', version: 'v1', plural: 'serviceaccounts', namespaced: true };
const DIGEST = `sha256:${'1'.repeat(64)}`;

describe('on a real API server', needsCluster('1.20', 'kubectl'), () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster({ servers: 1 });
    const api = await cluster.api();
    await api.create(ACCOUNTS, { metadata: { namespace: 'default', name: 'default' } });
    for (const [name, image] of Object.entries({
      app: 'quay.io/team/app:1',
      new: 'quay.io/team/new:2',
      done: 'quay.io/team/job:1',
    })) {
      const spec = { containers: [{ name: 'c', image }], automountServiceAccountToken: false };
      await api.create(PODS, { metadata: { namespace: 'default', name }, spec });
    }
    api.close();
    await setStatus('app', {
      phase: 'Running',
      containerStatuses: [
        { name: 'c', image: 'quay.io/team/app:1', imageID: `quay.io/team/app@${DIGEST}`, ready: true, restartCount: 0 },
      ],
    });
    await setStatus('done', { phase: 'Succeeded' });
    writeFileSync(join(folder, 'shipped.txt'), 'quay.io/team/app:2\n');
  });
  after(() => cluster.stop());

  /** Sets what a kubelet would. */
  async function setStatus(pod: string, status: object): Promise<void> {
    const { endpoint } = await loadAccess({
      kubeconfig: cluster.kubeconfig,
      workingDirectory: folder,
      environment: {},
    });
    const connection = new Connection(endpoint, () => new Date());
    const path = `/api/v1/namespaces/default/pods/${pod}/status`;
    const headers = { 'content-type': 'application/merge-patch+json' };
    await connection.request({ method: 'PATCH', path, headers, body: JSON.stringify({ status }), timeoutMs: 5000 });
    connection.close();
  }

  test('what runs, what was left behind and what nobody shipped', async () => {
    const show = (kubeconfig: string, ...args: readonly string[]): Promise<CommandOutcome> =>
      runCommand(['release', 'show', ...args], { folder, environment: { KUBECONFIG: kubeconfig } });
    const user = cluster.userKubeconfig({ name: 'auditor' });
    const refused = await show(user, 'cluster:');
    assert.deepEqual([refused.code, refused.stdout], [3, '']);
    assert.match(refused.stderr, /lacks the verb "list" on pods .*--rbac/);
    const kubectl = (args: readonly string[], input = ''): string =>
      execFileSync(clusterProgram('kubectl') ?? '', ['--kubeconfig', cluster.kubeconfig, ...args], {
        input,
        encoding: 'utf8',
      });
    kubectl(['apply', '-f', '-'], (await show(user, '--rbac')).stdout);
    kubectl(['create', 'clusterrolebinding', 'a', '--clusterrole=plimsoll-cluster-target', '--user=auditor']);
    const shipped = ['--shipped', `images:${folder}/shipped.txt`, '--format', 'json'];
    let outcome = await show(user, 'cluster:', ...shipped);
    for (const end = Date.now() + 10_000; outcome.code !== 0 && Date.now() < end; await sleep(200)) {
      outcome = await show(user, 'cluster:', ...shipped);
    }
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.ok(resultValidator('release-1')(JSON.parse(outcome.stdout)), outcome.stdout);
    const release = JSON.parse(outcome.stdout);
    assert.deepEqual(
      release.images.map(({ logical, physical }: Record<string, string>) => [logical, physical]),
      [
        ['quay.io/team/app:1', `quay.io/team/app@${DIGEST}`],
        ['quay.io/team/new:2', 'quay.io/team/new:2'],
      ],
    );
    assert.deepEqual(
      release.lint.map(({ check, subject }: Record<string, string>) => [check, subject]),
      [
        ['runs-unshipped', 'quay.io/team/new:2'],
        ['version-left-behind', 'quay.io/team/app:1'],
      ],
    );
    const [context] = kubectl(['config', 'get-contexts', '-o', 'name']).trim().split('\n');
    assert.match((await show(cluster.kubeconfig, `cluster:${context}`)).stdout, new RegExp(`^${context} running\n`));
    assert.match((await show(cluster.kubeconfig, 'cluster:no-such')).stderr, /no-such/);
  });
});
