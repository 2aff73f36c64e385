// Reading a cluster against a loopback server that has everything and notes what it is asked: pages, refusals, and the law that no Secret is ever asked for.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { ApiClient } from '../../api/client.ts';
import { roleYaml } from '../../api/role.ts';
import { ServerError } from '../../transport/server-error.ts';
import { EVIDENCE_KINDS, NAMED_CONFIG_MAPS } from './kinds.ts';
import { readCluster } from './read-cluster.ts';
import { evidenceRules } from './role.ts';

const SECRET = 't0ps3cret';
const TEMPLATE = {
  containers: [
    {
      name: 'a',
      image: 'a:1',
      env: [
        { name: 'A', value: SECRET },
        { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
      ],
      args: [
        '--token',
        SECRET,
        `--password=${SECRET}`,
        '--token-auth-file=/x',
        `--url=https://u:${SECRET}@h/`,
        '--a=true',
      ],
      command: ['sh', '-c', `export P=${SECRET}\nrun`],
      livenessProbe: { httpGet: { httpHeaders: [{ name: 'Authorization', value: SECRET }] } },
    },
  ],
};

/** An object of a kind with all that must not be kept. */
function madeObject(plural: string, name: string, custom: boolean): object {
  const metadata = {
    name,
    namespace: 'ns',
    uid: `${plural}-${name}`,
    labels: { app: 'a' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': SECRET, note: 'n', 'x/token': SECRET },
    managedFields: [{ manager: SECRET }],
  };
  const nodeInfo = { machineID: 'm1', systemUUID: SECRET, bootID: SECRET, kernelVersion: '5.3.18' };
  const containerStatuses = [
    { name: 'a', image: 'a:1', imageID: 'a@sha256:1', state: { waiting: { message: SECRET } } },
  ];
  return {
    metadata,
    spec: plural === 'pods' ? TEMPLATE : { template: { spec: TEMPLATE }, csi: { volumeAttributes: { key: SECRET } } },
    parameters: { restuserkey: SECRET },
    // Controllers of tenants say there what they made.
    status: custom ? { namespaces: ['t'] } : { phase: 'Running', message: SECRET, nodeInfo, containerStatuses },
  };
}

describe('a cluster that has everything', () => {
  const asked: string[] = [];
  /** Answers by path, before the usual ones. */
  const special = new Map<string, { readonly status: number; readonly body: unknown }>();
  const groups = [...new Set(EVIDENCE_KINDS.map(({ group }) => group))];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    asked.push(request.url ?? '');
    assert.equal(request.method, 'GET');
    const { status, body } = special.get(url.pathname) ?? usual(url);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });

  function usual(url: URL): { status: number; body: unknown } {
    const path = url.pathname;
    const ok = (body: unknown) => ({ status: 200, body });
    if (path === '/version') return ok({ gitVersion: 'v1.20.2' });
    if (path === '/api/v1/namespaces/kube-system') return ok({ metadata: { name: 'kube-system', uid: 'uid-1' } });
    if (path === '/apis') {
      const named = groups.filter((group) => group !== '');
      return ok({
        groups: named.map((name) => ({
          name,
          preferredVersion: { version: 'v1' },
          versions: [{ version: 'v1' }, { version: 'v1beta1' }],
        })),
      });
    }
    const group = path === '/api/v1' ? '' : /^\/apis\/([^/]+)\/v1$/.exec(path)?.[1];
    if (group !== undefined) {
      const names = EVIDENCE_KINDS.filter((kind) => kind.group === group && kind.plural !== 'cronjobs').map(
        ({ plural }) => plural,
      );
      return ok({
        resources: [...names, 'secrets', 'configmaps', 'pods/log'].map((name) => ({
          name,
          namespaced: name !== 'nodes',
        })),
      });
    }
    if (/^\/apis\/[^/]+\/v1beta1$/.test(path)) return ok({ resources: [{ name: 'cronjobs', namespaced: true }] });
    if (/^\/api\/v1\/nodes\/[^/]+\/proxy\/configz$/.test(path)) {
      return ok({ kubeletconfig: { readOnlyPort: 0, staticPodURLHeader: { A: [SECRET] } } });
    }
    if (path.startsWith('/api/v1/namespaces/')) {
      return ok({
        metadata: { name: 'm', namespace: 'ns' },
        data: { 'config.conf': 'a: 1', kubelet: `staticPodURLHeader: ${SECRET}`, 'kubeconfig.conf': SECRET },
      });
    }
    const plural = path.slice(path.lastIndexOf('/') + 1);
    const second = url.searchParams.get('continue') === 'more';
    return ok({
      metadata: { resourceVersion: '1', ...(second ? {} : { continue: 'more' }) },
      items: [madeObject(plural, second ? 'two' : 'one', /hnc|capsule|tapms/.test(path))],
    });
  }

  let client: ApiClient;
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    client = new ApiClient({ endpoint: { server: `http://127.0.0.1:${port}` }, origin: 'test' }, { retries: 0 });
  });
  after(() => {
    client.close();
    server.close();
  });

  test('every kind is read over its pages, in the version that has it', async () => {
    const { identity, objects, gaps, nodes } = await readCluster(client, { kubelets: true });
    assert.deepEqual(identity, { id: 'uid-1', version: 'v1.20.2', server: client.server });
    assert.deepEqual([...(nodes?.keys() ?? [])], ['one', 'two']);
    for (const { group, plural, kind } of EVIDENCE_KINDS) {
      const version = plural === 'cronjobs' ? 'v1beta1' : 'v1';
      const found = objects.filter(
        (one) => one.kind === kind && one.apiVersion === (group === '' ? version : `${group}/${version}`),
      );
      assert.deepEqual(
        found.map(({ name }) => name),
        ['one', 'two'],
        `${group} ${plural}`,
      );
    }
    assert.deepEqual(
      objects.filter(({ kind }) => kind === 'KubeletConfiguration').map(({ name, object }) => [name, object]),
      [
        ['one', { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration', readOnlyPort: 0 }],
        ['two', { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration', readOnlyPort: 0 }],
      ],
    );
    const proxy = objects.find(({ kind, name }) => kind === 'ConfigMap' && name === 'kube-proxy');
    assert.deepEqual(proxy?.object['data'], { 'config.conf': 'a: 1' });
    assert.match(JSON.stringify(gaps), /configmaps kube-system\/kubelet-config"[^}]*headers that may be secrets/);
  });

  test('law: no path has a Secret in it, ConfigMaps are read by name alone, kubelets are asked only on demand', async () => {
    asked.length = 0;
    const { objects } = await readCluster(client);
    assert.ok(asked.length > EVIDENCE_KINDS.length);
    const named = new Set(
      NAMED_CONFIG_MAPS.map(({ namespace, name }) => `/api/v1/namespaces/${namespace}/configmaps/${name}`),
    );
    for (const path of asked) {
      assert.doesNotMatch(path, /secrets|\/proxy\/|watch|exec|\/log/);
      if (path.includes('configmaps')) assert.ok(named.has(path), path);
    }
    const text = JSON.stringify(objects);
    assert.doesNotMatch(text, new RegExp(`${SECRET}|managedFields|last-applied|systemUUID|"m1"`));
    const pod = objects.find(({ kind }) => kind === 'Pod');
    assert.deepEqual(pod?.object['status'], {
      phase: 'Running',
      containerStatuses: [{ name: 'a', image: 'a:1', imageID: 'a@sha256:1' }],
    });
    const tenant = objects.find(({ kind }) => kind === 'Tenant');
    assert.deepEqual(tenant?.object['status'], { namespaces: ['t'] });
    assert.match(JSON.stringify(pod), /"secretKeyRef":\{"name":"s","key":"k"\}.*"--token-auth-file=\/x".*"--a=true"/);
    assert.deepEqual(Reflect.get(Object(pod?.object['metadata']), 'annotations'), {
      note: 'n',
      'x/token': '[redacted]',
    });
  });

  test('the role has what is asked and no more: no Secrets, lists of the kinds, ConfigMaps by name', () => {
    const yaml = roleYaml({ name: 'r', command: 'c', rules: evidenceRules(false) });
    assert.doesNotMatch(yaml, /"secrets"|nodes\/proxy|"watch"|"create"/);
    assert.match(roleYaml({ name: 'r', command: 'c', rules: evidenceRules(true) }), /"nodes\/proxy"/);
    for (const { plural } of EVIDENCE_KINDS) assert.ok(yaml.includes(`"${plural}"`), plural);
  });

  test('what is forbidden is a gap, a forgotten state is read anew, and without the server there is nothing', async () => {
    const status = (code: number, reason: string) => ({
      status: code,
      body: {
        kind: 'Status',
        reason,
        message: 'pods is forbidden: User "u" cannot list resource "pods" in API group ""',
      },
    });
    special.set('/api/v1/pods', status(403, 'Forbidden'));
    special.set('/apis/apps/v1', { status: 404, body: {} });
    special.set('/apis/batch/v1/jobs', status(410, 'Expired'));
    asked.length = 0;
    const { objects, gaps } = await readCluster(client);
    assert.ok(!objects.some(({ kind }) => kind === 'Pod' || kind === 'Deployment' || kind === 'Job'));
    assert.equal(asked.filter((path) => path.startsWith('/apis/batch/v1/jobs')).length, 3);
    const told = new Map(gaps.map((gap) => [gap.target, gap.reason]));
    assert.match(told.get('pods') ?? '', /lacks the verb "list" on pods .*--rbac/);
    assert.match(told.get('deployments.apps') ?? '', /does not say whether it has/);
    assert.match(told.get('jobs.batch') ?? '', /no longer has/);
    special.set('/api/v1/nodes', status(401, 'Unauthorized'));
    await assert.rejects(readCluster(client), (error) => error instanceof ServerError && error.kind === 'unauthorized');
    special.clear();
  });
});
