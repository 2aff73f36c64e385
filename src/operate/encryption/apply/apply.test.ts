// Steps on a pretended node: killed after any act and run again, with a server that does not come back, with others that write the same files.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type PretendNode, pretendNode } from '../../../../test/support/pretend-node.ts';
import { canonicalJson, digestOf } from '../../../platform/canonical.ts';
import type { Provider } from '../configuration/configuration.ts';
import { parseConfiguration } from '../configuration/read.ts';
import { generateKey } from '../key/generate.ts';
import { planNext } from '../plan/next-step.ts';
import type { ReadPlan } from '../plan/plan-file.ts';
import { type EncryptionState, neededOf } from '../plan/state.ts';
import type { Goal } from '../plan/step.ts';
import { type TransformerId, transformerId } from '../plan/transformer-id.ts';
import { serverStateOf } from '../status/control-plane.ts';
import { type Application, applyNext } from './apply.ts';
import { withNodeLock } from './node-lock.ts';
import { LAYOUTS, lookAtSite, type NodeSite } from './node-site.ts';
import { parseRecord } from './record.ts';
import { ACTS, type Act } from './run.ts';

const STATE = '/var/lib/plimsoll/encryption';
const { manifest: MANIFEST, configuration: CONFIGURATION } = LAYOUTS.kubeadm;

const nodes: PretendNode[] = [];
after(() => {
  for (const node of nodes) node.close();
});

interface Bench {
  readonly node: PretendNode;
  readonly site: NodeSite;
  readonly providers: Provider[];
}

async function bench(): Promise<Bench> {
  const node = await pretendNode();
  nodes.push(node);
  const { manifest, configuration } = LAYOUTS.kubeadm;
  const site: NodeSite = {
    node: 'm1',
    root: node.root,
    paths: { manifest, configuration, state: STATE },
    resource: 'secrets',
    client: node.client,
    peers: [],
    stored: node.stored,
    now: () => new Date(),
    sleep: async () => void (await sleep(3)),
  };
  return { node, site, providers: [] };
}

/** The same few for all tests: a fingerprint takes a while. */
const KEYS = ['a', 'b', 'c'].map((name) => generateKey('secretbox', randomBytes, name));

function newKey({ providers }: Bench): TransformerId {
  const key = KEYS[providers.length];
  assert.ok(key);
  providers.push({ kind: 'secretbox', keys: [key] });
  return transformerId({ provider: 'secretbox', key });
}

/** Plans from what the node shows now. @param held what the data holds; what the server writes unless given */
async function plan({ site, providers }: Bench, goal: Goal, held?: TransformerId): Promise<ReadPlan> {
  const server = serverStateOf(await lookAtSite(site));
  const list = server.running.state === 'loaded' ? server.running.transformers : [];
  const [writer = 'identity'] = list;
  const transformer = held ?? writer;
  const state: EncryptionState = {
    servers: [server],
    data: {
      observedAt: new Date(Date.now() + 1000).toISOString(),
      values: [{ holder: 'm1', transformer, current: 1, old: 0, deleted: 0 }],
      unread: [],
    },
    backups: [],
    atHand: providers.flatMap((provider) =>
      'keys' in provider ? provider.keys.map((key) => transformerId({ provider: provider.kind, key })) : [],
    ),
    escrowed: [],
  };
  const step = planNext(state, goal);
  assert.ok(step.kind !== 'done' && step.kind !== 'refused', JSON.stringify(step));
  const address = (await lookAtSite(site)).manifest?.address;
  const servers = [{ ...server, ...(address === undefined ? {} : { address }) }];
  const body = { resource: 'secrets', goal, servers, needed: neededOf(state), steps: [step] };
  return { ...body, digest: digestOf(canonicalJson(body)) };
}

function take(
  { site, providers }: Bench,
  read: ReadPlan,
  onAct: (act: Act) => void = () => undefined,
  timeoutMs = 2000,
): Promise<Application> {
  const nonce = randomBytes(16).toString('hex');
  return applyNext({ plan: read, site, known: providers, dryRun: false, timeoutMs, nonce, onAct });
}

class Killed extends Error {}

/** Throws after the act, as a kill would end the run there: nothing of it may catch this. */
function killAfter(act: Act): (done: Act) => void {
  return (done) => {
    if (done === act) throw new Killed(act);
  };
}

function read({ node }: Bench, path: string): string | undefined {
  return existsSync(node.path(path)) ? readFileSync(node.path(path), 'utf8') : undefined;
}

async function list({ site }: Bench): Promise<readonly TransformerId[]> {
  const { running } = serverStateOf(await lookAtSite(site));
  return running.state === 'loaded' ? running.transformers : [];
}

/** Both steps that give a server its key: it reads with it, then writes. */
async function enabled(own: Bench, target: TransformerId): Promise<void> {
  for (const _step of ['readable', 'write']) {
    const { outcome, reason } = await take(own, await plan(own, { kind: 'enable', target }));
    assert.equal(outcome, 'applied', reason);
  }
}

/** Plans and takes steps until the server has the key in its list: a repair may come first. */
async function until(own: Bench, goal: Goal): Promise<void> {
  for (let left = 3; !(await list(own)).includes(goal.target); left -= 1) {
    assert.ok(left > 0);
    const { outcome, resumed, reason } = await take(own, await plan(own, goal));
    assert.deepEqual([outcome, resumed], ['applied', false], reason);
  }
}

for (const act of ACTS.forward) {
  test(`killed after ${act}: files are whole, and the same plan is finished`, async () => {
    const own = await bench();
    const target = newKey(own);
    const made = await plan(own, { kind: 'enable', target });
    const before = read(own, MANIFEST);
    await assert.rejects(take(own, made, killAfter(act)), Killed);
    parseConfiguration(read(own, CONFIGURATION) ?? '', 'c');
    const isDone = act === 'end' || act === 'let-go';
    const again = await take(own, made);
    if (isDone) {
      // What is done is done: the plan no longer fits.
      assert.deepEqual([again.outcome, again.resumed], ['refused', false]);
      assert.match(again.reason, /plan again/);
    } else {
      assert.deepEqual([again.outcome, again.resumed], ['applied', act !== 'keep-previous'], again.reason);
    }
    assert.deepEqual(await list(own), ['identity', target]);
    assert.notEqual(read(own, MANIFEST), before);
    const next = await plan(own, { kind: 'enable', target });
    assert.equal((await take(own, next)).outcome, 'applied');
    assert.deepEqual(readdirSync(own.node.path(STATE)).sort(), ['kept', 'lock', 'record.jsonl']);
  });
}

for (const act of ACTS.back) {
  test(`a server that does not come back, killed after ${act}: it has what it had`, async () => {
    const own = await bench();
    const first = newKey(own);
    await enabled(own, first);
    const [manifest, configuration] = [read(own, MANIFEST), read(own, CONFIGURATION)];
    const target = newKey(own);
    own.node.refused.add([first, 'identity', target].join(' '));
    const made = await plan(own, { kind: 'rotate', target });
    await assert.rejects(take(own, made, killAfter(act), 50), Killed);
    const again = await take(own, made);
    if (act !== 'end' && act !== 'let-go') assert.equal(again.outcome, 'went-back', again.reason);
    assert.deepEqual([read(own, MANIFEST), read(own, CONFIGURATION)], [manifest, configuration]);
    assert.deepEqual(await list(own), [first, 'identity']);
  });
}

test('going back is in the result and in the record', async () => {
  const own = await bench();
  const target = newKey(own);
  own.node.refused.add(['identity', target].join(' '));
  const { outcome, reason, checks } = await take(own, await plan(own, { kind: 'enable', target }), undefined, 50);
  assert.equal(outcome, 'went-back', reason);
  assert.deepEqual(
    checks.filter(({ when }) => when === 'after').map((check) => [check.check, check.outcome]),
    [
      ['server-ready', 'failed'],
      ['server-ready', 'passed'],
    ],
  );
  const record = parseRecord(read(own, `${STATE}/record.jsonl`) ?? '', 'r').map(({ event }) => event);
  assert.deepEqual(record, ['began', 'configuration-written', 'manifest-written', 'going-back', 'ended']);
});

test('a new plan overtakes a run that was killed, and finishes', async () => {
  const own = await bench();
  const target = newKey(own);
  await assert.rejects(
    take(own, await plan(own, { kind: 'enable', target }), killAfter('write-configuration')),
    Killed,
  );
  // Another goal, as an operator may have after what went wrong.
  const other = newKey(own);
  await until(own, { kind: 'enable', target: other });
  assert.ok((read(own, `${STATE}/record.jsonl`) ?? '').includes('"superseded"'));
  assert.deepEqual(await list(own), ['identity', target, other], 'nobody knows whether the first key is needed');
  assert.deepEqual(readdirSync(own.node.path(STATE)).sort(), ['kept', 'lock', 'record.jsonl']);
});

for (const [what, act] of [
  [CONFIGURATION, 'begin'],
  [MANIFEST, 'write-configuration'],
  [MANIFEST, 'write-manifest'],
] as const) {
  test(`${what} is replaced by another tool after ${act}: its file stays, and the run says so`, async () => {
    const own = await bench();
    const target = newKey(own);
    const made = await plan(own, { kind: 'enable', target });
    const theirs = `# of another tool\n${read(own, MANIFEST) ?? ''}`;
    const meddle = (done: Act): void => {
      if (done !== act) return;
      writeFileSync(own.node.path(what), theirs);
    };
    const { outcome, reason } = await take(own, made, meddle);
    assert.equal(outcome, 'interfered');
    assert.match(reason, /was changed by another/);
    assert.equal(read(own, what), theirs);
  });
}

test('a configuration with a syntax error is mended by the plan; what it had is kept', async () => {
  const own = await bench();
  const target = newKey(own);
  await enabled(own, target);
  const broken = `${read(own, CONFIGURATION) ?? ''}  - [`;
  writeFileSync(own.node.path(CONFIGURATION), broken);
  const unaware = await take(own, await plan(own, { kind: 'enable', target }));
  assert.equal(unaware.outcome, 'refused', 'a plan that does not know what the process writes');
  assert.match(unaware.reason, /m1 writes with something else than identity/);
  const made = await plan(own, { kind: 'enable', target }, target);
  assert.equal(made.steps[0]?.phase, 'repair');
  const { outcome, reason, remark, kept } = await take(own, made);
  assert.equal(outcome, 'applied', reason);
  assert.match(remark ?? '', /does not come along/);
  assert.equal(readFileSync(kept ?? '', 'utf8'), broken);
  assert.equal((await list(own))[0], target);
});

test('a folder that others can write in is no place for keys, and nothing is changed', async () => {
  const own = await bench();
  const made = await plan(own, { kind: 'enable', target: newKey(own) });
  const before = [read(own, MANIFEST), read(own, CONFIGURATION)];
  chmodSync(dirname(own.node.path(CONFIGURATION)), 0o777);
  await assert.rejects(take(own, made), { code: 'usage', message: /chmod 0700/ });
  assert.deepEqual([read(own, MANIFEST), read(own, CONFIGURATION)], before);
});

test('a link in the place of the configuration is replaced, and what it led to stays', async () => {
  const own = await bench();
  const target = newKey(own);
  await enabled(own, target);
  const path = own.node.path(CONFIGURATION);
  const named = `${dirname(path)}/0123.yaml`;
  renameSync(path, named);
  symlinkSync('0123.yaml', path);
  const before = readFileSync(named, 'utf8');
  const next = newKey(own);
  await until(own, { kind: 'rotate', target: next });
  assert.ok(lstatSync(path).isFile());
  assert.equal(readFileSync(named, 'utf8'), before);
});

test('a second run on the node is refused while one is at work; the lock of a killed process is gone', async () => {
  const own = await bench();
  const made = await plan(own, { kind: 'enable', target: newKey(own) });
  let second: Promise<unknown> | undefined;
  await take(own, made, (act) => {
    if (act === 'begin') second = assert.rejects(take(own, made), { code: 'usage', message: /another run/ });
  });
  await second;
  const folder = own.node.path(STATE);
  const module = pathToFileURL(`${import.meta.dirname}/node-lock.ts`).href;
  const script = `import { withNodeLock } from ${JSON.stringify(module)};
    await withNodeLock(${JSON.stringify(folder)}, async () => process.kill(process.pid, 'SIGKILL'));`;
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
  assert.equal(signal, 'SIGKILL');
  assert.equal(await withNodeLock(folder, async () => 'free'), 'free');
});
