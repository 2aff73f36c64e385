// `plimsoll gate`: whether a release is above or below the line that plimsoll.yaml draws.
import type { Command } from 'commander';
import { PlimsollError } from '../platform/errors.ts';
import { gateJson } from '../publish/json/gate.ts';
import { gateMarkdown } from '../publish/markdown/gate.ts';
import { gateTable } from '../publish/terminal/gate.ts';
import { gateOf } from '../respond/gate/gate.ts';
import { openTickets, TICKET_MIGRATIONS } from '../respond/tickets/ledger.ts';
import { scopeOf } from '../respond/tickets/ticket.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { lineName, readLines } from './lines-input.ts';
import { openLookupStore } from './lookup-store.ts';
import { readConfig } from './release-input.ts';
import { agesFrom } from './stored-ages.ts';

interface GateCommandOptions extends CommonOptions {
  readonly lines?: string;
  readonly store?: string;
}

const EXAMPLE = 'plimsoll gate beta.106.json --config plimsoll.yaml';

/** The command. */
export function gateCommand(context: CommandContext): Command {
  const summary = 'above or below the line: the criteria of plimsoll.yaml, with reasons; 1 unless all are met';
  return newCommand('gate', summary, ['table', 'json', 'markdown'], EXAMPLE)
    .argument('<assessment>', 'a JSON file that scan wrote, or the id of a stored assessment')
    .option('--lines <file>', 'release lines (lines.yaml in the working directory)')
    .option(
      '--store <file>',
      'store of assessments, which tell ages, and of tickets (in the data directory of the user)',
    )
    .action((name: string, options: GateCommandOptions) => judge(name, options, context));
}

async function judge(name: string, options: GateCommandOptions, context: CommandContext): Promise<void> {
  const { gate } = await readConfig(options, context);
  if (gate === undefined || Object.keys(gate).length === 0) {
    throw new PlimsollError(
      'usage',
      'no criteria: write them as `gate:` in plimsoll.yaml and name the file with --config',
    );
  }
  const lines = await readLines(options.lines, context);
  const store = await openLookupStore(options.store, context, [...ASSESSMENT_MIGRATIONS, ...TICKET_MIGRATIONS]);
  try {
    const assessment = await readAssessmentInput(name, context.workingDirectory, store);
    const ageOf = gate.fixableOlderThan === undefined ? () => ({}) : await agesFrom(assessment, store);
    const line = await lineName(lines, assessment);
    const ticketOf = gate.triaged === undefined ? undefined : await openTickets(store, scopeOf(assessment, line));
    const result = gateOf(assessment, gate, {
      ageOf,
      ...(ticketOf === undefined ? {} : { hasTicket: (slot, ids) => ticketOf(slot, ids) !== undefined }),
    });
    const render = {
      table: () => gateTable(result, line, terminalOptions(context, options)),
      json: () => gateJson(result, line),
      markdown: () => gateMarkdown(result, line),
    };
    writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
    if (result.verdict.verdict !== 'pass') context.setExitCode(1);
  } finally {
    await store.close();
  }
}
