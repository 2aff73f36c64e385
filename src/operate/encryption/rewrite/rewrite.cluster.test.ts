// The rewrite on real API servers: what it writes etcd then holds encrypted, what others write meanwhile stays, and it stops where somebody interferes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { needsCluster } from '../../../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../../../test/cluster/cluster.ts';
import { runCommand } from '../../../../test/support/run-command.ts';
import { resultValidator } from '../../../../test/support/schemas.ts';
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import { type KubernetesObject, NAMESPACES, SECRETS } from '../../../kubernetes/api/resource.ts';
import { ServerError } from '../../../kubernetes/transport/server-error.ts';
import { type RewriteOptions, rewrite } from './rewrite.ts';

const QUICK: RewriteOptions = { perSecond: 1000, settleMs: 50, rehearsal: false };

const IDENTITY_FIRST = configuration(
  'identity: {}',
  'aescbc: {keys: [{name: k1, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}]}',
);
const KEY_FIRST = configuration(
  'aescbc: {keys: [{name: k1, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}]}',
  'identity: {}',
);

function configuration(...providers: readonly string[]): string {
  return [
    'apiVersion: apiserver.config.k8s.io/v1',
    'kind: EncryptionConfiguration',
    'resources:',
    '  - resources: [secrets]',
    '    providers:',
    ...providers.map((provider) => `      - ${provider}`),
    '',
  ].join('\n');
}

describe('rewrite', needsCluster(), () => {
  let cluster: TestCluster;
  let api: ApiClient;
  before(async () => {
    cluster = await startCluster({ servers: 2, encryption: IDENTITY_FIRST });
    api = await cluster.api();
    for (const name of ['alpha', 'beta', 'gamma']) await api.create(NAMESPACES, { metadata: { name } });
    for (const namespace of ['alpha', 'beta', 'gamma']) {
      for (let index = 0; index < (namespace === 'alpha' ? 3 : 40); index += 1) {
        await api.create(SECRETS, secret(namespace, `s${index}`, `first ${index}`));
      }
    }
    await api.create(SECRETS, { ...secret('beta', 'fixed', 'never'), immutable: true });
    await api.create(SECRETS, {
      ...secret('beta', 'held', 'until released'),
      metadata: { namespace: 'beta', name: 'held', finalizers: ['example.org/hold'] },
    });
    await api.delete(SECRETS, { namespace: 'beta', name: 'held' });
    await api.create(SECRETS, secret('gamma', 'large', 'x'.repeat(700_000)));
  });
  after(async () => {
    api?.close();
    await cluster?.stop();
  });

  test('a second run of the same writer finds all as it is, and writes nothing', async () => {
    const before = await revision(cluster);
    const done = await rewrite(api, SECRETS, QUICK);
    assert.equal(done.stopped, undefined);
    assert.equal(done.canary, 'alpha');
    assert.equal(done.current, done.objects);
    assert.equal(await revision(cluster), before);
  });

  test('with another first key every value is encrypted with it, whatever its object forbids', async () => {
    await configure(cluster, KEY_FIRST);
    const rehearsed = await rewrite(api, SECRETS, { ...QUICK, rehearsal: true });
    assert.equal(rehearsed.stopped, undefined);
    assert.equal((await writers(cluster)).get('plain'), rehearsed.objects, 'a rehearsal writes nothing');
    const done = await rewrite(api, SECRETS, QUICK);
    assert.deepEqual([done.stopped, done.left, done.written], [undefined, [], done.objects]);
    assert.deepEqual([...(await writers(cluster)).keys()], ['k8s:enc:aescbc:v1:k1:']);
  });

  test('writers that hammer the same Secrets through another server lose nothing', async () => {
    await configure(cluster, IDENTITY_FIRST);
    const other = await cluster.api(cluster.nodes[1]);
    const acknowledged = new Map<string, number>();
    let running = true;
    const hammer = async (name: string): Promise<void> => {
      for (let turn = 1; running; turn += 1) {
        try {
          const read = await other.get(SECRETS, { namespace: 'beta', name });
          await other.replace(SECRETS, { ...read, data: { value: encoded(String(turn)) } });
          acknowledged.set(name, turn);
        } catch (error) {
          if (!(error instanceof ServerError && error.kind === 'conflict')) throw error;
        }
      }
    };
    const names = ['s0', 's1', 's2', 's3'];
    const hammers = names.map(hammer);
    const done = await rewrite(api, SECRETS, QUICK);
    running = false;
    await Promise.all(hammers);
    assert.equal(done.stopped, undefined);
    assert.ok(done.conflicts > 0, 'nobody wrote in between: the test shows nothing');
    for (const name of names) {
      const kept = await other.get(SECRETS, { namespace: 'beta', name });
      assert.deepEqual(kept['data'], { value: encoded(String(acknowledged.get(name))) }, name);
    }
    other.close();
    assert.deepEqual([...(await writers(cluster)).keys()], ['plain']);
  });

  test('an answer to the canary namespace stops it before the rest', async () => {
    await configure(cluster, KEY_FIRST);
    const controller = (async () => {
      for (;;) {
        if ((await writerOf(cluster, 'alpha', 's1')) === 'k8s:enc:aescbc:v1:k1:') {
          const read = await api.get(SECRETS, { namespace: 'alpha', name: 's1' });
          await api.replace(SECRETS, { ...read, metadata: { ...read.metadata, labels: { seen: 'yes' } } });
          return;
        }
      }
    })();
    const done = await rewrite(api, SECRETS, { ...QUICK, settleMs: 1500 });
    await controller;
    assert.deepEqual(done.stopped, {
      object: { namespace: 'alpha', name: 's1' },
      kind: 'answered',
      fields: ['metadata.labels'],
    });
    assert.equal(done.written, 3);
    assert.ok(((await writers(cluster)).get('plain') ?? 0) > 40);
  });

  test('a server that restarts in the middle is waited for', async () => {
    const [node] = cluster.nodes;
    assert.ok(node !== undefined);
    let killed: Promise<void> | undefined;
    const done = await rewrite(api, SECRETS, {
      ...QUICK,
      onProgress: (count) => {
        if (count === 20) killed = node.kill('kube-apiserver');
      },
    });
    await killed;
    assert.deepEqual([done.stopped, done.left], [undefined, []]);
    assert.deepEqual([...(await writers(cluster)).keys()], ['k8s:enc:aescbc:v1:k1:']);
  });

  test('the command says what it did, by its schema and in words, and a rehearsal is the default', async () => {
    const args = ['encryption', 'rewrite', '--kubeconfig', cluster.kubeconfig, '--settle', '1', '--per-second', '1000'];
    const world = { folder: cluster.directory };
    const validate = resultValidator('encryption-rewrite-1');
    const rehearsed = await runCommand([...args, '--format', 'json'], world);
    assert.ok(validate(JSON.parse(rehearsed.stdout)), JSON.stringify(validate.errors));
    assert.equal(JSON.parse(rehearsed.stdout).rehearsal, true);
    const done = await runCommand([...args, '--yes', '--canary', 'gamma'], world);
    assert.deepEqual([done.code, done.stderr], [0, '']);
    assert.match(done.stdout, /all are as the server writes them now\n.* objects in .* namespaces: 0 written/);
    const missing = await runCommand([...args, '--yes', '--canary', 'none'], world);
    assert.deepEqual([missing.code, missing.stdout], [2, '']);
    const others = await runCommand([...args, '--resource', 'endpointslices.discovery.k8s.io'], world);
    assert.deepEqual([others.code, others.stderr], [0, '']);
    const unknown = await runCommand([...args, '--resource', 'deployments.example.org'], world);
    assert.deepEqual([unknown.code, unknown.stdout], [2, '']);
    assert.match(unknown.stderr, /has no resource deployments\.example\.org/);
  });

  test('without the right to write it says which is missing, and nothing is changed', async () => {
    const kubeconfig = cluster.userKubeconfig({ name: 'reader', groups: [] });
    const { loadAccess } = await import('../../../kubernetes/access/load-access.ts');
    const { ApiClient } = await import('../../../kubernetes/api/client.ts');
    const reader = new ApiClient(
      await loadAccess({ kubeconfig, workingDirectory: cluster.directory, environment: {} }),
    );
    await assert.rejects(rewrite(reader, SECRETS, QUICK), /user reader lacks the verb "list" on secrets/);
    reader.close();
  });

  test('a server that is down is an error, and nothing was changed', async () => {
    const [node] = cluster.nodes;
    assert.ok(node !== undefined);
    const before = await revision(cluster);
    await node.stop('kube-apiserver');
    await assert.rejects(
      rewrite(api, SECRETS, QUICK),
      (error) => error instanceof ServerError && error.kind === 'unreachable',
    );
    assert.equal(await revision(cluster), before);
  });
});

function secret(namespace: string, name: string, value: string): KubernetesObject {
  return { metadata: { namespace, name }, data: { value: encoded(value) } };
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

async function revision(cluster: TestCluster): Promise<string> {
  const etcd = await cluster.etcdClient();
  const { values } = await etcd.range('/registry/secrets/', { end: '/registry/secrets0' });
  etcd.close();
  return values.map(({ modRevision }) => modRevision).join(' ');
}

/** How many values each writer has. */
async function writers(cluster: TestCluster): Promise<ReadonlyMap<string, number>> {
  const etcd = await cluster.etcdClient();
  const { values } = await etcd.range('/registry/secrets/', { end: '/registry/secrets0' });
  etcd.close();
  const counts = new Map<string, number>();
  for (const { value } of values) counts.set(prefixOf(value), (counts.get(prefixOf(value)) ?? 0) + 1);
  return counts;
}

async function writerOf(cluster: TestCluster, namespace: string, name: string): Promise<string> {
  const etcd = await cluster.etcdClient();
  const { values } = await etcd.range(`/registry/secrets/${namespace}/${name}`);
  etcd.close();
  return prefixOf(values[0]?.value ?? Buffer.alloc(0));
}

function prefixOf(value: Uint8Array): string {
  const text = Buffer.from(value).toString('latin1');
  return /^k8s:enc:[a-z]+:v1:[^:]+:/.exec(text)?.[0] ?? 'plain';
}

/** Gives all servers a configuration and restarts them. */
async function configure(cluster: TestCluster, text: string): Promise<void> {
  const { ENCRYPTION_CONFIG } = await import('../../../../test/cluster/node.ts');
  const { writeFileSync } = await import('node:fs');
  for (const node of cluster.nodes) writeFileSync(node.path(ENCRYPTION_CONFIG), text);
  await Promise.all(cluster.nodes.map((node) => node.kill('kube-apiserver')));
  await cluster.waitReady();
}
