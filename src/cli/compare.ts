// `plimsoll compare`: what changed between two assessments, with a cause for every changed cell.
import type { Command } from 'commander';
import { compareAssessments } from '../explain/compare/compare.ts';
import type { ComparisonInput } from '../explain/compare/side.ts';
import { PlimsollError } from '../platform/errors.ts';
import type { Store } from '../platform/store.ts';
import { comparisonHtml } from '../publish/html/comparison.ts';
import { comparisonJson } from '../publish/json/comparison.ts';
import { comparisonMarkdown } from '../publish/markdown/comparison.ts';
import { comparisonTable } from '../publish/terminal/comparison.ts';
import type { AdvisorySet } from '../scan/advisory/advisory.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { keptAdvisories, openAdvisories } from './advisories-input.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { openLookupStore } from './lookup-store.ts';

interface CompareCommandOptions extends CommonOptions {
  readonly advisoriesFrom?: string;
  readonly advisoriesTo?: string;
  readonly rename: readonly string[];
  readonly store?: string;
}

const EXAMPLE = [
  'plimsoll compare beta.97.json beta.106.json',
  'plimsoll compare beta.97.json beta.106.json --advisories-from 2022-04-06.db --advisories-to 2022-04-20.db --format markdown',
].join('\n');

/** The command. */
export function compareCommand(context: CommandContext): Command {
  const formats = ['table', 'json', 'markdown', 'html'];
  return newCommand('compare', 'what changed between two assessments, and why', formats, EXAMPLE)
    .argument('<from>', 'the earlier assessment: a JSON file that scan wrote, or the id of a stored one')
    .argument('<to>', 'the later assessment')
    .option(
      '--advisories-from <file>',
      'the advisory set that the first was made with (the kept one if it is that; else causes are inferred)',
    )
    .option('--advisories-to <file>', 'the advisory set that the second was made with (likewise)')
    .option('--rename <old=new>', 'a repository that has another name in the second (repeatable)', collect, [])
    .option('--store <file>', 'store of assessments (in the data directory of the user)')
    .action((from: string, to: string, options: CompareCommandOptions) => compareTwo(from, to, options, context));
}

async function compareTwo(
  from: string,
  to: string,
  options: CompareCommandOptions,
  context: CommandContext,
): Promise<void> {
  const renames = renamesOf(options.rename);
  const store = await openLookupStore(options.store, context, ASSESSMENT_MIGRATIONS);
  const opened: AdvisorySet[] = [];
  try {
    const a = await inputOf(from, options.advisoriesFrom, '--advisories-from', store, context, opened);
    const b = await inputOf(to, options.advisoriesTo, '--advisories-to', store, context, opened);
    const comparison = compareAssessments(a, b, { renames });
    if (
      options.quiet !== true &&
      !comparison.pairing.pairs.some((pair) => pair.a !== undefined && pair.b !== undefined)
    ) {
      context.stderr('plimsoll: the two have no image in common: everything was removed and added\n');
    }
    const render = {
      table: () => comparisonTable(comparison, terminalOptions(context, options)),
      json: () => comparisonJson(comparison),
      markdown: () => comparisonMarkdown(comparison),
      html: () => comparisonHtml(comparison),
    };
    writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  } finally {
    for (const set of opened) set.close();
    await store.close();
  }
}

/** @throws PlimsollError `usage` when the set is not the one that the assessment was made with. */
async function inputOf(
  name: string,
  advisories: string | undefined,
  option: string,
  store: Store,
  context: CommandContext,
  opened: AdvisorySet[],
): Promise<ComparisonInput> {
  const assessment = await readAssessmentInput(name, context.workingDirectory, store);
  const { id } = assessment.advisorySet;
  const set = await (advisories === undefined ? keptAdvisories(id, context) : openAdvisories(advisories, context));
  if (set === undefined) return { assessment };
  opened.push(set);
  if (set.id !== id) {
    throw new PlimsollError(
      'usage',
      `${option} ${advisories} has the id ${set.id}, but ${name} was made with ${id}: give the set that it was made with`,
    );
  }
  return { assessment, set };
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

/** @throws PlimsollError `usage` */
function renamesOf(options: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    options.map((text) => {
      const [from = '', to = '', ...rest] = text.split('=');
      if (from === '' || to === '' || rest.length > 0) {
        throw new PlimsollError('usage', `--rename "${text}": write it as OLD=NEW, two repositories without tag`);
      }
      return [from, to];
    }),
  );
}
