// `plimsoll compare`: what changed between two assessments, with a cause for every changed cell.
import type { Command } from 'commander';
import { compareAssessments } from '../explain/compare/compare.ts';
import { PlimsollError } from '../platform/errors.ts';
import { comparisonHtml } from '../publish/html/comparison.ts';
import { comparisonDocument, comparisonJson } from '../publish/json/comparison.ts';
import { comparisonMarkdown } from '../publish/markdown/comparison.ts';
import { comparisonTable } from '../publish/terminal/comparison.ts';
import type { AdvisorySet } from '../scan/advisory/advisory.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { type ComparedInput, comparedSide } from './compared-side.ts';
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
      'the advisory set that the first was made with (a kept one, else what the store has of its judgements)',
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
    const earlier = await readAssessmentInput(from, context.workingDirectory, store);
    const later = await readAssessmentInput(to, context.workingDirectory, store);
    const side = (input: ComparedInput) => comparedSide(input, store, context, opened);
    const { advisoriesFrom, advisoriesTo } = options;
    const comparison = compareAssessments(
      await side({ assessment: earlier, other: later, ...named(advisoriesFrom), option: '--advisories-from' }),
      await side({ assessment: later, other: earlier, ...named(advisoriesTo), option: '--advisories-to' }),
      { renames },
    );
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
      html: () => comparisonHtml(comparisonDocument(comparison)),
    };
    writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  } finally {
    for (const set of opened) set.close();
    await store.close();
  }
}

function named(advisories: string | undefined): Pick<ComparedInput, 'advisories'> {
  return advisories === undefined ? {} : { advisories };
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
