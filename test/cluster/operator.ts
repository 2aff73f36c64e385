// An operator of encryption at rest on a test cluster: looks, plans and acts with the program's own commands, and remembers nothing between two steps, so
// that each run is one that was killed after every step and taken up by somebody else.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../../src/cli/program.ts';
import { NAMESPACES, SECRETS } from '../../src/kubernetes/api/resource.ts';
import type { Application } from '../../src/operate/encryption/apply/apply.ts';
import { STATE_FOLDER } from '../../src/operate/encryption/apply/node-site.ts';
import type { Fault } from '../../src/operate/encryption/plan/faults.ts';
import type { Plan } from '../../src/operate/encryption/plan/plan-file.ts';
import type { ApplyStep, Done, Goal, Refused, RestartStep, Step } from '../../src/operate/encryption/plan/step.ts';
import type { EncryptionStatus } from '../../src/operate/encryption/status/status.ts';
import type { VerifyResult } from '../../src/operate/encryption/verify/result.ts';
import { NO_CONTEXT } from '../support/command-context.ts';
import type { CommandOutcome } from '../support/run-command.ts';
import type { TestCluster } from './cluster.ts';
import { runKilled } from './killed-run.ts';
import { ENCRYPTION_CONFIG, type TestNode } from './node.ts';
import type { Traffic } from './traffic.ts';

/** A sealed key as the operator carries it. */
export interface CarriedKey {
  /** `aescbc:NAME#FINGERPRINT`. */
  readonly id: string;
  readonly file: string;
}

/** What an operator wants; no key for `disable`. */
export interface OperatorGoal {
  readonly kind: Goal['kind'];
  readonly key?: CarriedKey;
}

/** Moments of an apply: something is seen of it for the first time. */
export const KILL_POINTS = ['began', 'configuration', 'manifest', 'ready'] as const;
/** One of them. */
export type KillPoint = (typeof KILL_POINTS)[number];

/** How a plan is followed. */
export interface FollowOptions {
  /** Is told which server goes away. */
  readonly traffic?: Traffic;
  /** Stops before the next step after so many. */
  readonly most?: number;
  /** When the process that takes a step is killed; a step on the data, in its middle. */
  readonly killAt?: (step: Step, index: number) => KillPoint | undefined;
}

/** The steps that were taken, and how the plan ended; no end when it was stopped. */
export interface Followed {
  readonly steps: readonly Step[];
  /** What the plans named as wrong, before each step and at the end. */
  readonly faults: readonly (readonly Fault['id'][])[];
  readonly end?: Done | Refused;
}

/** A namespace that nobody writes in but the rewrite, which begins there. */
export const QUIET_NAMESPACE = 'quiet';

const PASSPHRASE = 'only of this test, and long enough';
const QUIET_SECRETS = 20;
const MOST_STEPS = 40;
/** The data as the last plan saw it. */
const SNAPSHOT = 'look.db';

/** One operator. */
export class Operator {
  readonly #cluster: TestCluster;
  readonly #folder: string;
  #files = 0;

  /** Makes the operator's folder, and Secrets that nobody writes but the rewrite. */
  static async begin(cluster: TestCluster): Promise<Operator> {
    const api = await cluster.api();
    await api.create(NAMESPACES, { metadata: { name: QUIET_NAMESPACE } });
    for (let index = 1; index <= QUIET_SECRETS; index += 1) {
      await api.create(SECRETS, { metadata: { namespace: QUIET_NAMESPACE, name: `s${index}` } });
    }
    api.close();
    return new Operator(cluster);
  }

  private constructor(cluster: TestCluster) {
    this.#cluster = cluster;
    this.#folder = join(cluster.directory, 'operator');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.path('passphrase'), `${PASSPHRASE}\n`, { mode: 0o600 });
  }

  /** A file in the operator's folder. */
  path(name: string): string {
    return join(this.#folder, name);
  }

  /** Runs `plimsoll encryption ARGS`. */
  async run(args: readonly string[]): Promise<CommandOutcome> {
    let stdout = '';
    let stderr = '';
    const code = await runProgram(['encryption', ...args], {
      ...NO_CONTEXT,
      stdout: (text) => {
        stdout += String(text);
      },
      stderr: (text) => {
        stderr += text;
      },
      environment: { HOME: this.#folder },
      now: () => new Date(),
      workingDirectory: this.#folder,
    });
    return { code, stdout, stderr };
  }

  /** Runs it and gives what it printed. @throws AssertionError for any other exit code */
  async must(args: readonly string[], codes: readonly number[] = [0]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    assert.ok(codes.includes(code), `encryption ${args.join(' ')}: ${code}\n${stderr}${stdout}`);
    return stdout;
  }

  /** A new key, sealed. */
  async newKey(provider: 'aescbc' | 'aesgcm' | 'secretbox'): Promise<CarriedKey> {
    this.#files += 1;
    const file = `key-${this.#files}.sealed.json`;
    const args = ['keys', 'generate', '--quiet', '--provider', provider];
    await this.must([...args, '--passphrase-file', 'passphrase', '--output', file]);
    const { name, fingerprint } = JSON.parse(readFileSync(this.path(file), 'utf8'));
    return { id: `${provider}:${name}#${fingerprint}`, file };
  }

  /** What `encryption status` answers, with its exit code. */
  async status(goal?: string): Promise<EncryptionStatus & { readonly code: number }> {
    const args = ['status', ...(await this.#look()), '--format', 'json'];
    const { code, stdout, stderr } = await this.run([...args, ...(goal === undefined ? [] : ['--goal', goal])]);
    assert.ok(code === 0 || code === 1, stderr);
    return { ...JSON.parse(stdout), code };
  }

  /** Ids of the faults, and the servers that they name. */
  async faults(): Promise<readonly Pick<Fault, 'id' | 'server'>[]> {
    return (await this.status()).faults.map(({ id, server }) => ({ id, ...(server === undefined ? {} : { server }) }));
  }

  /** What `encryption verify` finds in all members, their logs too. */
  async verify(): Promise<VerifyResult> {
    const folders = this.#cluster.nodes.map(({ etcd }) => etcd.dataDirectory);
    return JSON.parse(await this.must(['verify', ...folders, ...this.#etcd, '--format', 'json'], [0, 1]));
  }

  /** What `encryption plan` answers; the file is kept for `apply`. */
  async plan(kind: Goal['kind'], key?: CarriedKey): Promise<Plan & { readonly file: string }> {
    const to = key === undefined ? [] : ['--key-file', key.file];
    const stdout = await this.must(['plan', kind, ...(await this.#look()), ...to, '--format', 'json'], [0, 1]);
    const file = this.path('plan.json');
    writeFileSync(file, stdout);
    return { ...JSON.parse(stdout), file };
  }

  /** Takes the next step until the goal is reached or nothing is safe, or somebody stops it. */
  async follow(goal: OperatorGoal, { traffic, most = MOST_STEPS, killAt }: FollowOptions = {}): Promise<Followed> {
    const { kind, key } = goal;
    const steps: Step[] = [];
    const faults: (readonly Fault['id'][])[] = [];
    /** A run was killed, and none has ended well since. */
    let isUnsettled = false;
    for (;;) {
      const plan = await this.plan(kind, key);
      faults.push(plan.faults.map(({ id }) => id));
      for (const { name, running } of plan.servers) {
        // Of those that were away when their run was killed, the ones that came back by themselves.
        if (running.state === 'loaded' && running.ready === true) traffic?.back(this.node(name));
      }
      const [next] = plan.steps;
      if (plan.end?.kind === 'refused' && next === undefined && isUnsettled) {
        // The server of a run that was killed is still starting: the way out is to wait for it.
        assert.match(plan.end.reason, / began a moment ago and is not ready yet$/);
        assert.match(plan.end.wayOut, /^wait for it, and plan again/);
        await this.#cluster.waitReady();
        isUnsettled = false;
        continue;
      }
      if (next === undefined) return { steps, faults, ...(plan.end === undefined ? {} : { end: plan.end }) };
      if (steps.length === most) return { steps, faults };
      steps.push(next);
      const point = killAt?.(next, steps.length - 1);
      if (next.kind === 'apply' || next.kind === 'restart') {
        const node = this.node(next.server);
        traffic?.away(node);
        const args = this.applyArguments(next, plan.file, key);
        const { killed, stdout } = await this.#takeOnNode(
          args,
          point === undefined ? undefined : this.#momentOf(node, point),
        );
        const { outcome, reason }: Partial<Application> = killed ? {} : JSON.parse(stdout);
        // The server of a run that was killed may come back between the look and the step: it is not as the plan saw it, and a new plan is made.
        const isOvertaken = outcome === 'refused' && isUnsettled;
        assert.ok(killed || isOvertaken || outcome === 'applied', `${outcome}: ${reason}`);
        isUnsettled = outcome !== 'applied';
        if (!isUnsettled) traffic?.back(node);
      } else await this.takeData(next, goal, point !== undefined);
    }
  }

  /** Follows a plan to its end; the goal is reached, and `status` says so of every server. */
  async reach(goal: OperatorGoal, options: FollowOptions = {}): Promise<Followed> {
    const followed = await this.follow(goal, options);
    assert.equal(followed.end?.kind, 'done', JSON.stringify(followed));
    const target = goal.key?.id ?? 'identity';
    const status = await this.status(target);
    assert.deepEqual([status.code, status.settled, status.faults], [0, 'yes', []], JSON.stringify(status));
    for (const { file, running } of status.servers) {
      assert.ok(file.state === 'read' && running.state === 'loaded');
      assert.deepEqual([file.transformers, running.transformers], [[target], [target]]);
    }
    return followed;
  }

  /** Takes a step on the data. @param isKilled in the middle */
  async takeData(step: Step, goal: OperatorGoal, isKilled = false): Promise<void> {
    if (step.kind === 'rewrite') {
      const args = ['rewrite', ...this.#access, '--canary', QUIET_NAMESPACE, '--settle', '1', '--yes'];
      if (isKilled) {
        const first = await this.#firstQuietValue();
        const said = await this.#killed(
          [...args, '--per-second', '5'],
          async () => (await this.#firstQuietValue()) !== first,
        );
        assert.ok(said.killed, 'the rewrite was done before it was seen to begin');
      } else await this.must([...args, '--per-second', '500']);
    } else if (step.kind === 'compact') {
      // The API servers do it by themselves every five minutes: not waited for here.
      const args = ['verify', ...this.#etcd, '--compact', '--goal', goal.key?.id ?? 'identity', '--yes'];
      const { action }: Partial<VerifyResult> = JSON.parse(await this.must([...args, '--format', 'json']));
      assert.equal(action?.outcome, 'done', action?.reason);
    }
  }

  node(name: string): TestNode {
    const node = this.#cluster.nodes.find((one) => one.name === name);
    assert.ok(node !== undefined, name);
    return node;
  }

  /**
   * Arguments of `apply` on the step's node. The keys of other nodes are there as an operator brings them; where a key leaves, the node's own file has all
   * that is needed. The backup is the snapshot of the plan.
   */
  applyArguments(step: ApplyStep | RestartStep, plan: string, key?: CarriedKey): readonly string[] {
    const { name, directory } = this.node(step.server);
    const isBare = step.phase === 'retire';
    const isNamed = key !== undefined && step.kind === 'apply' && step.transformers.includes(key.id) && !isBare;
    const carried = isNamed ? ['--key-file', key.file, '--passphrase-file', 'passphrase'] : [];
    const files = this.#cluster.nodes.map((node) => node.path(ENCRYPTION_CONFIG)).filter((file) => existsSync(file));
    const keys = files.length === 0 || isBare ? [] : ['--keys', ...files];
    const backup = isBare ? ['--backup', this.path(SNAPSHOT)] : [];
    const node = ['--node', name, '--root', directory];
    return ['apply', plan, ...node, ...this.#access, ...carried, ...keys, ...backup, '--yes'];
  }

  async #takeOnNode(args: readonly string[], isTime?: () => boolean): ReturnType<typeof runKilled> {
    const all = [...args, '--format', 'json'];
    return isTime === undefined ? { killed: false, stdout: await this.must(all, [0, 1]) } : this.#killed(all, isTime);
  }

  #killed(args: readonly string[], isTime: () => boolean | Promise<boolean>): ReturnType<typeof runKilled> {
    return runKilled(['encryption', ...args], this.#folder, isTime);
  }

  #momentOf(node: TestNode, point: KillPoint): () => boolean {
    const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
    const paths = {
      began: node.path(`${STATE_FOLDER}/record.jsonl`),
      configuration: node.path(ENCRYPTION_CONFIG),
      manifest: node.manifest,
      ready: node.path(`${STATE_FOLDER}/record.jsonl`),
    };
    const before = read(paths[point]);
    return () => {
      const now = read(paths[point]);
      return point === 'ready' ? now.slice(before.length).includes('"ready"') : now !== before;
    };
  }

  async #firstQuietValue(): Promise<string> {
    const etcd = await this.#cluster.etcdClient();
    const { values } = await etcd.range(`/registry/secrets/${QUIET_NAMESPACE}/s1`);
    etcd.close();
    return Buffer.from(values[0]?.value ?? '').toString('base64');
  }

  get #access(): readonly string[] {
    return ['--kubeconfig', this.#cluster.kubeconfig];
  }

  get #etcd(): readonly string[] {
    const { endpoints, ca, certificate, key } = this.#cluster.etcd;
    return ['--endpoint', ...endpoints, '--cacert', ca, '--cert', certificate, '--key', key];
  }

  /** Arguments that name every control plane and a snapshot of the data as it is now. */
  async #look(): Promise<readonly string[]> {
    const snapshot = this.path(SNAPSHOT);
    rmSync(snapshot, { force: true });
    const etcd = await this.#cluster.etcdClient();
    try {
      await etcd.saveSnapshot(snapshot);
    } finally {
      etcd.close();
    }
    const planes = this.#cluster.nodes.map(({ name, directory }) => `${name}=${directory}`);
    return [...planes, '--data', snapshot, ...this.#access];
  }
}
