// `plimsoll mitigation status` and `verify`: where active mitigations stand, and whether one works.
import type { Command } from 'commander';
import { type MinimalRole, roleYaml } from '../kubernetes/api/role.ts';
import { readRun } from '../operate/helm-tests/read-run.ts';
import type { ReadLedger } from '../operate/mitigation/ledger/ledger.ts';
import { ledgerState, targetKind } from '../operate/mitigation/ledger/state.ts';
import { type NodeResult, readNodeResults } from '../operate/mitigation/node/results.ts';
import { nodeScript } from '../operate/mitigation/node/script.ts';
import { observe } from '../operate/mitigation/observe.ts';
import { dueRestarts, workloadNamespace } from '../operate/mitigation/restarts.ts';
import { applyChanges } from '../operate/mitigation/run/nodes.ts';
import {
  type MitigationStatus,
  mitigationStatuses,
  neverApplied,
  readBackVerdict,
} from '../operate/mitigation/status.ts';
import { verifyBundle } from '../operate/mitigation/verify.ts';
import { nodeEditsOf, workOf } from '../operate/mitigation/work.ts';
import { jsonText } from '../platform/json-text.ts';
import { printable } from '../platform/printable.ts';
import type { Verdict } from '../platform/verdict.ts';
import { mitigationsHtml } from '../publish/html/mitigations.ts';
import { type ClusterOptions, onCluster } from './cluster-access.ts';
import { type CommandContext, newCommand, writeResult } from './command.ts';
import {
  bundleAt,
  type LedgerOptions,
  lookIntoLedger,
  type OpenCluster,
  openCluster,
  readTextFile,
  roleFor,
  withLedger,
} from './mitigation-input.ts';
import { runName, writeNewScript } from './mitigation-script.ts';
import { statusJson, statusText } from './mitigation-text.ts';
import { remarker } from './talk.ts';

/** Options of commands that look where mitigations stand. */
export interface StatusOptions extends LedgerOptions, ClusterOptions {
  readonly results?: readonly string[];
}

interface VerifyOptions extends StatusOptions {
  readonly helmTests?: readonly string[];
  readonly script?: string;
  readonly nodes: readonly string[];
}

const STATUS_EXAMPLE = 'plimsoll mitigation status --results results.txt';
const VERIFY_EXAMPLE = 'plimsoll mitigation verify userns-off --results results.txt';

/** `mitigation status`. */
export function statusMitigationCommand(context: CommandContext): Command {
  const summary = 'where each active mitigation stands, read back; 1 when one is not wholly in place, or past its date';
  return onCluster(withLedger(newCommand('status', summary, ['text', 'json', 'html'], STATUS_EXAMPLE)))
    .argument('[bundle...]', 'these only, also when they are not applied: folders, files or ids (all that are active)')
    .option('--results <file...>', 'what scripts printed on nodes lately')
    .action((names: readonly string[], options: StatusOptions) => status(names, options, context));
}

/** `mitigation verify`. */
export function verifyMitigationCommand(context: CommandContext): Command {
  const summary = 'read the values of a mitigation back and run its checks; 1 when one fails';
  return onCluster(withLedger(newCommand('verify', summary, ['text', 'json'], VERIFY_EXAMPLE)))
    .argument('<bundle>', 'a bundle: its folder or file, or the id of one that comes with the program')
    .option('--nodes <name...>', 'nodes for --script', [])
    .option('--script <file>', 'write the script that reads back and probes on nodes, and changes nothing')
    .option('--results <file...>', 'what scripts printed on nodes')
    .option('--helm-tests <file...>', 'runs of helm-tests before, after, and after back-out: their JSON')
    .action((name: string, options: VerifyOptions) => verify(name, options, context));
}

async function status(names: readonly string[], options: StatusOptions, context: CommandContext): Promise<void> {
  const ledger = lookIntoLedger(options, context);
  if (options.rbac === true) return writeResult(context, options, roleYaml(statusRole('status', ledger)));
  const active = ledger === undefined ? [] : await statusesOf(ledger, options, context);
  const statuses = names.length === 0 ? active : names.map((name) => statusOfOne(name, active, ledger, context));
  const chain = ledger?.chain;
  const report = {
    entries: chain?.fault?.from ?? chain?.entries.length ?? 0,
    ...(chain === undefined ? {} : { head: chain.head }),
    ...(chain?.fault === undefined ? {} : { fault: chain.fault }),
  };
  const fault = chain?.fault === undefined ? {} : { fault: chain.fault.reason };
  const render = {
    text: () => statusText(statuses, report),
    json: () => statusJson(statuses, report),
    html: () => mitigationsHtml({ site: options.site, at: context.now().toISOString(), statuses, ...fault }),
  };
  writeResult(context, options, (render[options.format as keyof typeof render] ?? render.text)());
  const wrong = statuses.some(({ state, confirmOverdue }) => state !== 'applied' || confirmOverdue);
  if (wrong || chain?.fault !== undefined) context.setExitCode(1);
}

/** A site's own bundle may be gone from where it was: an active one is known by its id. */
function statusOfOne(
  name: string,
  active: readonly MitigationStatus[],
  ledger: ReadLedger | undefined,
  context: CommandContext,
): MitigationStatus {
  const known = active.find(({ mitigation }) => mitigation === name);
  if (known !== undefined) return known;
  const { bundle } = bundleAt(name, context);
  const past = ledgerState(ledger?.chain.entries ?? []).past.get(bundle.mitigation);
  return active.find(({ mitigation }) => mitigation === bundle.mitigation) ?? neverApplied(bundle, past);
}

/** Where each active mitigation stands, objects and running pods read. */
export async function statusesOf(
  ledger: ReadLedger,
  options: StatusOptions,
  context: CommandContext,
): Promise<readonly MitigationStatus[]> {
  const journal = { entries: ledger.chain.entries, content: ledger.content.bind(ledger) };
  const state = ledgerState(journal.entries);
  const results = resultsOf(options.results, context);
  const { observed, running } = await askingCluster(
    heldObjects(ledger).length > 0,
    options,
    context,
    async (cluster) => {
      const seen = await observe(journal, cluster?.driver, results, cluster?.releases);
      return { observed: seen, running: cluster === undefined ? new Map() : await dueRestarts(cluster.api, seen) };
    },
  );
  return mitigationStatuses(state, observed, context.now().toISOString(), running);
}

/** The least role to look where mitigations stand. */
export function statusRole(command: string, ledger: ReadLedger | undefined): MinimalRole {
  const targets = ledger === undefined ? [] : heldObjects(ledger);
  const role = roleFor(`mitigation ${command}`, targets, ['get']);
  const namespaces = [...new Set(targets.flatMap((target) => workloadNamespace(target) ?? []))].sort();
  const pods = namespaces.map((namespace) => {
    return { group: '', resources: ['pods'], verbs: ['list' as const], namespace, why: 'which restarts are due' };
  });
  return { ...role, rules: [...role.rules, ...pods] };
}

/** Objects of the cluster of which something is claimed. */
function heldObjects({ chain }: ReadLedger): readonly string[] {
  return [...ledgerState(chain.entries).objects].flatMap(([target, { holders }]) =>
    holders.size > 0 && targetKind(target) !== 'node' ? [target] : [],
  );
}

async function verify(name: string, options: VerifyOptions, context: CommandContext): Promise<void> {
  const { bundle } = bundleAt(name, context);
  if (options.rbac === true) {
    const role = statusRole('verify', lookIntoLedger(options, context));
    const why = 'to look at running pods';
    const rules = [...role.rules, { group: '', resources: ['pods'], verbs: ['list' as const], why }];
    return writeResult(context, options, roleYaml({ ...role, rules }));
  }
  if (options.script !== undefined) {
    const edits = nodeEditsOf(workOf(bundle, 'enforce'));
    const nodes = options.nodes.length === 0 ? ['*'] : options.nodes;
    const text = nodeScript({
      mitigation: bundle.mitigation,
      action: 'verify',
      run: runName(bundle.mitigation),
      changes: applyChanges({ entries: [], content: () => undefined }, nodes, edits),
      reloads: [],
      probes: bundle.verify.flatMap((one) => (one.type === 'probe' ? [one] : [])),
    });
    writeNewScript(options.script, text, context);
    remarker(context, options)(`${options.script}: run it as root on the nodes, and give its output with --results`);
  }
  const asks = bundle.verify.some(({ type }) => type === 'denied' || type === 'pods');
  const results = resultsOf(options.results, context);
  const runs = (options.helmTests ?? []).map((file) => readRun(readTextFile(file, context), file));
  const checks = await askingCluster(asks, options, context, (cluster) =>
    verifyBundle(bundle, cluster?.api, results, runs),
  );
  const ledger = lookIntoLedger(options, context);
  const isActive = ledgerState(ledger?.chain.entries ?? []).active.has(bundle.mitigation);
  const statuses = ledger === undefined || !isActive ? [] : await statusesOf(ledger, options, context);
  const own = statuses.filter(({ mitigation }) => mitigation === bundle.mitigation);
  const verdicts = [...own.map(readBackVerdict), ...checks];
  const json = (): string =>
    jsonText({ schemaVersion: 1, mitigation: bundle.mitigation, version: bundle.version, results: verdicts });
  writeResult(context, options, options.format === 'json' ? json() : verdictsText(verdicts));
  if (verdicts.some(({ verdict }) => verdict === 'fail')) context.setExitCode(1);
}

function verdictsText(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return 'it is not applied here, and has no checks besides reading its values back';
  return verdicts
    .map(({ check, subject, verdict, reason }) => printable(`${check} ${subject}: ${verdict}: ${reason}`))
    .join('\n');
}

function resultsOf(files: readonly string[] | undefined, context: CommandContext): readonly NodeResult[] {
  return (files ?? []).flatMap((file) => readNodeResults(readTextFile(file, context), file));
}

/** Runs with the cluster if there is something to ask of it. */
async function askingCluster<T>(
  asks: boolean,
  options: ClusterOptions,
  context: CommandContext,
  run: (cluster: OpenCluster | undefined) => Promise<T>,
): Promise<T> {
  if (!asks) return run(undefined);
  const cluster = await openCluster(options, context);
  try {
    return await run(cluster);
  } finally {
    cluster.api.close();
  }
}
