// `plimsoll plan`: the cheapest actions that remove what can be fixed, and the builds that they take.
import { type Command, InvalidArgumentError } from 'commander';
import { planJson } from '../publish/json/plan.ts';
import { planMarkdown } from '../publish/markdown/plan.ts';
import { planTable } from '../publish/terminal/plan.ts';
import { outcomeOf } from '../respond/plan/outcome.ts';
import { planOf } from '../respond/plan/plan.ts';
import { SEVERITY_LEVELS, type SeverityLevel } from '../scan/advisory/advisory.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { numberUpTo } from './arguments.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { lineName, readLines } from './lines-input.ts';
import { openLookupStore } from './lookup-store.ts';

interface PlanCommandOptions extends CommonOptions {
  readonly budget?: number;
  readonly severity: readonly SeverityLevel[];
  readonly rebuildThirdParty?: boolean;
  readonly after?: string;
  readonly lines?: string;
  readonly store?: string;
}

const EXAMPLE = [
  'plimsoll plan beta.97.json --budget 5',
  'plimsoll plan beta.97.json --format json --output builds.json',
  'plimsoll plan beta.97.json --budget 5 --after beta.106.json',
].join('\n');

/** The command. */
export function planCommand(context: CommandContext): Command {
  const summary = 'the fewest rebuilds and updates that remove what can be fixed, as a queue of builds';
  return newCommand('plan', summary, ['table', 'json', 'markdown'], EXAMPLE)
    .argument('<assessment>', 'a JSON file that scan wrote, or the id of a stored assessment')
    .option(
      '--budget <number>',
      'at most so many actions, those that remove most (as many as it takes)',
      numberUpTo(9999),
    )
    .option('--severity <levels>', 'severities to plan for, separated by commas', severitiesOf, ['critical', 'high'])
    .option('--rebuild-third-party', 'images of third parties can be rebuilt as well')
    .option(
      '--after <assessment>',
      'an assessment made after the rebuilds: what the plan predicted against what came of it',
    )
    .option('--lines <file>', 'release lines (lines.yaml in the working directory)')
    .option('--store <file>', 'store of assessments (in the data directory of the user)')
    .action((name: string, options: PlanCommandOptions) => showPlan(name, options, context));
}

async function showPlan(name: string, options: PlanCommandOptions, context: CommandContext): Promise<void> {
  const lines = await readLines(options.lines, context);
  const store = await openLookupStore(options.store, context, ASSESSMENT_MIGRATIONS);
  try {
    const assessment = await readAssessmentInput(name, context.workingDirectory, store);
    const line = await lineName(lines, assessment);
    const plan = planOf(assessment, {
      severities: options.severity,
      rebuildThirdParty: options.rebuildThirdParty === true,
      ...(options.budget === undefined ? {} : { budget: options.budget }),
      ...(line === undefined ? {} : { line }),
    });
    const after =
      options.after === undefined
        ? undefined
        : await readAssessmentInput(options.after, context.workingDirectory, store);
    const outcome = after === undefined ? undefined : outcomeOf(plan, after);
    const render = {
      table: () => planTable(plan, outcome, terminalOptions(context, options)),
      json: () => planJson(plan, outcome),
      markdown: () => planMarkdown(plan, outcome),
    };
    writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  } finally {
    await store.close();
  }
}

/** In the order of severities. @throws InvalidArgumentError */
function severitiesOf(text: string): readonly SeverityLevel[] {
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.find((word) => !SEVERITY_LEVELS.some((level) => level === word));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`"${unknown}" is none of ${SEVERITY_LEVELS.join(', ')}`);
  }
  return SEVERITY_LEVELS.filter((level) => words.includes(level));
}
