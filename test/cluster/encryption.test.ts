// Encryption at rest from end to end on three servers, each change with the program's own commands, while clients read and write through all of them:
// enable, rotate, another provider, disable. No read fails and no acknowledged write is lost. In between somebody breaks it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { ApiClient } from '../../src/kubernetes/api/client.ts';
import { SECRETS } from '../../src/kubernetes/api/resource.ts';
import { needsCluster } from './assets.ts';
import { startCluster, type TestCluster } from './cluster.ts';
import { ENCRYPTION_CONFIG, type TestNode } from './node.ts';
import { type CarriedKey, type Followed, type KillPoint, Operator, QUIET_NAMESPACE } from './operator.ts';
import { startAnew } from './start-anew.ts';
import { inTraffic, type Traffic } from './traffic.ts';

/** Long enough for a server that could become ready. */
const NOT_READY_MS = 12_000;
const PHASES = ['readable', 'write', 'rewrite', 'forget', 'retire'];

describe('encryption at rest on three servers', needsCluster('1.20'), () => {
  let cluster: TestCluster;
  let operator: Operator;
  let api: ApiClient;
  before(async () => {
    cluster = await startCluster();
    operator = await Operator.begin(cluster);
    api = await cluster.api();
  });
  after(async () => {
    api?.close();
    await cluster?.stop();
  });

  function phasesOf(steps: Followed['steps']): readonly string[] {
    return steps.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1]);
  }

  let first: CarriedKey;
  let second: CarriedKey;
  test('enable', async () => {
    first = await operator.newKey('aescbc');
    await inTraffic(cluster, async (traffic) => {
      const { steps } = await operator.reach({ kind: 'enable', key: first }, { traffic });
      assert.deepEqual(phasesOf(steps), PHASES);
    });
    // No value that etcd can reach is in plain text any more; its logs keep what was.
    const { verdict, results } = await operator.verify();
    const logs = results.filter(({ check }) => check === 'etcd-log').map(({ verdict: of }) => of);
    assert.deepEqual([verdict, logs], ['plaintext-found', ['fail', 'fail', 'fail']]);
  });

  /** Somebody gives one server another configuration, and starts it with that. It never becomes ready. */
  async function spoil(node: TestNode, change: (text: string) => string, traffic: Traffic): Promise<void> {
    const file = node.path(ENCRYPTION_CONFIG);
    const right = readFileSync(file, 'utf8');
    const wrong = change(right);
    assert.notEqual(wrong, right);
    traffic.away(node, true);
    writeFileSync(file, wrong);
    await startAnew(node);
    await assert.rejects(cluster.waitReady([node], NOT_READY_MS), /is not ready/, 'it cannot list Secrets');
  }

  function randomSecret(): string {
    return randomBytes(32).toString('base64');
  }

  test('rotate: half done it is named and goes back; with a key of its own on one server it is named, repaired, and goes on', async () => {
    const node = at(2);
    second = await operator.newKey('aescbc');
    await inTraffic(cluster, async (traffic) => {
      const half = await operator.follow({ kind: 'rotate', key: second }, { traffic, most: 4 });
      assert.deepEqual(phasesOf(half.steps), ['readable', 'write']);
      // The one server that writes with the new key.
      await api.create(SECRETS, { metadata: { namespace: QUIET_NAMESPACE, name: 'written-half-way' } });
      const { code, faults: halfDone, settled } = await operator.status();
      assert.deepEqual([code, settled, halfDone[0]?.id], [1, 'no', 'different-writers'], JSON.stringify(halfDone));
      const { steps: back } = await operator.follow({ kind: 'rotate', key: first }, { traffic, most: 1 });
      const [step] = back;
      assert.deepEqual(step?.kind === 'apply' && [step.phase, step.transformers], ['write', [first.id, second.id]]);

      await spoil(
        node,
        (text) => text.replace(/keys:.*$/s, `keys: [{ name: stray, secret: ${randomSecret()} }]\n`),
        traffic,
      );
      const faults = await operator.faults();
      for (const id of ['values-unreadable', 'writes-unreadable', 'server-not-ready'] as const) {
        assert.ok(
          faults.some((fault) => fault.id === id && fault.server === node.name),
          JSON.stringify(faults),
        );
      }
      const { steps } = await operator.reach({ kind: 'rotate', key: second }, { traffic });
      assert.deepEqual(phasesOf(steps), ['repair', 'write', 'rewrite', 'forget', 'retire']);
      assert.ok(steps[0]?.kind === 'apply' && steps[0].server === node.name);
    });
  });

  test('another key under the same name on one server is named, what it wrote is kept, and the provider changes', async () => {
    const node = at(1);
    const third = await operator.newKey('secretbox');
    const written = { namespace: QUIET_NAMESPACE, name: 'written-meanwhile' };
    const data = { turn: Buffer.from('7').toString('base64') };
    await inTraffic(cluster, async (traffic) => {
      await spoil(node, (text) => text.replace(/secret: .*/, `secret: ${randomSecret()}`), traffic);
      // It still takes writes, with its own key, and the others cannot read them.
      const wrong = await cluster.api(node);
      await wrong.create(SECRETS, { metadata: written, data });
      wrong.close();
      await assert.rejects(api.get(SECRETS, written));
      const faults = await operator.faults();
      assert.ok(
        faults.some(({ id }) => id === 'same-name-other-key'),
        JSON.stringify(faults),
      );
      assert.ok(
        faults.some(({ id, server }) => id === 'values-unreadable' && server === node.name),
        JSON.stringify(faults),
      );
      const { steps } = await operator.reach({ kind: 'provider', key: third }, { traffic });
      assert.deepEqual(steps[0]?.kind === 'apply' && [steps[0].phase, steps[0].server], ['repair', node.name]);
    });
    for (const other of cluster.nodes) {
      const client = await cluster.api(other);
      assert.deepEqual((await client.get(SECRETS, written))['data'], data);
      client.close();
    }
  });

  test('disable, killed in the middle of some steps: each time it is named, and goes on', async () => {
    const points = new Map<number, KillPoint>([
      [0, 'configuration'],
      [3, 'began'],
      [6, 'manifest'],
    ]);
    const killed: number[] = [];
    let isRewriteKilled = false;
    await inTraffic(cluster, async (traffic) => {
      const { steps, faults } = await operator.reach(
        { kind: 'disable' },
        {
          traffic,
          killAt: ({ kind }, index) => {
            const point = kind === 'rewrite' && !isRewriteKilled ? 'began' : points.get(index);
            isRewriteKilled ||= kind === 'rewrite';
            if (point !== undefined) killed.push(index);
            return point;
          },
        },
      );
      assert.equal(killed.length, points.size + 1);
      for (const index of killed) assert.notDeepEqual(faults[index + 1], [], JSON.stringify(steps[index]));
      assert.equal(steps.filter(({ kind }) => kind === 'rewrite').length, 2);
    });
  });

  function at(index: number): TestNode {
    const node = cluster.nodes[index];
    assert.ok(node !== undefined);
    return node;
  }
});
