// `plimsoll triage`: whether every image with critical or high is answered for, whose it is, and by when it is to be gone.
import type { Command } from 'commander';
import { triageJson } from '../publish/json/triage.ts';
import { triageMarkdown } from '../publish/markdown/triage.ts';
import { triageTable } from '../publish/terminal/triage.ts';
import { openTickets, TICKET_MIGRATIONS } from '../respond/tickets/ledger.ts';
import { scopeOf } from '../respond/tickets/ticket.ts';
import { triageOf } from '../respond/triage/triage.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { lineName, readLines } from './lines-input.ts';
import { openLookupStore } from './lookup-store.ts';
import { readConfig } from './release-input.ts';
import { agesFrom } from './stored-ages.ts';

interface TriageCommandOptions extends CommonOptions {
  readonly all?: true;
  readonly lines?: string;
  readonly store?: string;
}

const EXAMPLE = 'plimsoll triage beta.106.json --config plimsoll.yaml';

/** The command. */
export function triageCommand(context: CommandContext): Command {
  const summary = 'critical and high without a statement or a ticket, with owners and days that are left';
  return newCommand('triage', summary, ['table', 'json', 'markdown'], EXAMPLE)
    .argument('<assessment>', 'a JSON file that scan wrote, or the id of a stored assessment')
    .option('--all', 'list what has a statement or a ticket as well')
    .option('--lines <file>', 'release lines (lines.yaml in the working directory)')
    .option('--store <file>', 'store of assessments and tickets (in the data directory of the user)')
    .action((name: string, options: TriageCommandOptions) => showTriage(name, options, context));
}

async function showTriage(name: string, options: TriageCommandOptions, context: CommandContext): Promise<void> {
  const { owners = [], clocks = [] } = await readConfig(options, context);
  const lines = await readLines(options.lines, context);
  const store = await openLookupStore(options.store, context, [...ASSESSMENT_MIGRATIONS, ...TICKET_MIGRATIONS]);
  try {
    const assessment = await readAssessmentInput(name, context.workingDirectory, store);
    const line = await lineName(lines, assessment);
    const tickets = await openTickets(store, scopeOf(assessment, line));
    const ageOf = await agesFrom(assessment, store);
    const triage = triageOf(assessment, { owners, clocks, ageOf, ticketOf: tickets ?? (() => undefined) });
    const all = options.all === true;
    const render = {
      table: () => triageTable(triage, { ...terminalOptions(context, options), all }),
      json: () => triageJson(triage, line),
      markdown: () => triageMarkdown(triage, all),
    };
    writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  } finally {
    await store.close();
  }
}
