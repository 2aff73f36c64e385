// Chart tests on a real API server, from Helm's own records in its Secrets. Nothing runs pods: the test sets the states of pods and jobs, and a server in the
// place of a kubelet has logs of some.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { needsCluster } from '../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../test/cluster/cluster.ts';
import { startKubelet } from '../../test/cluster/kubelet.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { loadAccess } from '../kubernetes/access/load-access.ts';
import type { ApiClient } from '../kubernetes/api/client.ts';
import { CONFIG_MAPS, NAMESPACES, PODS, type Resource, SECRETS } from '../kubernetes/api/resource.ts';
import { Connection } from '../kubernetes/transport/connection.ts';
import { LIMITS } from '../platform/limits.ts';

const JOBS: Resource = { group: 'batch', version: 'v1', plural: 'jobs', namespaced: true };
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-helm-tests-'));
after(() => rmSync(folder, { recursive: true }));

function hook(kind: string, name: string, annotations: Readonly<Record<string, string>>, spec: object): string {
  const metadata = { name, annotations };
  return JSON.stringify({ apiVersion: kind === 'Job' ? 'batch/v1' : 'v1', kind, metadata, ...spec });
}

const CONTAINERS = { containers: [{ name: 'c', image: 'quay.io/team/probe:1' }], restartPolicy: 'Never' };
const POD = { spec: { ...CONTAINERS, automountServiceAccountToken: false } };
const HOOKS = [
  hook('Pod', 'smoke', { 'helm.sh/hook': 'test', 'helm.sh/hook-weight': '5' }, POD),
  hook(
    'Job',
    'deep',
    { 'helm.sh/hook': 'test-success', 'helm.sh/hook-delete-policy': 'hook-succeeded' },
    { spec: { template: { spec: CONTAINERS } } },
  ),
  hook('ConfigMap', 'needs', { 'helm.sh/hook': 'test', 'helm.sh/hook-weight': '-1' }, { data: { a: '1' } }),
  hook('Job', 'migrate', { 'helm.sh/hook': 'pre-upgrade' }, { spec: { template: { spec: CONTAINERS } } }),
];

/** The Secret of a revision as Helm writes it. */
function record(name: string, revision: number, status: string, hooks: readonly string[]) {
  const chart = { metadata: { name: 'shop', version: '1.2.0' } };
  const release = {
    name,
    version: revision,
    info: { status },
    chart,
    manifest: '',
    hooks: hooks.map((manifest) => ({ manifest })),
  };
  const packed = gzipSync(JSON.stringify(release)).toString('base64');
  return {
    metadata: {
      namespace: 'shop',
      name: `sh.helm.release.v1.${name}.v${revision}`,
      labels: { owner: 'helm', status, name },
    },
    type: 'helm.sh/release.v1',
    data: { release: Buffer.from(packed).toString('base64') },
  };
}

describe('on a real API server', needsCluster(), () => {
  let cluster: TestCluster;
  let api: ApiClient;
  before(async () => {
    cluster = await startCluster({ servers: 1 });
    api = await cluster.api();
    await api.create(NAMESPACES, { metadata: { name: 'shop' } });
    await api.create(
      { group: '', version: 'v1', plural: 'serviceaccounts', namespaced: true },
      { metadata: { namespace: 'shop', name: 'default' } },
    );
    await api.create(SECRETS, record('web', 1, 'superseded', []));
    await api.create(SECRETS, record('web', 2, 'deployed', HOOKS));
    await api.create(SECRETS, record('bare', 1, 'deployed', []));
  });
  after(async () => {
    api.close();
    await cluster.stop();
  });
  const run = (args: readonly string[]) =>
    runCommand(['helm-tests', ...args, '--kubeconfig', cluster.kubeconfig], { folder });

  /** Ends tests as a kubelet and the job controller would, as soon as they are there. */
  async function asNode(pod: object, job: object, until: Promise<unknown>): Promise<void> {
    let going = true;
    void until.then(() => {
      going = false;
    });
    const set = async (resource: Resource, name: string, status: object): Promise<void> => {
      const found = await api.find(resource, { namespace: 'shop', name });
      if (found === undefined || JSON.stringify(found['status'] ?? {}).includes('"ended"')) return;
      const version = { resourceVersion: found.metadata.resourceVersion };
      await patchStatus(cluster, resource, name, { metadata: version, status });
    };
    while (going) {
      await set(PODS, 'smoke', { ...pod, message: 'ended' });
      await set(JOBS, 'deep', { conditions: [{ ...job, status: 'True', reason: 'ended' }] });
      await sleep(100);
    }
  }

  test('before, after and after back-out: results, fixtures, delete policies, logs that nobody has; compared', async () => {
    const failed = {
      phase: 'Failed',
      containerStatuses: [
        { name: 'c', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode: 3 } } },
      ],
    };
    const runs: readonly (readonly [as: string, pod: object, job: object])[] = [
      ['before', failed, { type: 'Complete' }],
      ['after', { phase: 'Succeeded' }, { type: 'Complete' }],
      ['backed-out', failed, { type: 'Failed' }],
    ];
    for (const [as, pod, job] of runs) {
      const running = run(['run', 'shop/web', '--as', as, '--format', 'json', '--timeout', '30']);
      await asNode(pod, job, running);
      const { code, stdout, stderr } = await running;
      assert.equal(code, as === 'after' ? 0 : 1, stdout + stderr);
      assert.ok(resultValidator('helm-tests-run-1')(JSON.parse(stdout)), stdout);
      const [release] = JSON.parse(stdout).releases;
      assert.deepEqual([release.revision, release.chart], [2, 'shop-1.2.0']);
      assert.deepEqual(
        release.tests.map(({ name, outcome }: Record<string, string>) => [name, outcome]),
        [
          ['deep', as === 'backed-out' ? 'fail' : 'pass'],
          ['smoke', as === 'after' ? 'pass' : 'fail'],
        ],
      );
      assert.match(release.tests[1].gaps.join(), /no logs of smoke\/c: /);
      if (as === 'before') assert.equal(release.tests[1].reason, 'container c ended with 3');
      writeFileSync(join(folder, `${as}.json`), stdout);
      // The pod stays until the next run; the job goes when it succeeds.
      assert.notEqual(await api.find(PODS, { namespace: 'shop', name: 'smoke' }), undefined);
      assert.equal((await api.find(JOBS, { namespace: 'shop', name: 'deep' })) !== undefined, as === 'backed-out');
      assert.notEqual(await api.find(CONFIG_MAPS, { namespace: 'shop', name: 'needs' }), undefined);
      assert.equal(await api.find(JOBS, { namespace: 'shop', name: 'migrate' }), undefined);
    }
    const compare = (files: readonly string[]) =>
      runCommand(['helm-tests', 'compare', ...files, '--format', 'json'], { folder });
    const two = await compare(['before.json', 'after.json']);
    assert.ok(resultValidator('helm-tests-comparison-1')(JSON.parse(two.stdout)), two.stdout);
    const changes = (text: string) => JSON.parse(text).tests.map(({ change }: { change: string }) => change);
    assert.deepEqual([two.code, changes(two.stdout)], [0, ['unharmed', 'effect']]);
    const three = await compare(['before.json', 'after.json', 'backed-out.json']);
    assert.deepEqual([three.code, changes(three.stdout)], [1, ['not-restored', 'effect']]);
  });

  test('a pod that nobody runs is no evidence, and what is no test keeps its name', async () => {
    const { stdout, code } = await run(['run', '--timeout', '1', '--format', 'junit']);
    assert.equal(code, 1);
    assert.match(stdout, /tests="2" failures="0" skipped="2"[\s\S]*<skipped message="it never ran: no node took it"/);
    await api.delete(PODS, { namespace: 'shop', name: 'smoke' }).catch(() => undefined);
    const metadata = { namespace: 'shop', name: 'needs' };
    await api.delete(CONFIG_MAPS, metadata);
    await api.create(CONFIG_MAPS, { metadata, data: { a: 'precious' } });
    const kept = await run(['run', 'shop/web', '--timeout', '1']);
    assert.match(kept.stdout, /ConfigMap\/needs: no-evidence: another object has its name, which is no test: it stays/);
    assert.deepEqual((await api.get(CONFIG_MAPS, metadata))['data'], { a: 'precious' });
  });

  test('logs come from the node through the API server, the last of them, and what a pod of a job printed', async () => {
    const { endpoint } = await loadAccess({
      kubeconfig: cluster.kubeconfig,
      workingDirectory: folder,
      environment: {},
    });
    const kubelet = await startKubelet(api, endpoint, 'logs-node');
    after(kubelet.stop);
    const spec = {
      ...CONTAINERS,
      nodeName: 'logs-node',
      automountServiceAccountToken: false,
      initContainers: [{ name: 'wait', image: 'quay.io/team/probe:1' }],
    };
    const deep = { template: { spec } };
    const hooks = [
      hook('Pod', 'talk', { 'helm.sh/hook': 'test' }, { spec }),
      hook('Job', 'many', { 'helm.sh/hook': 'test' }, { spec: deep }),
    ];
    await api.create(SECRETS, record('loud', 1, 'deployed', hooks));
    kubelet.logs.set('shop/talk/wait', 'ready\n');
    kubelet.logs.set('shop/talk/c', `${'x'.repeat(2_000_000)}</system-out>]]>\u0001 tail é\n`);
    kubelet.logs.set('shop/many-1/c', 'from a job\n');
    const labels = { 'job-name': 'many' };
    await api.create(PODS, { metadata: { namespace: 'shop', name: 'many-1', labels }, spec });
    const running = run(['run', 'shop/loud', '--format', 'json', '--timeout', '30']);
    let going = true;
    void running.then(() => {
      going = false;
    });
    while (going) {
      for (const [resource, name, status] of [
        [PODS, 'talk', { phase: 'Succeeded' }],
        [JOBS, 'many', { conditions: [{ type: 'Complete', status: 'True' }] }],
      ] as const) {
        const found = await api.find(resource, { namespace: 'shop', name });
        if (found !== undefined) await patchStatus(cluster, resource, name, { status });
      }
      await sleep(100);
    }
    const { code, stdout, stderr } = await running;
    assert.equal(code, 0, stdout.slice(-2000) + stderr);
    assert.ok(resultValidator('helm-tests-run-1')(JSON.parse(stdout)));
    const [many, talk] = JSON.parse(stdout).releases[0].tests;
    const [wait, c] = talk.logs;
    assert.deepEqual([wait.container, wait.text, talk.gaps], ['wait', 'ready\n', []]);
    assert.ok(c.text.length <= LIMITS.helmTestLogBytes && c.text.endsWith('\u0001 tail é\n'), c.text.slice(-50));
    assert.deepEqual(many.logs, [{ pod: 'many-1', container: 'c', text: 'from a job\n' }]);
    assert.match(many.gaps.join(), /no logs of many-1\/wait: the server answered 400/);
    assert.ok(
      kubelet.asked.every((one) => one.includes('tailLines=1000')),
      kubelet.asked.join(),
    );
    writeFileSync(join(folder, 'loud.json'), stdout);
    await api.delete(SECRETS, { namespace: 'shop', name: 'sh.helm.release.v1.loud.v1' });
  });

  test('which releases have tests; a release that is not there', async () => {
    const { stdout } = await run(['coverage', '--format', 'json']);
    const result: { readonly releases: readonly { readonly release: string; readonly tests: readonly string[] }[] } =
      JSON.parse(stdout);
    assert.ok(resultValidator('helm-tests-coverage-1')(JSON.parse(stdout)), stdout);
    assert.deepEqual(
      result.releases.map(({ release, tests }) => [release, tests]),
      [
        ['bare', []],
        ['web', ['Job/deep', 'Pod/smoke']],
      ],
    );
    assert.match((await run(['run', 'shop/none'])).stderr, /no chart release none is deployed in the namespace shop/);
    assert.match((await run(['run', '--rbac'])).stdout, /pods\/log/);
  });
});

/** Sets a status where only its own path takes it, which kubectl 1.20 has no word for. */
async function patchStatus(
  cluster: TestCluster,
  { group, plural }: Resource,
  name: string,
  changes: object,
): Promise<void> {
  const { endpoint } = await loadAccess({ kubeconfig: cluster.kubeconfig, workingDirectory: folder, environment: {} });
  const connection = new Connection(endpoint, () => new Date());
  const path = `${group === '' ? '/api' : `/apis/${group}`}/v1/namespaces/shop/${plural}/${name}/status`;
  const headers = { 'content-type': 'application/merge-patch+json' };
  await connection.request({ method: 'PATCH', path, headers, body: JSON.stringify(changes), timeoutMs: 5000 });
  connection.close();
}
