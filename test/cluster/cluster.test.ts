// The test cluster itself: three servers and members that are one cluster, run from manifests as a kubelet runs them, and gone when the test is.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SECRETS } from '../../src/kubernetes/api/resource.ts';
import { ServerError } from '../../src/kubernetes/transport/server-error.ts';
import { needsCluster } from './assets.ts';
import { startCluster, type TestCluster } from './cluster.ts';
import { ENCRYPTION_CONFIG, type TestNode } from './node.ts';

const DEADLINE_MS = 60_000;

describe('three servers', needsCluster(), () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster();
  });
  after(async () => {
    const pids = pidsOf(cluster);
    assert.equal(pids.length, 6);
    await cluster.stop();
    assert.ok(!existsSync(cluster.directory));
    for (const pid of pids) assert.ok(!existsSync(`/proc/${pid}`), `process ${pid} is still there`);
  });

  test('what is written through each is read through all', async () => {
    const clients = await Promise.all(cluster.nodes.map((node) => cluster.api(node)));
    for (const [writer, client] of clients.entries()) {
      const name = { namespace: 'default', name: `from-${writer}` };
      const data = { value: Buffer.from(`of ${writer}`).toString('base64') };
      await client.create(SECRETS, { metadata: name, data });
      for (const reader of clients) assert.deepEqual((await reader.get(SECRETS, name))['data'], data);
    }
    // Kubernetes 1.20 as later Go builds it panics here, unless one of its libraries is a later one, too (scripts/cluster-assets.ts).
    for (const client of clients) {
      assert.match((await client.raw('/api/v1/namespaces/default?pretty=true')).text, /^\{\n {2}"kind": "Namespace"/);
      client.close();
    }
  });

  test('a program that is killed comes back, one that is stopped stays down', async () => {
    const [, node] = cluster.nodes;
    assert.ok(node !== undefined);
    const first = node.running('kube-apiserver');
    await node.kill('kube-apiserver');
    await cluster.waitReady([node]);
    assert.notEqual(node.running('kube-apiserver')?.pid, first?.pid);
    assert.equal(node.running('kube-apiserver')?.starts, 2);

    await node.stop('kube-apiserver');
    await sleep(1500);
    assert.equal(node.running('kube-apiserver'), undefined);
    node.start('kube-apiserver');
    await cluster.waitReady([node]);
  });

  test('a replaced manifest starts the server anew, and a path without a volume is not there', async () => {
    const [, , node] = cluster.nodes;
    assert.ok(node !== undefined);
    const text = readFileSync(node.manifest, 'utf8');
    const starts = node.running('kube-apiserver')?.starts ?? 0;
    replace(node, text.replace('    - --allow-privileged=true\n', '$&    - --v=1\n'));
    await until(() => node.running('kube-apiserver')?.starts === starts + 1);
    await cluster.waitReady([node]);
    assert.ok(commandLine(node).includes('--v=1'));

    replace(
      node,
      text.replace('    - --allow-privileged=true\n', `$&    - --encryption-provider-config=${ENCRYPTION_CONFIG}\n`),
    );
    await until(() =>
      /not-mounted\/etc\/kubernetes\/encryption\/config.yaml: no such file/.test(node.log('kube-apiserver')),
    );
    // A copy in the manifests' folder is a second pod of the same name.
    replace(node, text);
    await cluster.waitReady([node]);
    const before = node.running('kube-apiserver')?.starts ?? 0;
    writeFileSync(`${node.manifest}.bak`, text.replace('    - --allow-privileged=true\n', '$&    - --v=3\n'));
    await until(() => (node.running('kube-apiserver')?.starts ?? 0) > before);
    await until(() => commandLine(node).includes('--v=3'));
    rmSync(`${node.manifest}.bak`);
    await until(() => (node.running('kube-apiserver')?.starts ?? 0) > before + 1);
    await cluster.waitReady([node]);
  });

  test('a member is removed, emptied, and joins again with all values', async () => {
    const [first, , third] = cluster.nodes;
    assert.ok(first !== undefined && third !== undefined);
    const client = await cluster.etcdClient(first);
    const member = (await client.members()).find(({ name }) => name === third.name);
    assert.ok(member !== undefined);
    await third.stop('etcd');
    await client.removeMember(member.id);
    rmSync(`${third.etcd.dataDirectory}/member`, { recursive: true });
    await client.addMember([third.etcd.peerUrl]);
    const text = readFileSync(third.etcd.manifest, 'utf8');
    writeFileSync(third.etcd.manifest, text.replace('initial-cluster-state=new', 'initial-cluster-state=existing'));
    third.start('etcd');
    const own = await cluster.etcdClient(third);
    const count = (await client.range('/registry/', { end: '/registry0', countOnly: true })).count;
    await until(async () => {
      try {
        return (
          (await own.range('/registry/', { end: '/registry0', countOnly: true, serializable: true })).count === count
        );
      } catch (error) {
        assert.ok(error instanceof ServerError, String(error));
        return false;
      }
    });
    await cluster.waitReady([third]);
    client.close();
    own.close();
  });
});

test('nothing is left of a cluster whose test process was killed', needsCluster(), async () => {
  const program = `
    import { startCluster } from './test/cluster/cluster.ts';
    const cluster = await startCluster({ servers: 1 });
    const [node] = cluster.nodes;
    console.log(JSON.stringify([cluster.directory, node.running('etcd').pid, node.running('kube-apiserver').pid]));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
    cwd: `${import.meta.dirname}/../..`,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let line = '';
  for await (const said of createInterface(child.stdout)) {
    line = said;
    break;
  }
  const [directory, ...pids]: [string, ...number[]] = JSON.parse(line);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await until(() => pids.every((pid) => !existsSync(`/proc/${pid}`)));
  assert.ok(existsSync(directory));
  const next = await startCluster({ servers: 1 });
  assert.ok(!existsSync(directory), 'the next cluster removes the directory');
  await next.stop();
});

function pidsOf(cluster: TestCluster): readonly number[] {
  const running = cluster.nodes.flatMap((node) => [node.running('etcd'), node.running('kube-apiserver')]);
  return running.flatMap((program) => (program === undefined ? [] : [program.pid]));
}

/** Replaces the manifest in one step, beside the folder first. */
function replace(node: TestNode, text: string): void {
  const beside = `${node.directory}/kube-apiserver.new`;
  writeFileSync(beside, text);
  renameSync(beside, node.manifest);
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + DEADLINE_MS;
  while (!(await holds())) {
    assert.ok(Date.now() < end, 'it does not come');
    await sleep(100);
  }
}

function commandLine(node: TestNode): readonly string[] {
  const pid = node.running('kube-apiserver')?.pid;
  return pid === undefined ? [] : readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
}
