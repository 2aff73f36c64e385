// `plimsoll mitigation backout` and `confirm`: a mitigation goes, or stays for good.
import { type Command, Option } from 'commander';
import { roleYaml } from '../kubernetes/api/role.ts';
import type { Ledger } from '../operate/mitigation/ledger/ledger.ts';
import { ledgerState } from '../operate/mitigation/ledger/state.ts';
import { readNodeResults } from '../operate/mitigation/node/results.ts';
import { confirmScript, nodeScript } from '../operate/mitigation/node/script.ts';
import { backOutMitigation } from '../operate/mitigation/run/backout.ts';
import type { OnDifference } from '../operate/mitigation/run/change.ts';
import type { ObjectDriver } from '../operate/mitigation/run/driver.ts';
import { backoutChanges, recordResults } from '../operate/mitigation/run/nodes.ts';
import { digestOf } from '../platform/canonical.ts';
import { PlimsollError } from '../platform/errors.ts';
import { type ClusterOptions, onCluster } from './cluster-access.ts';
import { type CommandContext, newCommand, writeResult } from './command.ts';
import { runName, writeNewScript } from './mitigation-apply.ts';
import {
  bindCluster,
  type LedgerOptions,
  openCluster,
  openLedger,
  readTextFile,
  roleFor,
  withLedger,
} from './mitigation-input.ts';
import { type RunReport, runJson, runText } from './mitigation-text.ts';
import { NO_OBJECTS } from './mitigation-work.ts';

interface BackoutOptions extends LedgerOptions, ClusterOptions {
  readonly reason: string;
  readonly script?: string;
  readonly results?: readonly string[];
  readonly undone?: readonly string[];
  readonly notRun: readonly string[];
  readonly onDifference: OnDifference;
}

interface ConfirmOptions extends LedgerOptions {
  readonly script?: string;
}

const EXAMPLE = [
  'plimsoll mitigation backout userns-off --reason "kernel 5.3.18-150300.59.43 is in" --script backout.sh',
  'plimsoll mitigation backout userns-off --results results.txt',
].join('\n');

/** `mitigation backout`. */
export function backoutMitigationCommand(context: CommandContext): Command {
  const summary =
    'give every value back that a mitigation set, or go on with it; 1 while something is still to be done';
  return onCluster(withLedger(newCommand('backout', summary, ['text', 'json'], EXAMPLE)))
    .argument('<id>', 'the mitigation')
    .option('--reason <words>', 'why, for the ledger', 'no reason given')
    .option(
      '--script <file>',
      'write the script for the nodes; run it there as root, and give its output with --results',
    )
    .option('--results <file...>', 'what the script printed on nodes')
    .option('--not-run <node...>', 'nodes on which the script of apply was never run, though it was written', [])
    .option('--undone <step=words...>', 'manual steps that are undone, and who says so')
    .addOption(
      new Option('--on-difference <what>', 'where others changed a value since: leave theirs, or write over it')
        .choices(['ask', 'leave', 'overwrite'])
        .default('ask'),
    )
    .action((id: string, options: BackoutOptions) => backOut(id, options, context));
}

/** `mitigation confirm`. */
export function confirmMitigationCommand(context: CommandContext): Command {
  const summary = 'say that a mitigation that can lock people out did not: it stays';
  const example = 'plimsoll mitigation confirm userns-off --script confirm.sh';
  return withLedger(newCommand('confirm', summary, ['text'], example))
    .argument('<id>', 'the mitigation')
    .option('--script <file>', 'write the script that says so to the nodes, which go back by themselves otherwise')
    .action((id: string, options: ConfirmOptions) => confirm(id, options, context));
}

async function backOut(id: string, options: BackoutOptions, context: CommandContext): Promise<void> {
  const ledger = openLedger(options, context);
  try {
    const { active, past, objects } = ledgerState(ledger.entries);
    const targets = [...objects].flatMap(([target, { holders }]) =>
      holders.has(id) && !target.startsWith('node ') ? [target] : [],
    );
    if (options.rbac === true) {
      const role = roleFor('mitigation backout', targets, ['get', 'create', 'patch', 'delete']);
      return writeResult(context, options, roleYaml(role));
    }
    if (!active.has(id)) {
      const was = past.get(id);
      const words = was === undefined ? 'was never applied here' : `was backed out at ${was}`;
      throw new PlimsollError('usage', `${id} ${words} (site ${options.site})`);
    }
    const pending = ledgerState(ledger.entries).pending.some(({ entry }) => !entry.target.startsWith('node '));
    const report =
      targets.length === 0 && !pending
        ? await backOutWith(ledger, NO_OBJECTS, id, options, context)
        : await backOutInCluster(ledger, id, options, context);
    writeResult(context, options, options.format === 'json' ? runJson(report) : runText(report));
    if (!report.complete) context.setExitCode(1);
  } finally {
    ledger.close();
  }
}

async function backOutInCluster(
  ledger: Ledger,
  id: string,
  options: BackoutOptions,
  context: CommandContext,
): Promise<RunReport> {
  const cluster = await openCluster(options, context);
  try {
    await bindCluster(ledger, cluster);
    return await backOutWith(ledger, cluster.driver, id, options, context);
  } finally {
    cluster.api.close();
  }
}

async function backOutWith(
  ledger: Ledger,
  driver: ObjectDriver,
  id: string,
  options: BackoutOptions,
  context: CommandContext,
): Promise<RunReport> {
  const { reason, onDifference } = options;
  if (ledgerState(ledger.entries).active.get(id)?.phase !== 'backing-out') {
    ledger.append({ event: 'backout', mitigation: id, reason });
  }
  for (const [step, words] of (options.undone ?? []).map(stepAndWords)) {
    ledger.append({ event: 'attested', mitigation: id, step, done: false, statement: words });
  }
  const results = (options.results ?? []).flatMap((file) => readNodeResults(readTextFile(file, context), file));
  const unheard = unheardNodes(ledger, id);
  // What a node was changed to, and from, is known from there alone.
  const late = results.filter(({ action, node }) => action === 'apply' && unheard.includes(node));
  const nodes = [
    ...recordResults(ledger, id, late),
    ...recordResults(
      ledger,
      id,
      results.filter(({ action }) => action === 'backout'),
    ),
  ];
  for (const node of options.notRun.filter((one) => unheard.includes(one))) {
    const statement = 'the script was not run there';
    ledger.append({ event: 'attested', mitigation: id, step: `node ${node}`, done: false, statement });
  }
  const changes = backoutChanges(ledger, id);
  const silent = unheardNodes(ledger, id).filter((node) => !options.notRun.includes(node));
  const awaited = [...new Set([...changes.keys(), ...silent])].sort();
  if (options.script !== undefined) {
    const text = nodeScript({ mitigation: id, action: 'backout', run: runName(id), changes, reloads: [], probes: [] });
    writeNewScript(options.script, text, context);
    ledger.append({
      event: 'script',
      mitigation: id,
      action: 'backout',
      script: digestOf(text),
      nodes: [...changes.keys()].sort(),
    });
  }
  const hand = [...(ledgerState(ledger.entries).active.get(id)?.attested.keys() ?? [])].sort();
  const more = awaited.length > 0 || hand.length > 0;
  const objects = await backOutMitigation({ journal: ledger, driver }, { mitigation: id, reason, onDifference, more });
  return {
    mitigation: id,
    action: 'backout',
    complete: !ledgerState(ledger.entries).active.has(id),
    objects,
    nodes,
    awaited,
    hand: hand.map((step) => ({ step, text: 'undo it as the bundle says' })),
    ...(options.script === undefined ? {} : { script: options.script }),
  };
}

/** Nodes for which a script was written that applies it, and of which nobody gave what it printed: it may have run there. */
function unheardNodes({ entries }: Pick<Ledger, 'entries'>, id: string): readonly string[] {
  const begun = entries.findLastIndex((entry) => entry.event === 'backed-out' && entry.mitigation === id);
  const unheard = new Set<string>();
  for (const entry of entries.slice(begun + 1)) {
    if (entry.event === 'script' && entry.mitigation === id && entry.action === 'apply') {
      for (const node of entry.nodes) unheard.add(node);
    } else if (entry.event === 'intent' && entry.mitigation === id) {
      unheard.delete(entry.target.replace(/^node /, ''));
    }
  }
  return [...unheard].sort();
}

function confirm(id: string, options: ConfirmOptions, context: CommandContext): void {
  const ledger = openLedger(options, context);
  try {
    const one = ledgerState(ledger.entries).active.get(id);
    if (one === undefined) throw new PlimsollError('usage', `${id} is not applied here (site ${options.site})`);
    if (options.script !== undefined) {
      writeNewScript(options.script, confirmScript(id, runName(one.apply.bundle)), context);
    }
    if (!one.confirmed) ledger.append({ event: 'confirm', mitigation: id });
    const script =
      options.script === undefined ? '' : `; run ${options.script} as root on its nodes before their time is over`;
    writeResult(
      context,
      options,
      one.confirmed ? `${id} needs no confirmation` : `${id} is confirmed: it stays${script}`,
    );
  } finally {
    ledger.close();
  }
}

function stepAndWords(text: string): readonly [step: string, words: string] {
  const [, step, words] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (step !== undefined && words !== undefined) return [step, words];
  throw new PlimsollError('usage', 'write --undone STEP=WORDS');
}
