// `plimsoll mitigation conflicts`: what mitigations break on nodes, what they leave open, and which choices are consistent.
import type { Command } from 'commander';
import { conflictsOf } from '../operate/conflicts/conflicts.ts';
import { evidenceSubjects } from '../operate/conflicts/evidence-facts.ts';
import { readConflictTable } from '../operate/conflicts/table.ts';
import type { Subject } from '../operate/mitigation/bundle/applies.ts';
import { readFacts } from '../operate/mitigation/facts.ts';
import { ledgerState } from '../operate/mitigation/ledger/state.ts';
import { PlimsollError } from '../platform/errors.ts';
import { conflictsJson } from '../publish/json/conflicts.ts';
import { conflictsTable } from '../publish/terminal/conflicts.ts';
import { type CommandContext, newCommand, terminalOptions, writeResult } from './command.ts';
import { type EvidenceOptions, readEvidenceFiles, takesEvidence } from './evidence-input.ts';
import { allBundles, type LedgerOptions, lookIntoLedger, readTextFile, withLedger } from './mitigation-input.ts';
import { parsePolicyFailOn } from './policy-fail-on.ts';
import { remarker } from './talk.ts';

interface ConflictsOptions extends LedgerOptions, EvidenceOptions {
  readonly facts?: readonly string[];
  readonly evidence?: readonly string[];
  readonly planned?: readonly string[];
  readonly failOn?: string;
}

const EXAMPLE = [
  'plimsoll mitigation conflicts --evidence evidence.json --planned userns-off',
  'plimsoll mitigation conflicts --facts facts.json --fail-on fail,gaps',
].join('\n');

/** The command. */
export function conflictsMitigationCommand(context: CommandContext): Command {
  const summary =
    'user namespaces, container runtimes and mitigations of nodes: what breaks, what stays open, which choices fit';
  return withLedger(takesEvidence(newCommand('conflicts', summary, ['text', 'json'], EXAMPLE)))
    .argument('[dir...]', 'folders of bundles (those that come with the program)')
    .option('--facts <file...>', 'what is known of nodes, JSON, as mitigation check takes it')
    .option('--evidence <file...>', 'one bundle of evidence, or parts of nodes')
    .option('--planned <id...>', 'mitigations that are to be applied, besides those that the ledger says are active')
    .option('--fail-on <words>', 'exit 1 for fail (something breaks or is open), for gaps (what is not known), or both')
    .action((folders: readonly string[], options: ConflictsOptions) => conflicts(folders, options, context));
}

async function conflicts(
  folders: readonly string[],
  options: ConflictsOptions,
  context: CommandContext,
): Promise<void> {
  const words = parsePolicyFailOn(options.failOn);
  const bundles = allBundles(folders, context).map(({ bundle }) => bundle);
  const planned = options.planned ?? [];
  const unknown = planned.find((id) => bundles.every(({ mitigation }) => mitigation !== id));
  if (unknown !== undefined) {
    throw new PlimsollError('usage', `--planned: there is no mitigation "${unknown}": mitigation list shows them`);
  }
  const subjects = await subjectsOf(options, context);
  const { active: known } = ledgerState(lookIntoLedger(options, context)?.chain.entries ?? []);
  const active = [...known].flatMap(([id, { phase }]) => (phase === 'applied' ? id : []));
  const nodes = conflictsOf(subjects, { table: readConflictTable(), bundles, active, planned });
  const mitigations = [...new Set([...active, ...planned])].sort();
  const isJson = options.format === 'json';
  writeResult(
    context,
    options,
    isJson ? conflictsJson(nodes, mitigations) : conflictsTable(nodes, terminalOptions(context, options)),
  );
  const of = (verdict: string): boolean => nodes.some(({ results }) => results.some((one) => one.verdict === verdict));
  if ((words.has('fail') && of('fail')) || (words.has('gaps') && of('no-evidence'))) context.setExitCode(1);
}

/** @throws PlimsollError `usage` without anything to read, `input-missing` without a node in it; what reading facts and evidence throws */
async function subjectsOf(options: ConflictsOptions, context: CommandContext): Promise<readonly Subject[]> {
  const { facts = [], evidence = [] } = options;
  if (facts.length + evidence.length === 0) {
    throw new PlimsollError('usage', 'what is known of the nodes stands in --facts or --evidence: name one');
  }
  const stated = facts.flatMap((file) => readFacts(readTextFile(file, context), file));
  const bundle =
    evidence.length === 0 ? undefined : await readEvidenceFiles(evidence, options, context, remarker(context, options));
  const all = [...stated, ...(bundle === undefined ? [] : evidenceSubjects(bundle))];
  if (all.some(({ kind }) => kind === 'node')) return all;
  throw new PlimsollError('input-missing', `there is no node in ${[...facts, ...evidence].join(', ')}`);
}
