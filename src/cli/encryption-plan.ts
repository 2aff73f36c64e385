// `plimsoll encryption plan`: the next safe step from the cluster as it is, and the written list of those to come. Changes nothing.
import { Argument, type Command } from 'commander';
import { faultsOf } from '../operate/encryption/plan/faults.ts';
import { goalProblem } from '../operate/encryption/plan/goal.ts';
import { type Plan, planDigest } from '../operate/encryption/plan/plan-file.ts';
import { neededOf } from '../operate/encryption/plan/state.ts';
import { stateDigest } from '../operate/encryption/plan/state-digest.ts';
import type { Goal } from '../operate/encryption/plan/step.ts';
import { stepList } from '../operate/encryption/plan/step-list.ts';
import { PlimsollError } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { encryptionPlanText } from '../publish/terminal/encryption-plan.ts';
import { TOOL } from '../publish/tool.ts';
import { type CommandContext, newCommand, terminalOptions, writeResult } from './command.ts';
import {
  type KnownCluster,
  lookRole,
  namedTransformer,
  onControlPlanes,
  readCluster,
  type StateOptions,
} from './encryption-state.ts';
import { onEtcd } from './etcd-access.ts';

/** Options of the commands that have a goal. */
export interface GoalOptions extends StateOptions {
  readonly to?: string;
}

const EXAMPLE = [
  'plimsoll encryption plan enable ncn-m001.json ncn-m002.json ncn-m003.json --data before.db --key-file key.sealed.json',
  'plimsoll encryption plan disable ncn-m001.json ncn-m002.json ncn-m003.json --data before.db --backup B3=snapshot.db --receipts receipts.jsonl',
].join('\n');

/** The command. */
export function encryptionPlanCommand(context: CommandContext): Command {
  const summary =
    'the next safe step to enable, rotate, change the provider or disable, from any state, and those to come';
  return withGoal(onEtcd(newCommand('plan', summary, ['table', 'json'], EXAMPLE))).action(
    async (kind: Goal['kind'], names: readonly string[], options: GoalOptions) => {
      if (options.rbac === true) return writeResult(context, options, lookRole('plan'));
      const cluster = await readCluster(names, options, context);
      const goal = goalOf(kind, cluster, options);
      const { state } = cluster;
      const { steps, end } = stepList(state, goal);
      const addresses = new Map(cluster.planes.map(({ node, manifest }) => [node, manifest?.address]));
      const servers = state.servers.map((server) => {
        const address = addresses.get(server.name);
        return { ...server, ...(address === undefined ? {} : { address }) };
      });
      const plan: Plan = {
        resource: options.resource,
        goal,
        state: stateDigest(state),
        servers,
        needed: neededOf(state),
        faults: faultsOf(state),
        steps,
        ...(end === undefined ? {} : { end }),
      };
      const json = (): string => jsonText({ schemaVersion: 1, tool: TOOL, digest: planDigest(plan), ...plan });
      const table = (): string => encryptionPlanText(plan, terminalOptions(context, options));
      writeResult(context, options, options.format === 'json' ? json() : table());
      // A plan that cannot begin answers "no"; one that stops later has a step to take now.
      if (steps.length === 0 && end?.kind === 'refused') context.setExitCode(1);
    },
  );
}

/** Adds the goal and what a plan needs beside the state. */
export function withGoal(command: Command): Command {
  const goal = new Argument('<goal>', 'enable, rotate, provider or disable').choices([
    'enable',
    'rotate',
    'provider',
    'disable',
  ]);
  return onControlPlanes(command.addArgument(goal))
    .option(
      '--key-file <file>',
      'the new key, sealed, as encryption keys generate wrote it; its passphrase is not needed',
    )
    .option('--to <name>', 'the new key by its name, when servers or --keys have it already: aescbc:key2')
    .option('--backup <name=path...>', 'backups that must stay readable, with the file of each', [])
    .option('--receipts <file>', 'escrow receipts: keys that are kept elsewhere may leave the servers');
}

/**
 * The goal of a command line.
 * @throws PlimsollError `usage` when the key is not told, or the word does not fit the state
 */
export function goalOf(kind: Goal['kind'], { state, sealed }: KnownCluster, { to, keyFile }: GoalOptions): Goal {
  if (to !== undefined && keyFile !== undefined) throw new PlimsollError('usage', 'give --key-file or --to, not both');
  const named = sealed === undefined ? to : `${sealed.provider}:${sealed.name}#${sealed.fingerprint}`;
  if (kind === 'disable' && named !== undefined) throw new PlimsollError('usage', 'disable has no key');
  const name = kind === 'disable' ? 'identity' : named;
  if (name === undefined)
    throw new PlimsollError('usage', `${kind} to which key? Name its sealed file with --key-file, or --to`);
  const goal: Goal = { kind, target: namedTransformer(name, state) };
  const problem = goalProblem(state, goal);
  if (problem !== undefined) throw new PlimsollError('usage', problem);
  return goal;
}
