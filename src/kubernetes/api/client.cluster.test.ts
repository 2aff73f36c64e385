// The client against real API servers: what it asks is what they understand, what they refuse is what it says. kubectl is the second opinion.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { clusterProgram, clusterVersions, needsCluster } from '../../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../../test/cluster/cluster.ts';
import { loadAccess } from '../access/load-access.ts';
import { ServerError, type ServerErrorKind } from '../transport/server-error.ts';
import { ApiClient } from './client.ts';
import { type KubernetesObject, NAMESPACES, NODES, type Resource, SECRETS } from './resource.ts';
import { roleYaml } from './role.ts';

const CONFIG_MAPS: Resource = { group: '', version: 'v1', plural: 'configmaps', namespaced: true };
const PLACE = { namespace: 'default', name: 'one' };

for (const version of clusterVersions()) {
  describe(`API server ${version}`, needsCluster(version, 'kubectl'), () => {
    let cluster: TestCluster;
    let api: ApiClient;
    before(async () => {
      cluster = await startCluster({ servers: 1, version });
      api = await cluster.api();
    });
    after(async () => {
      api.close();
      await cluster.stop();
    });

    const kubectl = (...args: readonly string[]): string =>
      execFileSync(clusterProgram('kubectl') ?? '', ['--kubeconfig', cluster.kubeconfig, ...args], {
        encoding: 'utf8',
      });
    const as = async (user: string, more: { expired?: boolean } = {}): Promise<ApiClient> =>
      new ApiClient(
        await loadAccess({
          kubeconfig: cluster.userKubeconfig({ name: user, ...more }),
          workingDirectory: '/',
          environment: {},
        }),
      );

    test('an object is made, read, replaced and deleted, and each goes by its version', async () => {
      const made = await api.create(SECRETS, secret('one', 'first'));
      assert.equal(kubectl('get', 'secret', 'one', '-o', 'jsonpath={.data.value}'), base64('first'));
      assert.match(
        kubectl('get', 'secret', 'one', '-o', 'jsonpath={.metadata.managedFields[0].manager}'),
        /^plimsoll$/,
      );
      await rejects(api.create(SECRETS, secret('one', 'first')), 'conflict', /exists already/);

      const second = await api.replace(SECRETS, { ...made, data: { value: base64('second') } });
      assert.notEqual(second.metadata.resourceVersion, made.metadata.resourceVersion);
      await rejects(
        api.replace(SECRETS, { ...made, data: { value: base64('late') } }),
        'conflict',
        /changed meanwhile/,
      );
      assert.deepEqual((await api.get(SECRETS, PLACE))['data'], { value: base64('second') });

      await rejects(api.delete(SECRETS, PLACE, { resourceVersion: made.metadata.resourceVersion ?? '' }), 'conflict');
      await rejects(api.delete(SECRETS, PLACE, { uid: 'another' }), 'conflict');
      await api.delete(SECRETS, PLACE, { uid: made.metadata.uid ?? '', dryRun: true });
      assert.ok((await api.find(SECRETS, PLACE)) !== undefined);
      await api.delete(SECRETS, PLACE, { uid: made.metadata.uid ?? '' });
      assert.equal(await api.find(SECRETS, PLACE), undefined);
      await rejects(api.get(SECRETS, PLACE), 'not-found', /get secrets default\/one: there is none/);
    });

    test('with dryRun nothing is kept', async () => {
      const answer = await api.create(SECRETS, secret('dry', 'x'), { dryRun: true });
      assert.ok(answer.metadata.uid !== undefined);
      assert.equal(await api.find(SECRETS, { namespace: 'default', name: 'dry' }), undefined);
    });

    test('a patch tests, merges, and applies with owners', async () => {
      const place = { namespace: 'default', name: 'patched' };
      await api.create(CONFIG_MAPS, configMap('patched', { a: '1' }));
      const operations = [
        { op: 'test', path: '/data/a', value: '1' },
        { op: 'replace', path: '/data/a', value: '2' },
      ] as const;
      assert.deepEqual((await api.patch(CONFIG_MAPS, place, { type: 'json', operations }))['data'], { a: '2' });
      await rejects(api.patch(CONFIG_MAPS, place, { type: 'json', operations }), 'invalid');
      const merged = await api.patch(CONFIG_MAPS, place, { type: 'merge', changes: { data: { b: '3' } } });
      assert.deepEqual(merged['data'], { a: '2', b: '3' });

      const wanted = { ...configMap('patched', { b: '4' }), apiVersion: 'v1', kind: 'ConfigMap' };
      const apply = { type: 'apply', object: wanted } as const;
      await rejects(
        api.patch(CONFIG_MAPS, place, apply, { fieldManager: 'other' }),
        'conflict',
        /another owner|conflict with "plimsoll"/,
      );
      const forced = await api.patch(CONFIG_MAPS, place, { ...apply, force: true }, { fieldManager: 'other' });
      assert.deepEqual(forced['data'], { a: '2', b: '4' });
    });

    test('pages are one reading of the collection', async () => {
      await api.create(NAMESPACES, { metadata: { name: 'pages' } });
      for (let index = 0; index < 7; index += 1) {
        await api.create(SECRETS, { ...secret(`s${index}`, 'x'), metadata: { namespace: 'pages', name: `s${index}` } });
      }
      const wanted = { namespace: 'pages', limit: 3, fieldSelector: 'type=Opaque' };
      const first = await api.listPage(SECRETS, wanted);
      assert.equal(first.items.length, 3);
      await api.create(SECRETS, { ...secret('later', 'x'), metadata: { namespace: 'pages', name: 'z-later' } });
      const second = await api.listPage(SECRETS, wanted, first.continue);
      assert.equal(second.resourceVersion, first.resourceVersion);
      const third = await api.listPage(SECRETS, wanted, second.continue);
      assert.deepEqual([third.items.map(({ metadata }) => metadata.name), third.continue], [['s6'], undefined]);
      const names: (string | undefined)[] = [];
      for await (const { metadata } of api.list(SECRETS, wanted)) names.push(metadata.name);
      assert.deepEqual(names, ['s0', 's1', 's2', 's3', 's4', 's5', 's6', 'z-later']);
    });

    test('a watch tells what changes after a state, and says when that state is gone', async () => {
      const { resourceVersion } = await api.listPage(CONFIG_MAPS, { namespace: 'default' });
      const seen: string[] = [];
      const watching = (async () => {
        for await (const { type, object } of api.watch(CONFIG_MAPS, { namespace: 'default', resourceVersion })) {
          if (object.metadata.name === 'watched') seen.push(type);
          if (type === 'DELETED') break;
        }
      })();
      const place = { namespace: 'default', name: 'watched' };
      await api.create(CONFIG_MAPS, configMap('watched', { a: '1' }));
      await api.patch(CONFIG_MAPS, place, { type: 'merge', changes: { data: { a: '2' } } });
      await api.delete(CONFIG_MAPS, place);
      await watching;
      assert.deepEqual(seen, ['ADDED', 'MODIFIED', 'DELETED']);

      const begun = performance.now();
      const rest: string[] = [];
      const from = { namespace: 'default', resourceVersion, seconds: 1 };
      for await (const { type } of api.watch(CONFIG_MAPS, from)) if (type !== 'BOOKMARK') rest.push(type);
      assert.deepEqual(rest, ['ADDED', 'MODIFIED', 'DELETED']);
      assert.ok(performance.now() - begun > 500, 'it ends when the server ends it');

      const etcd = await cluster.etcdClient();
      await etcd.compact((await etcd.status()).revision, { physical: true });
      etcd.close();
      const old = api.listPage(CONFIG_MAPS, { resourceVersion: '2', resourceVersionMatch: 'Exact', limit: 1 });
      if (version === '1.20') await rejects(old, 'gone', /read the list again/);
      // Current servers still have it in memory.
      else assert.ok((await old).items.length <= 1);
    });

    test('raw paths give what there is, whatever the status', async () => {
      const { status, text } = await api.raw('/readyz?verbose');
      assert.equal(status, 200);
      assert.match(text, /\[\+\]informer-sync ok/);
      assert.match((await api.raw('/metrics')).text, /^apiserver_request_total/m);
      assert.equal((await api.raw('/no-such-path')).status, 404);
    });

    test('the least role that is printed is enough, and without it the error names the right that lacks', async () => {
      const user = await as('reader');
      await rejects(
        user.listPage(SECRETS),
        'forbidden',
        /list secrets: forbidden: user reader lacks the verb "list" on secrets in the whole cluster \(--rbac/,
      );
      await rejects(user.create(SECRETS, secret('no', 'x')), 'forbidden', /"create" on secrets in namespace default/);
      await rejects(user.raw('/metrics'), 'forbidden', /lacks the verb "get" on the path \/metrics/);
      const yaml = roleYaml({
        name: 'reader',
        command: 'plimsoll a test',
        rules: [
          { group: '', resources: ['secrets'], verbs: ['list'], why: 'what is stored' },
          { paths: ['/metrics'], why: 'what the server counts' },
          { group: '', resources: ['secrets'], verbs: ['create', 'get'], namespace: 'default', why: 'the canary' },
        ],
      });
      execFileSync(clusterProgram('kubectl') ?? '', ['--kubeconfig', cluster.kubeconfig, 'apply', '-f', '-'], {
        input: yaml,
      });
      kubectl('create', 'clusterrolebinding', 'reader', '--clusterrole=reader', '--user=reader');
      kubectl('-n', 'default', 'create', 'rolebinding', 'reader', '--role=reader', '--user=reader');
      // The server's authorizer learns of the binding by a watch.
      await until(
        async () => (await allowed(() => user.listPage(SECRETS))) && (await allowed(() => user.raw('/metrics'))),
      );
      await until(() => allowed(() => user.create(SECRETS, secret('no', 'x'), { dryRun: true })));
      await rejects(user.listPage(NODES), 'forbidden');
      await rejects(
        user.create(SECRETS, { ...secret('no', 'x'), metadata: { namespace: 'kube-system', name: 'no' } }),
        'forbidden',
      );
      user.close();
    });

    test('a refusal never repeats what was sent as a Secret', async () => {
      const data = { 'not a key!': base64('TOP-SECRET'), value: 'TOP-SECRET is not base64' };
      const error = await rejects(
        api.create(SECRETS, { metadata: { namespace: 'default', name: 'bad' }, data }),
        'invalid',
      );
      assert.doesNotMatch(error.message, /TOP-SECRET|VE9Q/);
      const name = await rejects(
        api.create(SECRETS, { metadata: { namespace: 'default', name: 'BAD' }, stringData: { value: 'TOP-SECRET' } }),
        'invalid',
      );
      assert.match(name.message, /does not accept it \(metadata\.name\)/);
      assert.doesNotMatch(name.message, /TOP-SECRET/);
    });

    test('an expired certificate, no certificate, another authority and another name are told apart', async () => {
      const expired = await as('old', { expired: true });
      await rejects(expired.listPage(SECRETS), 'unauthorized', /the client certificate expired on \d{4}-\d\d-\d\d/);
      expired.close();
      const access = await loadAccess({ kubeconfig: cluster.kubeconfig, workingDirectory: '/', environment: {} });
      const other = new ApiClient({ ...access, endpoint: { ...access.endpoint, serverName: 'elsewhere.example' } });
      await rejects(other.raw('/readyz'), 'certificate', /its certificate is for another name/);
      other.close();
      const { makeEndpoint } = await import('../transport/endpoint.ts');
      const strangers = new ApiClient({ ...access, endpoint: makeEndpoint({ server: api.server }, {}, 'test') });
      await rejects(strangers.raw('/readyz'), 'certificate', /of an authority that is not trusted/);
      strangers.close();
    });
  });
}

function secret(name: string, value: string): KubernetesObject {
  return { metadata: { namespace: 'default', name }, data: { value: base64(value) } };
}

function configMap(name: string, data: Readonly<Record<string, string>>): KubernetesObject {
  return { metadata: { namespace: 'default', name }, data };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

async function rejects(asked: Promise<unknown>, kind: ServerErrorKind, message = /./): Promise<ServerError> {
  try {
    await asked;
  } catch (error) {
    assert.ok(error instanceof ServerError, String(error));
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, message);
    return error;
  }
  return assert.fail(`not refused as ${kind}`);
}

async function allowed(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    assert.ok(error instanceof ServerError && error.kind === 'forbidden', String(error));
    return false;
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await holds()); ) assert.ok(Date.now() < end, 'it does not come');
}
