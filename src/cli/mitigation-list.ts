// `plimsoll mitigation list`, `show`, `check`: which mitigations there are, what one says, and where it applies.
import type { Command } from 'commander';
import { applicability } from '../operate/mitigation/bundle/applies.ts';
import type { Bundle } from '../operate/mitigation/bundle/bundle.ts';
import { assessmentSubjects, readFacts } from '../operate/mitigation/facts.ts';
import { standingOf } from '../operate/mitigation/known.ts';
import { ledgerState } from '../operate/mitigation/ledger/state.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';
import { openLookupStore } from './lookup-store.ts';
import {
  allBundles,
  bundleAt,
  type LedgerOptions,
  lookIntoLedger,
  readTextFile,
  withLedger,
} from './mitigation-input.ts';
import {
  checkJson,
  checkText,
  type ListedMitigation,
  listJson,
  listText,
  showJson,
  showText,
} from './mitigation-text.ts';

interface CheckOptions extends CommonOptions {
  readonly facts?: readonly string[];
  readonly assessment?: string;
  readonly store?: string;
}

/** `mitigation list`. */
export function listMitigationsCommand(context: CommandContext): Command {
  const summary = 'mitigations that come with the program or lie in folders, and what the ledger says of them';
  return withLedger(newCommand('list', summary, ['text', 'json'], 'plimsoll mitigation list'))
    .argument('[dir...]', 'folders of bundles (those that come with the program)')
    .action((folders: readonly string[], options: LedgerOptions) => list(folders, options, context));
}

/** `mitigation show`. */
export function showMitigationCommand(context: CommandContext): Command {
  const summary = 'what a mitigation says of itself';
  return newCommand('show', summary, ['text', 'json'], 'plimsoll mitigation show dirty-pipe')
    .argument('<bundle>', 'a bundle: its folder or file, or the id of one that comes with the program')
    .action((name: string, options: CommonOptions) => {
      const { bundle, digest, signature } = bundleAt(name, context);
      const show = options.format === 'json' ? showJson : showText;
      writeResult(context, options, show(bundle, digest, signature !== undefined));
    });
}

/** `mitigation check`. */
export function checkMitigationCommand(context: CommandContext): Command {
  const summary = 'where a mitigation applies, where it must not be applied, and where nobody can tell';
  const example = 'plimsoll mitigation check userns-off --facts facts.json';
  return newCommand('check', summary, ['text', 'json'], example)
    .argument('<bundle>', 'a bundle: its folder or file, or the id of one that comes with the program')
    .option('--facts <file...>', 'what is known of nodes, images and clusters, JSON')
    .option('--assessment <assessment>', 'packages of images: a JSON file that scan wrote, or a stored id')
    .option('--store <file>', 'store of assessments (in the data directory of the user)')
    .action((name: string, options: CheckOptions) => check(name, options, context));
}

function list(folders: readonly string[], options: LedgerOptions, context: CommandContext): void {
  const ledger = lookIntoLedger(options, context);
  const { active } = ledgerState(ledger?.chain.entries ?? []);
  const today = context.now().toISOString().slice(0, 10);
  const stateOf = (id: string): ListedMitigation['state'] => {
    const one = active.get(id);
    if (one === undefined) return 'never';
    return standingOf(one, today);
  };
  const mitigations = allBundles(folders, context).map(
    ({ bundle }): ListedMitigation => listed(bundle, stateOf(bundle.mitigation)),
  );
  writeResult(context, options, options.format === 'json' ? listJson(mitigations) : listText(mitigations));
}

function listed(
  { mitigation, version, title, cves, effect, expires, runbook }: Bundle,
  state: ListedMitigation['state'],
): ListedMitigation {
  const common = { id: mitigation, version, title, cves, effect, expires };
  return { ...common, ...(runbook === undefined ? {} : { runbook }), state };
}

async function check(name: string, options: CheckOptions, context: CommandContext): Promise<void> {
  const { bundle } = bundleAt(name, context);
  const stated = (options.facts ?? []).flatMap((file) => readFacts(readTextFile(file, context), file));
  const subjects = [...stated, ...(await imagesOf(bundle, options, context))];
  const answers = subjects.map((subject) => applicability(bundle, subject));
  writeResult(context, options, options.format === 'json' ? checkJson(bundle, answers) : checkText(bundle, answers));
}

async function imagesOf(
  bundle: Bundle,
  { assessment, store: file }: CheckOptions,
  context: CommandContext,
): Promise<ReturnType<typeof assessmentSubjects>> {
  if (assessment === undefined) return [];
  const store = await openLookupStore(file, context, ASSESSMENT_MIGRATIONS);
  try {
    return assessmentSubjects(await readAssessmentInput(assessment, context.workingDirectory, store), bundle);
  } finally {
    await store.close();
  }
}
