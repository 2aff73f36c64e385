// `plimsoll review`: the weekly pack, and the ledger of decisions and action items that goes with it.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { compareAssessments } from '../explain/compare/compare.ts';
import type { ComparisonInput } from '../explain/compare/side.ts';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import type { Store } from '../platform/store.ts';
import { reviewHtml } from '../publish/html/review.ts';
import { reviewJson } from '../publish/json/review.ts';
import { reviewMarkdown } from '../publish/markdown/review.ts';
import { outcomeOf } from '../respond/plan/outcome.ts';
import { type Plan, planOf } from '../respond/plan/plan.ts';
import { lateItems } from '../respond/review/late.ts';
import { type LedgerEntry, ledgerLine, ledgerState, nextId, readLedger } from '../respond/review/ledger.ts';
import { type ReviewInput, reviewPack } from '../respond/review/pack.ts';
import { watchedItems } from '../respond/watch/watched.ts';
import type { AdvisorySet } from '../scan/advisory/advisory.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { isoDate, numberUpTo } from './arguments.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { type CommandContext, type CommonOptions, newCommand, newGroup, writeResult } from './command.ts';
import { type ComparedInput, comparedSide } from './compared-side.ts';
import { openLookupStore } from './lookup-store.ts';
import { readConfig } from './release-input.ts';
import { agesFrom } from './stored-ages.ts';

/** Files that are looked for in the working directory. */
const PROGRAMME = 'programme.yaml';
const LEDGER = 'review.jsonl';
const BUDGET = 5;

interface PackOptions extends CommonOptions {
  readonly since?: string;
  readonly advisoriesFrom?: string;
  readonly advisoriesTo?: string;
  readonly date?: string;
  readonly watch?: string;
  readonly programme?: string;
  readonly ledger?: string;
  readonly budget: number;
  readonly store?: string;
}

interface RecordOptions extends CommonOptions {
  readonly by: string;
  readonly date?: string;
  readonly ledger: string;
  readonly owner?: string;
  readonly due?: string;
}

/** The command with its parts; without the name of one it makes the pack. */
export function reviewCommand(context: CommandContext): Command {
  const example = [
    'plimsoll review this-week.json --since last-week.json',
    'plimsoll review action "rebuild the base images" --by chair --owner platform --due 2022-04-20',
  ].join('\n');
  const group = newGroup('review', 'the weekly pack, and its decisions and action items', example);
  group.addCommand(packCommand(context), { isDefault: true });
  group.addCommand(decideCommand(context));
  group.addCommand(actionCommand(context));
  group.addCommand(doneCommand(context));
  return group;
}

function packCommand(context: CommandContext): Command {
  const example = 'plimsoll review pack this-week.json --since last-week.json --format html --output review.html';
  return newCommand('pack', 'what the group needs to see of a release', ['markdown', 'html', 'json'], example)
    .argument('<assessment>', 'a JSON file that scan wrote, or the id of a stored assessment')
    .option('--since <assessment>', 'the assessment of the last review')
    .option(
      '--advisories-from <file>',
      'the advisory set of the last review (a kept one, else what the store has of its judgements)',
    )
    .option('--advisories-to <file>', 'the advisory set of this one (likewise)')
    .option('--date <date>', 'day of the review (today)', isoDate)
    .option('--watch <file>', 'the watch list (YAML)')
    .option('--programme <file>', `initiatives (${PROGRAMME} in the working directory)`)
    .option('--ledger <file>', `decisions and action items (${LEDGER} in the working directory)`)
    .option('--budget <number>', 'actions of the plan that are shown', numberUpTo(9999), BUDGET)
    .option('--store <file>', 'store of assessments (in the data directory of the user)')
    .action((name: string, options: PackOptions) => showPack(name, options, context));
}

function decideCommand(context: CommandContext): Command {
  return recordCommand(
    'decide',
    'write a decision into the ledger',
    'plimsoll review decide "1.2.5 is dropped for 1.3" --by chair',
  )
    .argument('<text>', 'what was decided')
    .action((text: string, options: RecordOptions) =>
      append(options, context, (entries, date) => ({
        kind: 'decision',
        id: nextId(entries, 'D'),
        date,
        by: options.by,
        text,
      })),
    );
}

function actionCommand(context: CommandContext): Command {
  const example = 'plimsoll review action "ticket for CVE-2022-23648" --by chair --owner platform --due 2022-04-13';
  return recordCommand('action', 'write an action item into the ledger', example)
    .argument('<text>', 'what is to be done')
    .requiredOption('--owner <name>', 'who does it')
    .option('--due <date>', 'by when', isoDate)
    .action((text: string, options: RecordOptions) =>
      append(options, context, (entries, date) => ({
        kind: 'action',
        id: nextId(entries, 'A'),
        date,
        by: options.by,
        text,
        owner: options.owner ?? '',
        ...(options.due === undefined ? {} : { due: options.due }),
      })),
    );
}

function doneCommand(context: CommandContext): Command {
  return recordCommand('done', 'close an action item', 'plimsoll review done A1 "ticket opened" --by platform')
    .argument('<id>', 'the item: A1')
    .argument('[text]', 'what came of it')
    .action((id: string, text: string | undefined, options: RecordOptions) =>
      append(options, context, (_entries, date) => ({
        kind: 'done',
        id,
        date,
        by: options.by,
        ...(text === undefined ? {} : { text }),
      })),
    );
}

function recordCommand(name: string, summary: string, example: string): Command {
  return newCommand(name, summary, ['text'], example)
    .requiredOption('--by <name>', 'who writes it')
    .option('--date <date>', 'day of it (today)', isoDate)
    .option('--ledger <file>', 'the ledger', LEDGER);
}

/** Appends one line. The ledger with the line must be one that reads; what stands in it is never changed. */
function append(
  options: RecordOptions,
  context: CommandContext,
  make: (entries: readonly LedgerEntry[], date: string) => LedgerEntry,
): void {
  const path = resolve(context.workingDirectory, options.ledger);
  const text = existsSync(path) ? readText(path, options.ledger) : '';
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  const entry = make(readLedger(text, options.ledger), options.date ?? today(context));
  const line = ledgerLine(entry);
  readLedger(before + line, options.ledger);
  try {
    appendFileSync(path, before.length > text.length ? `\n${line}` : line);
  } catch (error) {
    throw new PlimsollError('usage', `cannot write ${options.ledger}: ${messageOf(error)}`, { cause: error });
  }
  writeResult(context, options, `${entry.id} ${entry.kind} in ${options.ledger}`);
}

async function showPack(name: string, options: PackOptions, context: CommandContext): Promise<void> {
  const store = await openLookupStore(options.store, context, ASSESSMENT_MIGRATIONS);
  const opened: AdvisorySet[] = [];
  try {
    const read = (text: string): Promise<Assessment> => readAssessmentInput(text, context.workingDirectory, store);
    const assessment = await read(name);
    const since = options.since === undefined ? undefined : await read(options.since);
    const date = options.date ?? today(context);
    const { advisoriesFrom, advisoriesTo } = options;
    const side = (input: ComparedInput) => comparedSide(input, store, context, opened);
    const to = await side({
      assessment,
      other: since ?? assessment,
      ...(advisoriesTo === undefined ? {} : { advisories: advisoriesTo }),
      option: '--advisories-to',
    });
    const from =
      since === undefined
        ? undefined
        : await side({
            assessment: since,
            other: assessment,
            ...(advisoriesFrom === undefined ? {} : { advisories: advisoriesFrom }),
            option: '--advisories-from',
          });
    const pack = reviewPack({
      date,
      assessment,
      ...(from === undefined ? {} : comparedWith(from, to, options.budget)),
      plan: planFor(assessment, options.budget),
      ...(await lateOf(assessment, since, date, options, context, store)),
      ...(await filesOf(options, context, { date, since: since?.asOf, assessment, set: to.set })),
    });
    const render = {
      markdown: () => reviewMarkdown(pack),
      html: () => reviewHtml(pack),
      json: () => reviewJson(pack),
    };
    writeResult(context, options, (render[options.format as keyof typeof render] ?? render.markdown)());
  } finally {
    for (const one of opened) one.close();
    await store.close();
  }
}

/** The comparison with the last review, and what came of the plan that would have been made then. */
function comparedWith(
  from: ComparisonInput,
  to: ComparisonInput,
  budget: number,
): Pick<ReviewInput, 'comparison' | 'outcome'> {
  return {
    comparison: compareAssessments(from, to),
    outcome: outcomeOf(planFor(from.assessment, budget), to.assessment),
  };
}

function planFor(assessment: Assessment, budget: number): Plan {
  return planOf(assessment, { severities: ['critical', 'high'], rebuildThirdParty: false, budget });
}

/** Nothing without clocks: nobody said by when something is to be done. */
async function lateOf(
  assessment: Assessment,
  since: Assessment | undefined,
  date: string,
  options: PackOptions,
  context: CommandContext,
  store: Store,
): Promise<Pick<ReviewInput, 'late'>> {
  const { owners = [], clocks } = await readConfig(options, context);
  if (clocks === undefined) return {};
  const ageOf = await agesFrom(assessment, store, since === undefined ? [] : [since]);
  return { late: lateItems(assessment, { owners, clocks, ageOf }, date) };
}

interface FileSurroundings {
  readonly date: string;
  readonly since: string | undefined;
  readonly assessment: Assessment;
  readonly set: AdvisorySet | undefined;
}

/** What the group's own files say; those that are not named are read where they are. */
async function filesOf(
  options: PackOptions,
  context: CommandContext,
  { date, since, assessment, set }: FileSurroundings,
): Promise<Pick<ReviewInput, 'watch' | 'initiatives' | 'ledger'>> {
  const textOf = (option: string | undefined, usual?: string): string | undefined => {
    const name = option ?? usual;
    if (name === undefined) return undefined;
    const path = resolve(context.workingDirectory, name);
    return option === undefined && !existsSync(path) ? undefined : readText(path, name);
  };
  const watch = textOf(options.watch);
  const programme = textOf(options.programme, PROGRAMME);
  const ledger = textOf(options.ledger, LEDGER);
  return {
    ...(watch === undefined
      ? {}
      : { watch: watchedItems(await watchListOf(watch, options.watch ?? ''), assessment, set) }),
    ...(programme === undefined ? {} : { initiatives: await initiativesOf(programme, options.programme ?? PROGRAMME) }),
    ...(ledger === undefined ? {} : { ledger: ledgerState(readLedger(ledger, options.ledger ?? LEDGER), date, since) }),
  };
}

// YAML and its schema are loaded only where there is such a file.
async function watchListOf(text: string, name: string) {
  return (await import('../statements/watch-list.ts')).readWatchList(text, basename(name));
}

async function initiativesOf(text: string, name: string) {
  return (await import('../respond/review/programme.ts')).readProgramme(text, name);
}

/** @throws PlimsollError `input-missing` */
function readText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PlimsollError('input-missing', `${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function today(context: CommandContext): string {
  return context.now().toISOString().slice(0, 10);
}
