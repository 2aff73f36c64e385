// What `plimsoll mitigation plan` and `apply` share: where a mitigation goes, and the cluster that it speaks to.
import type { Command } from 'commander';
import { roleYaml } from '../kubernetes/api/role.ts';
import type { ObjectDriver } from '../operate/mitigation/run/driver.ts';
import type { Phase } from '../operate/mitigation/step/kinds.ts';
import { type BundleWork, releaseEditsOf } from '../operate/mitigation/work.ts';
import { PlimsollError } from '../platform/errors.ts';
import { type ClusterOptions, onCluster } from './cluster-access.ts';
import { type CommandContext, writeResult } from './command.ts';
import { AUDIT_RULES } from './mitigation-audit.ts';
import { type LedgerOptions, openCluster, roleFor, withLedger } from './mitigation-input.ts';

/** Options that plan and apply share. */
export interface WorkOptions extends LedgerOptions, ClusterOptions {
  readonly enforce?: boolean;
  readonly nodes: readonly string[];
  readonly key?: readonly string[];
}

/** Adds the options. */
export function withPlaces(command: Command): Command {
  return onCluster(withLedger(command))
    .argument('<bundle>', 'a bundle: its folder or file, or the id of one that comes with the program')
    .option('--enforce', 'let policies reject, instead of reporting what they would reject')
    .option('--nodes <name...>', 'nodes for the steps on nodes, as `uname -n` says their names', []);
}

/** Policies report first, and reject when they are told to. */
export function phaseOf({ enforce }: WorkOptions): Phase {
  return enforce === true ? 'enforce' : 'audit';
}

/** What --rbac prints: the rights that the objects of this bundle need. */
export function writeRole(command: string, work: BundleWork, options: WorkOptions, context: CommandContext): void {
  const targets = [
    ...work.steps.flatMap(({ objects }) => objects.map(({ target }) => target)),
    ...releaseEditsOf(work).map(({ target }) => target),
  ];
  const role = roleFor(command, targets, ['get', 'create', 'patch', 'delete']);
  const audits = work.rejects && options.enforce === true ? AUDIT_RULES : [];
  writeResult(context, options, roleYaml({ ...role, rules: [...role.rules, ...audits] }));
}

/** Runs with the cluster where there is something to read or write in it. */
export async function withDriver<T>(
  asks: boolean,
  options: ClusterOptions,
  context: CommandContext,
  run: (driver: ObjectDriver, cluster?: Awaited<ReturnType<typeof openCluster>>) => Promise<T>,
): Promise<T> {
  if (!asks) return run(NO_OBJECTS);
  const cluster = await openCluster(options, context);
  try {
    return await run(cluster.driver, cluster);
  } finally {
    cluster.api.close();
  }
}

/** Whether the work has objects of the cluster. */
export function hasObjects({ steps }: BundleWork): boolean {
  return steps.some(({ objects }) => objects.length > 0);
}

/** In the place of a cluster for work without objects. */
export const NO_OBJECTS: ObjectDriver = { read: noObjects, rehearse: noObjects, write: noObjects };

function noObjects(): never {
  throw new PlimsollError('usage', 'the ledger speaks of objects of a cluster: name it with --kubeconfig');
}
