// Steps on real control planes, as an operator takes them: plan, apply, plan again. Then what goes wrong: other keys, old plans, files that others change,
// a server that does not come back, runs that are killed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterProgram, needsCluster } from '../../../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../../../test/cluster/cluster.ts';
import { ADMIN_CONF, ENCRYPTION_CONFIG, type TestNode } from '../../../../test/cluster/node.ts';
import { NO_CONTEXT } from '../../../../test/support/command-context.ts';
import { resultValidator } from '../../../../test/support/schemas.ts';
import { runProgram } from '../../../cli/program.ts';
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import { CONFIG_MAPS, NAMESPACES, SECRETS } from '../../../kubernetes/api/resource.ts';
import { readSealedKey, unsealKey } from '../key/sealed.ts';
import { readPlan } from '../plan/plan-file.ts';
import type { Application } from './apply.ts';
import { type Change, changeOf, type NodeFiles } from './change.ts';
import { KUBEADM_CONFIG } from './kubeadm-config.ts';
import { LAYOUTS, type NodeSite } from './node-site.ts';
import { NodeRecord, parseRecord } from './record.ts';
import { type RunWorld, runChange } from './run.ts';

const STATE = '/var/lib/plimsoll/encryption';
const NAMESPACE = 'apply-test';

interface PlanBody {
  readonly steps: readonly {
    readonly kind: string;
    readonly phase: string;
    readonly server?: string;
    readonly transformers?: readonly string[];
  }[];
  readonly end?: { readonly kind: string; readonly reason: string };
}

describe('apply on two control planes', needsCluster('1.20', 'kubectl'), () => {
  let cluster: TestCluster;
  let client: ApiClient;
  let turns = 0;
  before(async () => {
    cluster = await startCluster({ servers: 2 });
    client = await cluster.api();
    await client.create(NAMESPACES, { metadata: { name: NAMESPACE } });
    for (const name of ['a', 'b', 'c']) await client.create(SECRETS, secret(name));
    writeFileSync(place('passphrase'), 'correct horse battery staple\n', { mode: 0o600 });
    for (const name of ['one', 'two', 'other']) {
      const made = ['encryption', 'keys', 'generate', '--quiet', '--passphrase-file', 'passphrase'];
      await must([...made, '--name', name, '--output', `${name}.json`]);
    }
  });
  after(async () => {
    client?.close();
    await cluster?.stop();
  });

  function place(name: string): string {
    return join(cluster.directory, name);
  }

  async function run(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    let [stdout, stderr] = ['', ''];
    const code = await runProgram(args, {
      ...NO_CONTEXT,
      stdout: (text) => {
        stdout += typeof text === 'string' ? text : Buffer.from(text).toString();
      },
      stderr: (text) => {
        stderr += text;
      },
      environment: {},
      now: () => new Date(),
      workingDirectory: cluster.directory,
    });
    return { code, stdout, stderr };
  }

  /** A number that was not there before. */
  function next(): number {
    turns += 1;
    return turns;
  }

  async function must(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run(args);
    assert.equal(code, 0, `${args.join(' ')}\n${stdout}${stderr}`);
    return stdout;
  }

  async function snapshot(): Promise<string> {
    const etcd = await cluster.etcdClient();
    const name = `look-${next()}.db`;
    await etcd.saveSnapshot(place(name));
    etcd.close();
    return name;
  }

  /** Plans from what is there now; the file's name. */
  async function plan(...goal: readonly string[]): Promise<{ file: string; body: PlanBody }> {
    const planes = cluster.nodes.map((node) => `${node.name}=${node.directory}`);
    const file = `plan-${next()}.json`;
    const { code, stderr } = await run([
      'encryption',
      'plan',
      ...goal,
      ...planes,
      '--data',
      await snapshot(),
      '--kubeconfig',
      cluster.kubeconfig,
      '--format',
      'json',
      '--output',
      file,
    ]);
    assert.ok(code <= 1, stderr);
    return { file, body: JSON.parse(readFileSync(place(file), 'utf8')) };
  }

  function apply(node: TestNode, file: string, ...more: readonly string[]) {
    const where = [
      '--node',
      node.name,
      '--root',
      node.directory,
      '--kubeconfig',
      node.path(ADMIN_CONF),
      '--timeout',
      '40',
    ];
    return run(['encryption', 'apply', file, ...where, '--format', 'json', ...more]);
  }

  function nodeOf(name: string): TestNode {
    const node = cluster.nodes.find((one) => one.name === name);
    assert.ok(node);
    return node;
  }

  const key = (name: string) => ['--key-file', `${name}.json`, '--passphrase-file', 'passphrase'];

  /** Follows a goal to its end by the product's commands alone, compaction aside. */
  async function follow(goal: readonly string[], more: readonly string[]): Promise<readonly string[]> {
    const kinds: string[] = [];
    for (;;) {
      const { file, body } = await plan(...goal);
      const [step] = body.steps;
      if (step === undefined) {
        assert.equal(body.end?.kind, 'done', JSON.stringify(body.end));
        return kinds;
      }
      kinds.push(`${step.phase} ${step.server ?? ''}`.trim());
      assert.ok(kinds.length < 20, kinds.join(', '));
      if (step.kind === 'rewrite') {
        await must(['encryption', 'rewrite', '--kubeconfig', cluster.kubeconfig, '--settle', '1', '--yes']);
      } else if (step.kind === 'compact') {
        const etcd = await cluster.etcdClient();
        await etcd.compact((await etcd.status()).revision, { physical: true });
        etcd.close();
      } else if (step.kind !== 'inspect') {
        const node = nodeOf(step.server ?? '');
        const backup =
          step.phase === 'retire' ? ['--backup', await snapshot(), '--keys', node.path(ENCRYPTION_CONFIG)] : [];
        const { code, stdout, stderr } = await apply(node, file, ...more, ...backup, '--yes');
        assert.equal(code, 0, `${stdout}${stderr}`);
        const result: Application = JSON.parse(stdout);
        const validate = resultValidator('encryption-apply-1');
        assert.ok(validate(JSON.parse(stdout)), JSON.stringify(validate.errors));
        assert.equal(result.outcome, 'applied');
        assert.deepEqual(
          result.checks.map(({ outcome }) => outcome).filter((one) => one !== 'passed'),
          [],
        );
      }
    }
  }

  test('a first step that fails leaves neither flag nor key', async () => {
    const [node] = cluster.nodes;
    assert.ok(node);
    const files = { manifest: readFileSync(node.manifest, 'utf8') };
    const change = await changeTo('one', ['enable', '--key-file', 'one.json'], files);
    assert.equal(change.before.configuration, undefined);
    mkdirSync(node.path(STATE), { recursive: true, mode: 0o700 });
    const back = await runChange(spoilt(change), await worldOf(node, ['identity']));
    assert.equal(back.outcome, 'went-back', back.reason);
    assert.match(back.reason, /with its previous configuration it is ready/);
    assert.equal(readFileSync(node.manifest, 'utf8'), files.manifest);
    assert.equal(existsSync(node.path(ENCRYPTION_CONFIG)), false);
    rmSync(node.path(STATE), { recursive: true });
  });

  test('a dry run shows the change and changes nothing; other keys, other nodes and altered plans are refused', async () => {
    const [node, other] = cluster.nodes;
    assert.ok(node && other);
    const { file } = await plan('enable', '--key-file', 'one.json');
    const before = readFileSync(node.manifest, 'utf8');
    const shown = await apply(node, file, ...key('one'));
    assert.equal(shown.code, 0, shown.stderr);
    const result = JSON.parse(shown.stdout);
    assert.equal(result.outcome, 'would-apply');
    assert.ok(result.manifest.includes(`+    - --encryption-provider-config=${ENCRYPTION_CONFIG}`), shown.stdout);
    assert.equal(readFileSync(node.manifest, 'utf8'), before);
    assert.equal(existsSync(node.path(STATE)) || existsSync(node.path(ENCRYPTION_CONFIG)), false);
    for (const [args, code, words] of [
      [[file, ...key('other')], 3, /is no key of this step/],
      [[file], 3, /is in none of the files/],
    ] as const) {
      const refused = await apply(node, ...(args as [string, ...string[]]), '--yes');
      assert.equal(refused.code, code, refused.stderr);
      assert.match(refused.stderr, words);
    }
    const wrong = await apply(other, file, ...key('one'), '--yes');
    assert.match(wrong.stderr, /the next step is for ncn-m001, this is ncn-m002/);
    writeFileSync(place('altered.json'), readFileSync(place(file), 'utf8').replaceAll('"identity"', '"identity2"'));
    assert.match((await apply(node, 'altered.json', ...key('one'), '--yes')).stderr, /altered since it was made/);
    assert.equal(readFileSync(node.manifest, 'utf8'), before);
  });

  test('enable, step by step on each control plane, to its end', async () => {
    const steps = await follow(['enable', '--key-file', 'one.json'], key('one'));
    assert.deepEqual(steps, [
      'readable ncn-m001',
      'readable ncn-m002',
      'write ncn-m001',
      'write ncn-m002',
      ...steps.filter((step) => /^(?:rewrite|forget)/.test(step)),
      'retire ncn-m001',
      'retire ncn-m002',
    ]);
    for (const node of cluster.nodes) {
      assert.equal(statSync(node.path(ENCRYPTION_CONFIG)).mode & 0o777, 0o600);
      assert.deepEqual(readdirSync(node.path(STATE)).sort(), ['kept', 'lock', 'record.jsonl']);
      assert.deepEqual(readdirSync(node.path(`${STATE}/kept`)), []);
      assert.deepEqual(readdirSync(node.path('/etc/kubernetes/encryption')), ['config.yaml']);
      assert.deepEqual(readdirSync(node.path('/etc/kubernetes/manifests')).sort(), [
        'etcd.yaml',
        'kube-apiserver.yaml',
      ]);
      const record = readFileSync(node.path(`${STATE}/record.jsonl`), 'utf8');
      assert.deepEqual(
        parseRecord(record, 'r').flatMap((entry) => (entry.event === 'ended' ? entry.outcome : [])),
        ['applied', 'applied', 'applied'],
      );
      const [, text = ''] = /secret: "([^"]+)"/.exec(readFileSync(node.path(ENCRYPTION_CONFIG), 'utf8')) ?? [];
      assert.ok(text.length === 44 && !record.includes(text), 'no key is in the record');
      assert.deepEqual(node.manifestProblems, []);
    }
    const left: string[] = [];
    for await (const { metadata } of client.list(SECRETS, { namespace: 'default' })) left.push(metadata.name ?? '');
    assert.deepEqual(
      left.filter((name) => name.startsWith('plimsoll')),
      [],
      'no canary is left',
    );
  });

  test('a plan whose state is no longer true is refused', async () => {
    const [node, other] = cluster.nodes;
    assert.ok(node && other);
    const { file } = await plan('rotate', '--key-file', 'two.json');
    await other.kill('kube-apiserver');
    await cluster.waitReady([other]);
    const refused = await apply(node, file, ...key('two'), '--yes');
    assert.equal(refused.code, 1, refused.stdout + refused.stderr);
    assert.match(JSON.parse(refused.stdout).reason, /ncn-m002 began anew.*plan again/);
  });

  test("kubeadm's configuration is guarded, shown and changed, all of it with the least role", async () => {
    const data = { ClusterConfiguration: 'apiVersion: kubeadm.k8s.io/v1beta2\nkind: ClusterConfiguration\n' };
    await client.create(CONFIG_MAPS, { metadata: { ...KUBEADM_CONFIG }, data });
    const user = cluster.userKubeconfig({ name: 'applier' });
    for (const name of ['apply', 'upgrade-guard']) allow(await must(['encryption', name, '--rbac']));
    const planes = cluster.nodes.map((node) => `${node.name}=${node.directory}`);
    const guard = () => run(['encryption', 'upgrade-guard', ...planes, '--kubeconfig', user]);
    const dropped = await guard();
    assert.equal(dropped.code, 1, dropped.stderr);
    assert.match(dropped.stdout, /kube-system\/kubeadm-config[\s\S]*lacks encryption-provider-config/);
    const { file, body } = await plan('rotate', '--key-file', 'two.json');
    const node = nodeOf(body.steps[0]?.server ?? '');
    const { code, stdout, stderr } = await apply(node, file, ...key('two'), '--kubeconfig', user, '--kubeadm', '--yes');
    assert.equal(code, 0, stdout + stderr);
    const [cluster0] = JSON.parse(stdout).upgrade;
    assert.equal(cluster0.state, 'changed', stdout);
    const agreed = await guard();
    assert.equal(agreed.code, 0, agreed.stdout + agreed.stderr);
    assert.match(agreed.stdout, /kubeadm-configuration: it has the flag and the volume of the manifests/);
    assert.match(agreed.stderr, /node-image-source node images is not known/);
    await follow(['rotate', '--to', 'secretbox:one'], []);
  });

  test('a server that does not start with its key gets what it had; one whose previous list reads less stays', async () => {
    const [node] = cluster.nodes;
    assert.ok(node);
    const [configuration, manifest] = [ENCRYPTION_CONFIG, '/etc/kubernetes/manifests/kube-apiserver.yaml'].map((path) =>
      node.path(path),
    );
    assert.ok(configuration !== undefined && manifest !== undefined);
    const files = { configuration: readFileSync(configuration, 'utf8'), manifest: readFileSync(manifest, 'utf8') };
    const change = await changeTo('two', ['rotate', '--key-file', 'two.json'], files);
    const world = await worldOf(node, change.from ?? []);
    const spoiltChange = spoilt(change);
    const stayed = await runChange({ ...spoiltChange, from: [...change.to].slice(1) }, { ...world, needed: change.to });
    assert.equal(stayed.outcome, 'stayed');
    assert.match(stayed.reason, /its previous configuration cannot read secretbox:one/);
    assert.equal(readFileSync(configuration, 'utf8'), spoiltChange.after.configuration);
    assert.ok(
      stayed.kept !== undefined && readFileSync(stayed.kept, 'utf8') === files.configuration,
      'its keys are in no other file',
    );
    // By hand, as the way out of a stayed node is to plan again.
    writeFileSync(configuration, files.configuration);
    writeFileSync(manifest, files.manifest);
    await cluster.waitReady([node]);
    const back = await runChange(spoiltChange, { ...world, needed: change.from ?? [] });
    assert.equal(back.outcome, 'went-back', JSON.stringify(back));
    assert.match(back.reason, /with its previous configuration it is ready/);
    assert.equal(readFileSync(configuration, 'utf8'), files.configuration);
    assert.equal(readFileSync(manifest, 'utf8'), files.manifest);
    await cluster.waitReady([node], 2000);
  });

  /** The change by which the first node would learn a key. */
  async function changeTo(key: string, goal: readonly string[], files: NodeFiles): Promise<Change> {
    const sealed = readSealedKey(readFileSync(place(`${key}.json`), 'utf8'), key);
    const { provider, name, secret: bytes } = unsealKey(sealed, 'correct horse battery staple');
    const { file } = await plan(...goal);
    const step = readPlan(readFileSync(place(file), 'utf8'), file).steps[0];
    assert.ok(step?.kind === 'apply');
    const paths = { ...LAYOUTS.kubeadm, state: STATE };
    const known = [{ kind: provider, keys: [{ name, secret: bytes }] }];
    return changeOf({ step, resource: 'secrets', paths, files, known, turn: `test ${next()}` });
  }

  /** With keys of five bytes, which the product itself never writes: the server does not start. */
  function spoilt(change: Change): Change {
    const configuration = (change.after.configuration ?? '').replace(/secret: "[^"]+"/g, 'secret: "c2hvcnQ="');
    return { ...change, after: { ...change.after, configuration } };
  }

  async function worldOf(node: TestNode, needed: readonly string[]): Promise<RunWorld> {
    const site: NodeSite = {
      node: node.name,
      root: node.directory,
      paths: { ...LAYOUTS.kubeadm, state: STATE },
      resource: 'secrets',
      client: await cluster.api(node),
      peers: [],
      stored: async () => undefined,
      now: () => new Date(),
      sleep: async (time) => void (await sleep(time)),
    };
    const record = new NodeRecord(node.path(`${STATE}/record.jsonl`), site.now);
    const plan = `sha256:${'0'.repeat(64)}` as const;
    const canary = async () => ({ outcome: 'passed', reason: '' }) as const;
    return {
      site,
      record,
      plan,
      needed,
      timeoutMs: 12_000,
      canary,
      peerChanges: async () => [],
      onAct: () => undefined,
    };
  }

  /** Binds a printed role to the user of the tests, each part in its place. */
  function allow(role: string): void {
    const kubectl = (args: readonly string[], input?: string): string =>
      execFileSync(clusterProgram('kubectl') ?? '', ['--kubeconfig', cluster.kubeconfig, ...args], {
        encoding: 'utf8',
        ...(input === undefined ? {} : { input }),
      });
    for (const made of kubectl(['apply', '-o', 'name', '-f', '-'], role).trim().split('\n')) {
      const [kind = '', name = ''] = made.split('/');
      if (kind.startsWith('clusterrole')) {
        kubectl(['create', 'clusterrolebinding', name, `--clusterrole=${name}`, '--user=applier']);
        continue;
      }
      for (const namespace of ['default', 'kube-system']) {
        const found = kubectl(['get', 'role', name, '-n', namespace, '--ignore-not-found', '-o', 'name']).trim();
        if (found === '') continue;
        const binding = ['create', 'rolebinding', name, '-n', namespace, `--role=${name}`, '--user=applier'];
        kubectl(['apply', '-f', '-'], kubectl([...binding, '--dry-run=client', '-o', 'yaml']));
      }
    }
  }

  function secret(name: string) {
    return { metadata: { name, namespace: NAMESPACE }, data: { value: Buffer.from(name).toString('base64') } };
  }
});
