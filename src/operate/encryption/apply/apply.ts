// One step of a plan, on the node that it names: what it would change, or the change. The step is the first of the plan; after it a new plan is made.

import { dirname, join } from 'node:path';
import { PlimsollError } from '../../../platform/errors.ts';
import type { Provider } from '../configuration/configuration.ts';
import type { PlannedServer, ReadPlan } from '../plan/plan-file.ts';
import type { DataState } from '../plan/state.ts';
import type { ApplyStep, RestartStep, Step } from '../plan/step.ts';
import type { TransformerId } from '../plan/transformer-id.ts';
import { checksBefore, peerChanges } from './before.ts';
import { type CanaryWorld, canaryFrom } from './canary-checks.ts';
import { type Change, changeOf, configurationPath, type NodeFiles } from './change.ts';
import type { CheckResult } from './check-result.ts';
import { lineDiff } from './line-diff.ts';
import { withNodeLock } from './node-lock.ts';
import { type Answer, answerOf, checkPaths, lookAtSite, type NodeSite, placeOf } from './node-site.ts';
import { folderProblem, privateFolder, readPrivateFile } from './private-file.ts';
import { NodeRecord, type OpenRun, openRun } from './record.ts';
import { type Act, clearLeft, filesBefore, goBack, goOn, type RunEnd, type RunWorld, runChange } from './run.ts';

/** What a step is taken with. */
export interface ApplyInput {
  readonly plan: ReadPlan;
  readonly site: NodeSite;
  /** Providers with keys beside those of the node's own file. */
  readonly known: readonly Provider[];
  readonly backup?: DataState;
  /** Look, and change nothing. */
  readonly dryRun: boolean;
  /** For the server to come back, each way. */
  readonly timeoutMs: number;
  /** For canaries: 32 hexadecimal digits that nobody had before. */
  readonly nonce: string;
  /** Called after each act. */
  readonly onAct?: (act: Act) => void | Promise<void>;
}

/** What was done, or would be. */
export interface Application {
  readonly node: string;
  readonly plan: ReadPlan['digest'];
  readonly step: Pick<Step, 'kind' | 'phase' | 'reason'>;
  /** `refused`: a check before it did not pass, and nothing was changed. */
  readonly outcome: 'would-apply' | 'refused' | RunEnd['outcome'];
  readonly reason: string;
  readonly from?: readonly TransformerId[];
  readonly to: readonly TransformerId[];
  readonly checks: readonly CheckResult[];
  /** Path of the configuration on the node. */
  readonly configuration: string;
  /** The same in the container. */
  readonly flag: string;
  /** Lines of the manifest that go (`-`) and come (`+`). */
  readonly manifest: readonly string[];
  /** A run that was killed was taken up. */
  readonly resumed: boolean;
  /** Where the previous configuration is kept, when it has keys that the new one has not. */
  readonly kept?: string;
  readonly remark?: string;
}

/**
 * Takes the next step of a plan on its node.
 * @throws PlimsollError `usage` when the plan has no step for this node, or another run is at work; `not-found` without a key; ParseError, LimitError
 */
export async function applyNext(input: ApplyInput): Promise<Application> {
  const { site, plan, dryRun } = input;
  const step = nodeStep(plan, site);
  checkPaths(site.paths);
  if (dryRun) return look(input, step);
  privateFolder(placeOf(site, site.paths.state));
  return withNodeLock(placeOf(site, site.paths.state), () => take(input, step));
}

/** The step of this node. @throws PlimsollError `usage` */
export function nodeStep(
  { steps, servers, resource }: ReadPlan,
  { node, resource: own }: Pick<NodeSite, 'node' | 'resource'>,
): ApplyStep | RestartStep {
  const [step] = steps;
  if (step === undefined) throw new PlimsollError('usage', 'the plan has no step: it is done, or refused');
  if (step.kind !== 'apply' && step.kind !== 'restart') {
    const how = {
      rewrite: 'plimsoll encryption rewrite',
      compact: 'wait for the compaction, or plimsoll encryption verify --compact --goal NAME',
      inspect: 'plan again with --data',
    };
    throw new PlimsollError('usage', `the next step is none of a node: ${how[step.kind]}`);
  }
  if (step.server !== node) throw new PlimsollError('usage', `the next step is for ${step.server}, this is ${node}`);
  if (resource !== own) throw new PlimsollError('usage', `the plan is about ${resource}`);
  if (!servers.some(({ name }) => name === node)) throw new PlimsollError('usage', `the plan does not know ${node}`);
  return step;
}

async function look(input: ApplyInput, step: ApplyStep | RestartStep): Promise<Application> {
  const { site, known } = input;
  const open = openRun(recordOf(site).entries());
  const isResumed = open?.began.plan === input.plan.digest;
  const turn = isResumed ? open.began.turn : site.now().toISOString();
  const files = isResumed ? filesBefore(site) : filesNow(site);
  const change = changeOf({ step, resource: site.resource, paths: site.paths, files, known, turn });
  const checks = await before(input, step, isResumed);
  const problem = checks.find(({ outcome }) => outcome !== 'passed')?.reason;
  const outcome = problem === undefined ? 'would-apply' : 'refused';
  return result(input, change, { outcome, reason: problem ?? step.reason, checks }, isResumed);
}

async function take(input: ApplyInput, step: ApplyStep | RestartStep): Promise<Application> {
  const { site, known, plan, timeoutMs, onAct = () => undefined } = input;
  const record = recordOf(site);
  const open = openRun(record.entries());
  const isResumed = open?.began.plan === plan.digest;
  if (open !== undefined && !isResumed) overtake(site, record, open);
  const turn = isResumed ? open.began.turn : site.now().toISOString();
  const files = isResumed ? filesBefore(site) : filesNow(site);
  const change = changeOf({ step, resource: site.resource, paths: site.paths, files, known, turn });
  const canaries = canaryWorld(input);
  const checks = await before(input, step, isResumed, canaries);
  const problem = checks.find(({ outcome }) => outcome !== 'passed')?.reason;
  if (problem !== undefined) return result(input, change, { outcome: 'refused', reason: problem, checks }, isResumed);
  const own = { name: site.node, client: site.client };
  const world: RunWorld = {
    site,
    record,
    plan: plan.digest,
    needed: plan.needed,
    timeoutMs,
    canary: () => canaryFrom({ ...canaries, servers: readersOf(input, canaries, change) }, own, change.to[0]),
    peerChanges: async () => peerChanges({ ...plan, node: site.node, answers: await askPeers(site) }),
    onAct,
  };
  const end = await (isResumed ? resume(change, world, open) : runChange(change, world));
  return result(input, change, { ...end, checks: [...checks, ...end.checks] }, isResumed);
}

function resume(change: Change, world: RunWorld, { isGoingBack }: OpenRun): Promise<RunEnd> {
  return isGoingBack ? goBack(change, world, [], true) : goOn(change, world);
}

function overtake(site: NodeSite, record: NodeRecord, { began }: OpenRun): void {
  clearLeft(site, began.turn, filesNow(site).configuration);
  record.append({ event: 'superseded' });
}

/** @throws PlimsollError `input-missing` without a manifest, `usage` where others could replace the keys; ParseError, LimitError */
function filesNow(site: NodeSite): NodeFiles {
  const { paths } = site;
  const manifest = readPrivateFile(placeOf(site, paths.manifest));
  if (manifest === undefined) {
    throw new PlimsollError('input-missing', `${paths.manifest}: there is no manifest of an API server on this node`);
  }
  const path = placeOf(site, configurationPath(manifest, paths));
  const problem = folderProblem(dirname(path));
  if (problem !== undefined) throw new PlimsollError('usage', `${dirname(path)}: ${problem}`);
  const configuration = readPrivateFile(path);
  return { manifest, ...(configuration === undefined ? {} : { configuration }) };
}

async function before(
  input: ApplyInput,
  step: Step,
  isResumed: boolean,
  canaries?: CanaryWorld,
): Promise<readonly CheckResult[]> {
  const { plan, site, backup } = input;
  return checksBefore({
    step,
    node: site.node,
    servers: plan.servers,
    needed: plan.needed,
    target: plan.goal.target,
    plane: await lookAtSite(site),
    answers: await askPeers(site),
    isResumed,
    ...(backup === undefined ? {} : { backup }),
    ...(canaries === undefined ? {} : { canaries }),
  });
}

async function askPeers({ peers }: NodeSite): Promise<ReadonlyMap<string, Answer>> {
  return new Map(await Promise.all(peers.map(async ({ name, client }) => [name, await answerOf(client)] as const)));
}

function canaryWorld({ site, nonce }: ApplyInput): CanaryWorld {
  const { node, client, peers, resource, stored } = site;
  return { resource, servers: [{ name: node, client }, ...peers], nonce, stored };
}

/** This server, and those that could read what it writes before: in a repair others may be down, or broken themselves. */
function readersOf({ plan, site }: ApplyInput, { servers }: CanaryWorld, { to }: Change): CanaryWorld['servers'] {
  const [writer = ''] = to;
  const able = plan.servers.filter(
    ({ running }) => running.state === 'loaded' && running.ready !== false && running.transformers.includes(writer),
  );
  return servers.filter(({ name }) => name === site.node || able.some((server) => server.name === name));
}

function recordOf(site: NodeSite): NodeRecord {
  return new NodeRecord(join(placeOf(site, site.paths.state), 'record.jsonl'), site.now);
}

function result(
  { plan, site }: ApplyInput,
  change: Change,
  end: Pick<Application, 'outcome' | 'reason' | 'checks' | 'kept'>,
  resumed: boolean,
): Application {
  const { step, from, to, configuration, flag, before: old, after, remark } = change;
  return {
    node: site.node,
    plan: plan.digest,
    step: { kind: step.kind, phase: step.phase, reason: step.reason },
    outcome: end.outcome,
    reason: end.reason,
    ...(from === undefined ? {} : { from }),
    to,
    checks: end.checks,
    configuration,
    flag,
    manifest: lineDiff(old.manifest, after.manifest),
    resumed,
    ...(end.kept === undefined ? {} : { kept: end.kept }),
    ...(remark === undefined ? {} : { remark }),
  };
}

/** The servers beside this node's, with where each is reached. @throws PlimsollError `usage` when the plan does not say it */
export function peerAddresses(
  { servers }: ReadPlan,
  node: string,
): readonly Required<Pick<PlannedServer, 'name' | 'address'>>[] {
  return servers
    .filter(({ name }) => name !== node)
    .map(({ name, address }) => {
      if (address !== undefined) return { name, address };
      throw new PlimsollError('usage', `the plan does not say where ${name} listens: its manifest was not read`);
    });
}
