// Every change of encryption at rest given up after each of its steps and taken back, and every step of each killed at every moment and taken up again,
// while clients read and write through three servers. Takes an hour and more.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { needsCluster } from './assets.ts';
import { startCluster, type TestCluster } from './cluster.ts';
import { type CarriedKey, KILL_POINTS, Operator, type OperatorGoal } from './operator.ts';
import { inTraffic } from './traffic.ts';

describe('encryption at rest, interrupted everywhere', needsCluster('1.20'), () => {
  let cluster: TestCluster;
  let operator: Operator;
  const keys: CarriedKey[] = [];
  before(async () => {
    cluster = await startCluster();
    operator = await Operator.begin(cluster);
    for (const provider of ['aescbc', 'aescbc', 'secretbox'] as const) keys.push(await operator.newKey(provider));
  });
  after(async () => {
    await cluster?.stop();
  });

  /** Each begins where the one before it ended. */
  const changes: readonly { readonly there: () => OperatorGoal; readonly back: () => OperatorGoal }[] = [
    { there: () => goal('enable', 0), back: () => goal('disable') },
    { there: () => goal('rotate', 1), back: () => goal('rotate', 0) },
    { there: () => goal('provider', 2), back: () => goal('provider', 1) },
    { there: () => goal('disable'), back: () => goal('enable', 2) },
  ];

  function goal(kind: OperatorGoal['kind'], index?: number): OperatorGoal {
    const key = index === undefined ? undefined : keys[index];
    return { kind, ...(key === undefined ? {} : { key }) };
  }

  for (const [index, { there, back }] of changes.entries()) {
    const { kind } = there();

    test(`${index + 1} ${kind}: given up after each of its steps, and taken back`, async () => {
      await inTraffic(cluster, async (traffic) => {
        for (let most = 1; ; most += 1) {
          const { end, faults } = await operator.follow(there(), { traffic, most });
          if (end !== undefined) {
            assert.equal(end.kind, 'done');
            break;
          }
          assert.notDeepEqual(faults.at(-1), [], `after ${most} steps`);
          await operator.reach(back(), { traffic });
        }
        await operator.reach(back(), { traffic });
      });
    });

    for (const point of KILL_POINTS) {
      test(`${index + 1} ${kind}: every step killed at its moment: ${point}`, async () => {
        await inTraffic(cluster, async (traffic) => {
          const seen = new Set<string>();
          await operator.reach(there(), {
            traffic,
            killAt: (step) => {
              const id = JSON.stringify([step.kind, step.phase, 'server' in step && step.server]);
              const isNew = !seen.has(id);
              seen.add(id);
              return isNew ? point : undefined;
            },
          });
          if (point !== KILL_POINTS.at(-1)) await operator.reach(back(), { traffic });
        });
      });
    }
  }
});
