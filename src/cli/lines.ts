// `plimsoll lines status`: where each release line stands, and what the newest assessment of one of its releases says.
import type { Command } from 'commander';
import { PlimsollError } from '../platform/errors.ts';
import { lineSupport } from '../posture/kubernetes-versions/line-support.ts';
import { readVersionTable } from '../posture/kubernetes-versions/table.ts';
import { linesJson } from '../publish/json/lines.ts';
import { linesTable } from '../publish/terminal/lines.ts';
import { lineStatuses } from '../respond/lines/status.ts';
import { ASSESSMENT_MIGRATIONS, listAssessments } from '../scan/assess/assessment-store.ts';
import { isoDate } from './arguments.ts';
import {
  type CommandContext,
  type CommonOptions,
  newCommand,
  newGroup,
  terminalOptions,
  writeResult,
} from './command.ts';
import { readLines } from './lines-input.ts';
import { openLookupStore } from './lookup-store.ts';

interface LinesCommandOptions extends CommonOptions {
  readonly lines?: string;
  readonly asOf?: string;
  readonly store?: string;
}

const EXAMPLE = 'plimsoll lines status --lines lines.yaml --as-of 2022-04-20';

/** The command. */
export function linesCommand(context: CommandContext): Command {
  const summary =
    'state and end of every release line, with its newest assessment; 1 when a state and its dates disagree';
  const status = newCommand('status', summary, ['table', 'json'], EXAMPLE)
    .option('--lines <file>', 'release lines (lines.yaml in the working directory)')
    .option('--as-of <date>', 'date at which ends are judged (today)', isoDate)
    .option('--store <file>', 'store of assessments (in the data directory of the user)')
    .action((options: LinesCommandOptions) => showLines(options, context));
  return newGroup('lines', 'release lines: what is kept until when', EXAMPLE).addCommand(status);
}

async function showLines(options: LinesCommandOptions, context: CommandContext): Promise<void> {
  const lines = await readLines(options.lines, context);
  if (lines === undefined) {
    throw new PlimsollError(
      'input-missing',
      'there is no lines.yaml here: name the file of release lines with --lines',
    );
  }
  const asOf = options.asOf ?? context.now().toISOString().slice(0, 10);
  const store = await openLookupStore(options.store, context, ASSESSMENT_MIGRATIONS);
  try {
    const statuses = lineStatuses(lines, await listAssessments(store), asOf);
    const supports = lineSupport(lines, readVersionTable(), asOf);
    const result =
      options.format === 'json'
        ? linesJson(statuses, supports, asOf)
        : linesTable(statuses, supports, asOf, terminalOptions(context, options));
    writeResult(context, options, result);
    if (statuses.some(({ verdict }) => verdict.verdict === 'fail')) context.setExitCode(1);
  } finally {
    await store.close();
  }
}
