// `plimsoll mitigation backout` and `confirm`: a mitigation goes, or stays for good.
import { type Command, Option } from 'commander';
import { roleYaml } from '../kubernetes/api/role.ts';
import type { Ledger } from '../operate/mitigation/ledger/ledger.ts';
import { ledgerState, targetKind } from '../operate/mitigation/ledger/state.ts';
import { readNodeResults } from '../operate/mitigation/node/results.ts';
import { confirmScript, nodeScript } from '../operate/mitigation/node/script.ts';
import { backOutMitigation } from '../operate/mitigation/run/backout.ts';
import type { OnDifference } from '../operate/mitigation/run/change.ts';
import type { ObjectDriver } from '../operate/mitigation/run/driver.ts';
import { recordResults } from '../operate/mitigation/run/node-results.ts';
import { backoutChanges } from '../operate/mitigation/run/nodes.ts';
import { backOutReleases } from '../operate/mitigation/run/releases.ts';
import { digestOf } from '../platform/canonical.ts';
import { PlimsollError } from '../platform/errors.ts';
import { type ClusterOptions, onCluster } from './cluster-access.ts';
import { type CommandContext, newCommand, writeResult } from './command.ts';
import {
  bindCluster,
  type LedgerOptions,
  type OpenCluster,
  openCluster,
  openLedger,
  readTextFile,
  roleFor,
  withLedger,
} from './mitigation-input.ts';
import { runName, writeNewScript } from './mitigation-script.ts';
import { type RunReport, runJson, runText } from './mitigation-text.ts';
import { NO_OBJECTS } from './mitigation-work.ts';
import { remarker } from './talk.ts';

interface BackoutOptions extends LedgerOptions, ClusterOptions {
  readonly reason: string;
  readonly script?: string;
  readonly results?: readonly string[];
  readonly undone?: readonly string[];
  readonly notRun: readonly string[];
  readonly overdue?: boolean;
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
    .argument('[id]', 'the mitigation')
    .option('--overdue', 'instead of one: all that nobody confirmed in time, for a timer on a machine that stays')
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
    .action((id: string | undefined, options: BackoutOptions) => backOut(id, options, context));
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

async function backOut(id: string | undefined, options: BackoutOptions, context: CommandContext): Promise<void> {
  const ledger = openLedger(options, context);
  try {
    const ids = id === undefined ? overdueOf(ledger, options, context) : [id];
    if (options.rbac === true) {
      const targets = ids.flatMap((one) => objectsOf(ledger, one));
      const role = roleFor('mitigation backout', targets, ['get', 'create', 'patch', 'delete']);
      return writeResult(context, options, roleYaml(role));
    }
    const reports: RunReport[] = [];
    for (const one of ids) reports.push(await backOutOne(ledger, one, options, context));
    const texts = reports.map(options.format === 'json' ? runJson : runText);
    writeResult(context, options, texts.length === 0 ? 'nothing is overdue' : texts.join('\n'));
    if (reports.some(({ complete }) => !complete)) context.setExitCode(1);
  } finally {
    ledger.close();
  }
}

/** Those that nobody confirmed in time. @throws PlimsollError `usage` unless they are asked for */
function overdueOf(
  ledger: Ledger,
  { overdue, format, script, results }: BackoutOptions,
  context: CommandContext,
): readonly string[] {
  if (overdue !== true) throw new PlimsollError('usage', 'name the mitigation, or give --overdue');
  if (script !== undefined || results !== undefined) {
    throw new PlimsollError(
      'usage',
      '--overdue puts objects back; give scripts and results with the mitigation that they are of',
    );
  }
  if (format === 'json') throw new PlimsollError('usage', '--overdue has no JSON: `mitigation status` has');
  const now = context.now().toISOString();
  return [...ledgerState(ledger.entries).active].flatMap(([id, { apply, confirmed }]) =>
    !confirmed && apply.confirmBy !== undefined && apply.confirmBy < now ? [id] : [],
  );
}

function objectsOf(ledger: Ledger, id: string): readonly string[] {
  return [...ledgerState(ledger.entries).objects].flatMap(([target, { holders }]) =>
    holders.has(id) && targetKind(target) !== 'node' ? [target] : [],
  );
}

function backOutOne(ledger: Ledger, id: string, options: BackoutOptions, context: CommandContext): Promise<RunReport> {
  const { active, past, pending } = ledgerState(ledger.entries);
  if (!active.has(id)) {
    const was = past.get(id);
    const words = was === undefined ? 'was never applied here' : `was backed out at ${was}`;
    throw new PlimsollError('usage', `${id} ${words} (site ${options.site})`);
  }
  const isPending = pending.some(({ entry }) => targetKind(entry.target) !== 'node');
  return objectsOf(ledger, id).length === 0 && !isPending
    ? backOutWith(ledger, { driver: NO_OBJECTS }, id, options, context)
    : backOutInCluster(ledger, id, options, context);
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
    return await backOutWith(ledger, cluster, id, options, context);
  } finally {
    cluster.api.close();
  }
}

async function backOutWith(
  ledger: Ledger,
  { driver, releases }: Partial<OpenCluster> & { readonly driver: ObjectDriver },
  id: string,
  options: BackoutOptions,
  context: CommandContext,
): Promise<RunReport> {
  const { onDifference } = options;
  const reason = options.overdue === true ? 'nobody confirmed it in time' : options.reason;
  if (ledgerState(ledger.entries).active.get(id)?.phase !== 'backing-out') {
    ledger.append({ event: 'backout', mitigation: id, reason });
  }
  for (const [step, words] of (options.undone ?? []).map(stepAndWords)) {
    ledger.append({ event: 'attested', mitigation: id, step, done: false, statement: words });
  }
  const results = (options.results ?? []).flatMap((file) => readNodeResults(readTextFile(file, context), file));
  const unheard = (): ReadonlySet<string> => ledgerState(ledger.entries).active.get(id)?.unheard ?? new Set();
  // What a node was changed to, and from, is known from there alone.
  const late = results.filter(({ node }) => unheard().has(node));
  const given = { mitigation: id, onDifference } as const;
  const nodes = [
    ...recordResults(ledger, { ...given, action: 'apply', results: late }),
    ...recordResults(ledger, { ...given, action: 'backout', results }),
  ];
  for (const node of options.notRun.filter((one) => unheard().has(one))) {
    const statement = 'the script was not run there';
    ledger.append({ event: 'attested', mitigation: id, step: `node ${node}`, done: false, statement });
  }
  const changes = backoutChanges(ledger, id, onDifference === 'overwrite');
  const awaited = [...new Set([...changes.keys(), ...unheard()])].sort();
  if (options.script !== undefined) {
    const text = nodeScript({ mitigation: id, action: 'backout', run: runName(id), changes, reloads: [], probes: [] });
    const scripted = [...changes.keys()].sort();
    ledger.append({
      event: 'script',
      mitigation: id,
      action: 'backout',
      script: digestOf(text),
      nodes: scripted,
      run: runName(id),
      places: [],
    });
    writeNewScript(options.script, text, context);
  }
  const read =
    releases === undefined ? [] : await backOutReleases({ journal: ledger, read: releases }, id, onDifference);
  const attested = [...(ledgerState(ledger.entries).active.get(id)?.attested.keys() ?? [])].sort();
  const hand = [
    ...attested.map((step) => ({ step, text: `undo it as the bundle says; then --undone ${step}=WORDS` })),
    ...read.filter(({ done }) => !done).map(({ step, text }) => ({ step, text })),
  ];
  const more = awaited.length > 0 || hand.length > 0;
  const objects = await backOutMitigation({ journal: ledger, driver }, { mitigation: id, reason, onDifference, more });
  return {
    mitigation: id,
    action: 'backout',
    complete: !ledgerState(ledger.entries).active.has(id),
    objects,
    nodes,
    awaited,
    hand,
    ...(options.script === undefined ? {} : { script: options.script }),
  };
}

function confirm(id: string, options: ConfirmOptions, context: CommandContext): void {
  const ledger = openLedger(options, context);
  try {
    const one = ledgerState(ledger.entries).active.get(id);
    if (one === undefined || one.phase === 'backing-out') {
      const why = one === undefined ? 'is not applied here' : 'is being backed out';
      throw new PlimsollError('usage', `${id} ${why} (site ${options.site})`);
    }
    const { confirmBy } = one.apply;
    if (!one.confirmed && confirmBy !== undefined && confirmBy < context.now().toISOString()) {
      const talk = remarker(context, options);
      talk(
        `its time was over at ${confirmBy}: where it was applied before that it has gone back; the script fails on such nodes`,
      );
    }
    if (options.script !== undefined) {
      writeNewScript(options.script, confirmScript(id, one.application), context);
    }
    if (options.script === undefined && one.scripted.size > 0 && !one.confirmed) {
      const nodes = [...one.scripted.keys()].sort().join(', ');
      remarker(context, options)(`${nodes} go back all the same unless the script that --script writes runs there`);
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
