// The whole way to a proof on a real cluster, by the command: from plain text everywhere through rewrite, compaction, defragmentation and the rebuilding of
// every member. At each stage it says what remains, refuses what is too early, and does one thing when it is told to.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { needsCluster } from '../../../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../../../test/cluster/cluster.ts';
import { ENCRYPTION_CONFIG, type TestNode } from '../../../../test/cluster/node.ts';
import { runCommand } from '../../../../test/support/run-command.ts';
import { resultValidator } from '../../../../test/support/schemas.ts';
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import { NAMESPACES, SECRETS } from '../../../kubernetes/api/resource.ts';
import { EtcdClient } from '../../../kubernetes/etcd/client.ts';
import { etcdEndpoint } from '../../../kubernetes/etcd/endpoint.ts';
import { ServerError } from '../../../kubernetes/transport/server-error.ts';
import { rewrite } from '../rewrite/rewrite.ts';
import { carryOut } from './carry-out.ts';
import { lookAtCluster } from './cluster-look.ts';
import type { VerifyResult } from './result.ts';

const KEY = 'aescbc: {keys: [{name: k1, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}]}';
const MARK = 'marked-by-the-test';
const DEADLINE_MS = 60_000;

describe('verify', needsCluster(), () => {
  let cluster: TestCluster;
  let api: ApiClient;
  const isValid = resultValidator('encryption-verify-1');

  before(async () => {
    cluster = await startCluster({ servers: 3, encryption: configuration('identity: {}', KEY) });
    api = await cluster.api();
    await api.create(NAMESPACES, { metadata: { name: 'alpha' } });
    for (let index = 0; index < 20; index += 1) {
      await api.create(SECRETS, secret(`s${index}`));
      if (index % 3 === 0)
        await api.patch(SECRETS, named(`s${index}`), {
          type: 'merge',
          changes: { metadata: { labels: { turn: 'two' } } },
        });
      if (index % 5 === 0) await api.delete(SECRETS, named(`s${index}`));
    }
  });
  after(async () => {
    api?.close();
    await cluster?.stop();
  });

  test('before anything: current, earlier and deleted values, and the logs; rewriting comes first', async () => {
    const { code, result } = await verify();
    assert.equal(code, 1);
    assert.equal(result.verdict, 'plaintext-found');
    assert.deepEqual(
      result.members.map(({ name, isHealthy }) => [name, isHealthy]),
      members().map((name) => [name, true]),
    );
    assert.equal(result.members.filter(({ isLeader }) => isLeader).length, 1);
    for (const { database, log } of result.members) {
      assert.equal(database?.plaintext.current, 16);
      assert.ok((database?.plaintext.old ?? 0) > 0 && (database?.plaintext.deleted ?? 0) > 0);
      assert.ok((log?.plaintext.wal ?? 0) >= 20);
    }
    assert.match(result.next[0]?.command ?? '', /encryption rewrite --yes$/);
    const { action } = (await verify('--compact', '--yes')).result;
    assert.equal(action?.outcome, 'refused');
    assert.match(action?.reason ?? '', /current values in plain text: rewrite/);
  });

  test('after the rewrite: history and logs; compaction, and nothing else, is possible', async () => {
    for (const node of cluster.nodes) writeFileSync(node.path(ENCRYPTION_CONFIG), configuration(KEY, 'identity: {}'));
    await Promise.all(cluster.nodes.map((node) => node.kill('kube-apiserver')));
    await cluster.waitReady();
    const done = await rewrite(api, SECRETS, { perSecond: 1000, settleMs: 10, rehearsal: false });
    assert.deepEqual([done.stopped, done.left], [undefined, []]);
    assert.deepEqual(await remedies(), ['compact', 'rebuild']);
    const leader = await leaderName();
    for (const early of ['--defragment', '--rebuild']) {
      const { code, result } = await verify(early, leader, '--yes');
      assert.deepEqual([code, result.action?.outcome], [1, 'refused']);
      assert.match(result.action?.reason ?? '', /compact first/);
    }
    const asked = await verify('--compact');
    assert.equal(asked.result.action?.outcome, 'possible');
    assert.deepEqual(await remedies(), ['compact', 'rebuild'], 'without --yes nothing is done');
    assert.equal((await verify('--compact', '--yes')).result.action?.outcome, 'done');
  });

  test('after compaction: free pages and logs; defragmentation one by one, the leader last', async () => {
    assert.deepEqual(await remedies(), ['defragment', 'rebuild']);
    assert.equal((await verify('--compact', '--yes')).result.action?.outcome, 'not-needed');
    const leader = await leaderName();
    assert.match(
      (await verify('--defragment', leader, '--yes')).result.action?.reason ?? '',
      /the leader, which comes last/,
    );
    for (const name of leaderLast(leader)) {
      const { result } = await verify('--defragment', name, '--yes');
      assert.deepEqual([result.action?.outcome, result.action?.member], ['done', name], result.action?.reason);
    }
    assert.deepEqual(await remedies(), ['rebuild']);
  });

  test('a snapshot proves nothing of a log, and raft would send its own to a new member until it has cut it', async () => {
    const alone = await verifyWith([]);
    assert.equal(alone.result.verdict, 'not-proven');
    assert.deepEqual(
      alone.result.results.filter(({ verdict }) => verdict !== 'pass').map(({ check, subject }) => [check, subject]),
      members().map((name) => ['etcd-log', name]),
    );
    assert.match(alone.result.next[0]?.command ?? '', /--format facts --output MEMBER\.etcd\.json$/);
    const follower = leaderLast(await leaderName())[0] ?? '';
    const { result } = await verify('--rebuild', follower, '--yes');
    assert.match(result.action?.reason ?? '', /would send all of it, plain text too, to a new member/);
    for (const { etcd } of cluster.nodes) {
      writeFileSync(
        etcd.manifest,
        readFileSync(etcd.manifest, 'utf8').replace('--snapshot-count=10000', '--snapshot-count=50'),
      );
    }
    await until('raft has cut its log on all members', async () => {
      await api.patch(
        NAMESPACES,
        { name: 'alpha' },
        { type: 'merge', changes: { metadata: { labels: { turn: String(performance.now()) } } } },
      );
      return cluster.nodes.every(({ etcd }) =>
        readdirSync(join(etcd.dataDirectory, 'member/snap')).some((name) => name.endsWith('.snap')),
      );
    });
    await cluster.waitReady();
    await healthy();
  });

  test('a member that is down, and files of another time, stop everything', async () => {
    const [first, second] = leaderLast(await leaderName());
    const node = nodeNamed(first ?? '');
    const { endpoints, ...files } = cluster.etcd;
    const open = async (endpoint: string) => new EtcdClient(await etcdEndpoint({ ...files, endpoint }));
    const whole = await lookAtCluster(open, endpoints);
    await node.stop('etcd');
    const { code, result } = await verify('--rebuild', second ?? '', '--yes');
    assert.equal(code, 1);
    assert.match(result.action?.reason ?? '', new RegExp(`^${first} does not answer`));
    // It went down after the step was decided.
    const member = whole.members.find(({ name }) => name === second);
    assert.ok(member !== undefined);
    const { done, trouble } = await carryOut({ kind: 'defragment', member }, whole, { open });
    assert.equal(done, undefined);
    assert.match(trouble ?? '', new RegExp(`^${first} does not answer`));
    node.start('etcd');
    await healthy();
  });

  test('every member is rebuilt, the leader last, and what was seen of the member before does not count for it', async () => {
    const stale = join(cluster.directory, 'stale.json');
    const leader = await leaderName();
    for (const [index, name] of leaderLast(leader).entries()) {
      const node = nodeNamed(name);
      assert.equal((await command(node.etcd.dataDirectory, '--format', 'facts', '--output', stale)).code, 0);
      if (index === 0) {
        const { result } = await verify('--rebuild', leader, '--yes');
        assert.match(result.action?.reason ?? '', /the leader, which comes last/);
      }
      const { result: removed } = await verify('--rebuild', name, '--yes');
      assert.deepEqual([removed.action?.outcome, removed.action?.kind], ['done', 'rebuild'], removed.action?.reason);
      assert.ok(isValid(removed), JSON.stringify(isValid.errors));
      const others = cluster.nodes.filter((one) => one !== node);
      await node.stop('etcd');
      rmSync(join(node.etcd.dataDirectory, 'member'), { recursive: true });
      const rest = ['--rebuild', name, '--yes'];
      const places = others.map(({ etcd }) => etcd.dataDirectory);
      const lost = (await verifyWith(places, ...rest)).result.action;
      assert.match(lost?.reason ?? '', /say with --peer-url where it was/);
      const addArgs = [...rest, '--peer-url', node.etcd.peerUrl];
      const added = (await verifyWith(places, ...addArgs)).result.action;
      assert.equal(added?.outcome, 'done', added?.reason);
      // Killed here and run again: it says the same commands.
      const again = (await verifyWith(places, ...addArgs)).result.action;
      assert.equal(again?.outcome, 'waiting');
      assert.deepEqual(again?.commands, added?.commands);
      const [members = '', state = ''] = added?.commands.map(({ command: line }) => line) ?? [];
      const manifest = readFileSync(node.etcd.manifest, 'utf8');
      writeFileSync(
        node.etcd.manifest,
        manifest.replace(/--initial-cluster=\S+/, members).replace(/--initial-cluster-state=\S+/, state),
      );
      node.start('etcd');
      await healthy();
      await cluster.waitReady();
      const all = cluster.nodes.map((one) => (one === node ? stale : one.etcd.dataDirectory));
      const withStale = (await verifyWith(all)).result;
      assert.match(JSON.stringify(withStale.notExamined), /the cluster does not have this member/);
      const row = withStale.results.find(({ check, subject }) => check === 'etcd-log' && subject === name);
      assert.equal(row?.verdict, 'no-evidence');
    }
  });

  test('then it is a proof, of all three with their logs; the bytes say so, too', async () => {
    const { code, result } = await verify();
    assert.deepEqual(result.remains, []);
    assert.deepEqual(
      result.results.filter(({ verdict }) => verdict !== 'pass'),
      [],
    );
    assert.deepEqual([code, result.verdict], [0, 'proof']);
    for (const { etcd } of cluster.nodes) {
      for (const file of readdirSync(etcd.dataDirectory, { recursive: true, withFileTypes: true })) {
        if (file.isFile()) assert.ok(!readFileSync(join(file.parentPath, file.name)).includes(MARK), file.name);
      }
    }
    for (const name of members()) {
      assert.equal((await verify('--rebuild', name, '--yes')).result.action?.outcome, 'not-needed');
    }
  });

  test('status asks the members themselves, and is settled; with one that does not answer nothing counts as absent', async () => {
    const { ca, certificate, key } = cluster.etcd;
    const planes = cluster.nodes.map((node) => `${node.name}=${node.directory}`);
    const access = ['--endpoint', ...cluster.etcd.endpoints, '--cacert', ca, '--cert', certificate, '--key', key];
    const ask = async () =>
      runCommand(
        ['encryption', 'status', ...planes, '--kubeconfig', cluster.kubeconfig, ...access, '--format', 'json'],
        {
          folder: cluster.directory,
          now: new Date().toISOString(),
        },
      );
    const { stdout, stderr } = await ask();
    const status = JSON.parse(stdout);
    assert.deepEqual(
      status.data.map(({ transformer }: { transformer: string }) => transformer.replace(/#.*/, '')),
      ['aescbc:k1'],
      stderr,
    );
    assert.deepEqual(status.faults, []);
    const node = nodeNamed(leaderLast(await leaderName())[0] ?? '');
    await node.stop('etcd');
    assert.match((await ask()).stdout, /data-not-current/);
    node.start('etcd');
    await healthy();
  });

  test('a backup in plain text is found, and no member counts for it', async () => {
    const folder = join(cluster.directory, 'backups');
    mkdirSync(folder);
    writeFileSync(join(folder, 'notes.txt'), 'kept');
    const { result } = await verify('--backup', folder);
    assert.equal(result.verdict, 'not-proven');
    assert.match(JSON.stringify(result.backups), /no file of etcd/);
  });

  /** The command's JSON over all members' files, or those that are named. */
  async function verifyWith(
    places: readonly string[],
    ...args: readonly string[]
  ): Promise<{ readonly code: number; readonly result: VerifyResult }> {
    const { ca, certificate, key } = cluster.etcd;
    const access = ['--endpoint', ...cluster.etcd.endpoints, '--cacert', ca, '--cert', certificate, '--key', key];
    const { code, stdout, stderr } = await command(...places, ...access, '--format', 'json', ...args);
    assert.notEqual(stdout, '', stderr);
    const result: VerifyResult = JSON.parse(stdout);
    assert.ok(isValid(result), JSON.stringify(isValid.errors));
    assert.ok(!stdout.includes(MARK));
    return { code, result };
  }

  function verify(...args: readonly string[]) {
    return verifyWith(
      cluster.nodes.map(({ etcd }) => etcd.dataDirectory),
      ...args,
    );
  }

  function command(...args: readonly string[]) {
    return runCommand(['encryption', 'verify', ...args], { folder: cluster.directory });
  }

  async function remedies(): Promise<readonly string[]> {
    return [...new Set((await verify()).result.remains.map(({ remedy }) => remedy))];
  }

  async function leaderName(): Promise<string> {
    return (await verifyWith([])).result.members.find(({ isLeader }) => isLeader)?.name ?? '';
  }

  function members(): readonly string[] {
    return cluster.nodes.map(({ name }) => name);
  }

  function leaderLast(leader: string): readonly string[] {
    return [...members().filter((name) => name !== leader), leader];
  }

  function nodeNamed(name: string): TestNode {
    const node = cluster.nodes.find((one) => one.name === name);
    assert.ok(node);
    return node;
  }

  async function healthy(): Promise<void> {
    await until('all members are healthy', async () => {
      const states = await Promise.all(
        cluster.nodes.map(async (node) => {
          const client = await cluster.etcdClient(node);
          const isHealthy = await client.isHealthy();
          client.close();
          return isHealthy;
        }),
      );
      return states.every((state) => state);
    });
  }
});

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    const now = await isSo().catch((error: unknown) => {
      if (error instanceof ServerError) return false;
      throw error;
    });
    if (now) return;
    assert.ok(performance.now() < end, `not in time: ${what}`);
    await sleep(50);
  }
}

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

function named(name: string): { readonly namespace: string; readonly name: string } {
  return { namespace: 'alpha', name };
}

function secret(name: string): {
  readonly metadata: ReturnType<typeof named>;
  readonly data: { readonly value: string };
} {
  return { metadata: named(name), data: { value: Buffer.from(`${MARK} ${name}`).toString('base64') } };
}
