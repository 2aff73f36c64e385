// Claims on a real API server: with its defaults, its own spelling of quantities, its dry runs and its refusals.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { needsCluster } from '../../../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../../../test/cluster/cluster.ts';
import { MemoryJournal } from '../../../../test/support/memory-journal.ts';
import { Killed } from '../../../../test/support/memory-objects.ts';
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import { ServerError } from '../../../kubernetes/transport/server-error.ts';
import { canonicalJson, digestOf } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { parsePath } from '../field/path.ts';
import { stableForm } from '../field/stable-form.ts';
import type { ApplyEvent } from '../ledger/entry.ts';
import { ledgerState } from '../ledger/state.ts';
import { parseTarget } from '../step/target.ts';
import { apiDriver } from './api-driver.ts';
import { applyMitigation, type ObjectEdits } from './apply.ts';
import { backOutMitigation } from './backout.ts';
import type { ObjectDriver } from './driver.ts';

const WEB = 'apps/v1 deployments default/web';
const SETTINGS = 'v1 configmaps default/settings';
const FRESH = 'networking.k8s.io/v1 networkpolicies default/fresh';
const TARGETS = [WEB, SETTINGS, FRESH];
const CONTAINER = '/spec/template/spec/containers/[name=c]';

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'c',
            image: 'c:1',
            env: [
              { name: 'MODE', value: 'prod' },
              { name: 'LEVEL', value: '1' },
            ],
          },
          { name: 'sidecar', image: 's:1' },
        ],
      },
    },
  },
};
const POLICY = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'fresh', namespace: 'default' },
  spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] },
};

/** Places that bundles fight about, with values that the server keeps, completes or spells anew. */
const EDITS: readonly (readonly [target: string, path: string, values: readonly unknown[]])[] = [
  [WEB, `${CONTAINER}/env/[name=MODE]`, [{ name: 'MODE', value: 'safe' }, undefined]],
  [WEB, `${CONTAINER}/env/[name=MODE]/value`, ['x', 'y']],
  [
    WEB,
    `${CONTAINER}/env/[name=LOG4J_FORMAT_MSG_NO_LOOKUPS]`,
    [{ name: 'LOG4J_FORMAT_MSG_NO_LOOKUPS', value: 'true' }],
  ],
  [WEB, `${CONTAINER}/env`, [[{ name: 'ONLY', value: '1' }], undefined]],
  [WEB, `${CONTAINER}/resources/limits/cpu`, ['1000m', '2']],
  [WEB, `${CONTAINER}/securityContext/allowPrivilegeEscalation`, [false, true]],
  [WEB, `${CONTAINER}/securityContext`, [{ privileged: false }]],
  [WEB, '/spec/template/spec/containers/[name=sidecar]', [undefined]],
  [WEB, '/spec/template/spec/containers/[name=more]', [{ name: 'more', image: 'm:1', ports: [{ containerPort: 1 }] }]],
  [WEB, '/spec/template/spec/securityContext/seccompProfile', [{ type: 'RuntimeDefault' }]],
  [WEB, '/spec/replicas', [2, 3]],
  [WEB, '/metadata/annotations/a~1b', ['1', '2']],
  [SETTINGS, '/data/key', ['1', '2', undefined]],
  [SETTINGS, '/data', [{ other: '1' }, undefined]],
  [FRESH, '', [POLICY]],
  [FRESH, '/spec/policyTypes', [['Ingress']]],
];

const edit = fc
  .constantFrom(...EDITS)
  .chain(([target, path, values]) => fc.constantFrom(...values).map((value) => ({ target, path, value })));
const story = fc.record({
  bundles: fc.array(fc.array(edit, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 3 }),
  kills: fc.array(fc.nat(12), { maxLength: 3 }),
  order: fc.shuffledSubarray([0, 1, 2], { minLength: 3, maxLength: 3 }),
});

/** One takes the last member of a map that the other set: the server leaves the map out. */
const EMPTIED = {
  bundles: [
    [{ target: SETTINGS, path: '/data', value: { other: '1' } }],
    [{ target: SETTINGS, path: '/data/key', value: undefined }],
  ],
  kills: [],
  order: [2, 0, 1],
};

function objectsOf(list: readonly { target: string; path: string; value: unknown }[]): readonly ObjectEdits[] {
  return [...Map.groupBy(list, ({ target }) => target)].map(([target, all]) => ({
    target,
    edits: [...new Map(all.map(({ path, value }) => [path, value]))].map(([path, value]) => ({
      path: parsePath(path),
      value,
    })),
  }));
}

function event(mitigation: string): ApplyEvent {
  const rest = { title: mitigation, cves: [], expires: '2023-01-01', nodes: [], supersedes: [] } as const;
  return { event: 'apply', mitigation, version: 1, bundle: digestOf(mitigation), phase: 'enforce', ...rest };
}

describe('on a real API server', needsCluster(), () => {
  let cluster: TestCluster;
  let api: ApiClient;
  before(async () => {
    cluster = await startCluster({ servers: 1 });
    api = await cluster.api();
    await reset();
  });
  after(async () => {
    api.close();
    await cluster.stop();
  });

  /** The objects as they are before each story. */
  async function reset(): Promise<void> {
    for (const target of TARGETS) {
      const { resource, name } = parseTarget(target);
      if ((await api.find(resource, name)) !== undefined) await api.delete(resource, name);
    }
    await api.create(parseTarget(WEB).resource, DEPLOYMENT);
    const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' } };
    await api.create(parseTarget(SETTINGS).resource, { ...settings, data: { key: '0' } });
  }

  async function all(): Promise<string> {
    const objects: unknown[] = [];
    for (const target of TARGETS) {
      const { resource, name } = parseTarget(target);
      objects.push(stableForm(await api.find(resource, name)) ?? 'none');
    }
    return canonicalJson(objects);
  }

  test('law: overlapping bundles, in any order with kills anywhere, leave every object as it was', async () => {
    const first = await all();
    let [changed, killed, refused] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(story, async ({ bundles, kills, order }) => {
        await reset();
        const journal = new MemoryJournal();
        const real = apiDriver(api);
        const left = [...kills];
        let steps = 0;
        const step = (): void => {
          steps += 1;
          if (steps !== left[0]) return;
          left.shift();
          steps = 0;
          killed += 1;
          throw new Killed();
        };
        journal.beforeAppend = step;
        journal.afterAppend = step;
        const driver: ObjectDriver = {
          ...real,
          write: async (...args) => {
            step();
            const outcome = await real.write(...args);
            step();
            return outcome;
          },
        };
        const insist = async (action: () => Promise<unknown>): Promise<void> => {
          for (;;) {
            try {
              await action();
              return;
            } catch (error) {
              if (error instanceof Killed) continue;
              // What the server refuses (a name that is not allowed, a policy without its parts) or has no place is no claim.
              const isRefused = error instanceof ServerError && error.kind === 'invalid';
              if (isRefused || (error instanceof PlimsollError && error.code === 'unsupported')) {
                refused += 1;
                return;
              }
              throw error;
            }
          }
        };
        for (const [at, list] of bundles.entries()) {
          const application = {
            apply: event(`m${at}`),
            objects: objectsOf(list),
            more: false,
            onDifference: 'ask',
          } as const;
          await insist(() => applyMitigation({ journal, driver }, application));
        }
        if ((await all()) !== first) changed += 1;
        const out = { reason: 'test', onDifference: 'ask', more: false } as const;
        for (const at of order) {
          if (at < bundles.length)
            await insist(() => backOutMitigation({ journal, driver }, { mitigation: `m${at}`, ...out }));
        }
        assert.equal(await all(), first);
        assert.deepEqual([...ledgerState(journal.entries).active.keys()], []);
      }),
      { numRuns: 40, examples: [[EMPTIED]] },
    );
    assert.ok(changed > 20 && killed > 5 && refused < 40, `${changed} changed, ${killed} killed, ${refused} refused`);
  });

  test('an object that another changes at the same time is reckoned anew', async () => {
    const first = await all();
    const journal = new MemoryJournal();
    const real = apiDriver(api);
    let meddled = 0;
    const driver: ObjectDriver = {
      ...real,
      rehearse: async (target, live, next) => {
        if (meddled === 0) {
          meddled += 1;
          const { resource, name } = parseTarget(WEB);
          const value = [{ name: 'FIRST', value: '1' }];
          const path = '/spec/template/spec/containers/0/env';
          await api.patch(resource, name, {
            type: 'json',
            operations: [{ op: 'add', path: `${path}/0`, value: value[0] }],
          });
        }
        return real.rehearse(target, live, next);
      },
    };
    const objects = objectsOf([{ target: WEB, path: `${CONTAINER}/env/[name=LEVEL]/value`, value: '2' }]);
    const [result] = await applyMitigation(
      { journal, driver },
      { apply: event('m'), objects, more: false, onDifference: 'ask' },
    );
    assert.equal(result?.outcome.outcome, 'done');
    await backOutMitigation({ journal, driver }, { mitigation: 'm', reason: 'test', onDifference: 'ask', more: false });
    const { resource, name } = parseTarget(WEB);
    await api.patch(resource, name, {
      type: 'json',
      operations: [{ op: 'remove', path: '/spec/template/spec/containers/0/env/0' }],
    });
    assert.equal(await all(), first);
  });

  test('a server that dies before a change, or after it and before anybody knows, leaves what can be gone on with', async () => {
    const [node] = cluster.nodes;
    assert.ok(node !== undefined);
    for (const when of ['before', 'after'] as const) {
      await reset();
      const first = await all();
      const journal = new MemoryJournal();
      const real = apiDriver(api);
      let killed = false;
      const driver: ObjectDriver = {
        ...real,
        write: async (...args) => {
          if (killed) return real.write(...args);
          killed = true;
          const written = when === 'after' ? await real.write(...args) : undefined;
          await node.kill('kube-apiserver');
          if (written === undefined) return real.write(...args);
          throw new ServerError('broken', 'the connection ended within the answer', { outcomeUnknown: true });
        },
      };
      const objects = objectsOf([
        { target: SETTINGS, path: '/data/key', value: '1' },
        { target: WEB, path: `${CONTAINER}/env/[name=LEVEL]/value`, value: '2' },
      ]);
      const application = { apply: event('m'), objects, more: false, onDifference: 'ask' } as const;
      await assert.rejects(applyMitigation({ journal, driver }, application), ServerError);
      assert.equal(ledgerState(journal.entries).pending.length, 1, 'what may have been changed is known');
      await cluster.waitReady();
      const results = await applyMitigation({ journal, driver }, application);
      assert.deepEqual(
        [...new Set(results.map(({ outcome }) => outcome.outcome))].sort(),
        when === 'after' ? ['done', 'nothing-to-do'] : ['done'],
      );
      await backOutMitigation(
        { journal, driver },
        { mitigation: 'm', reason: 'test', onDifference: 'ask', more: false },
      );
      assert.equal(await all(), first);
    }
  });
});
