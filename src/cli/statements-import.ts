// `plimsoll statements import`: other people's VEX documents as statements of the site, YAML to be reviewed and kept.
import type { Command } from 'commander';
import { plural } from '../publish/words.ts';
import { addDays } from '../statements/day.ts';
import type { Statement } from '../statements/statement.ts';
import { MAXIMUM_DAYS } from '../statements/statement-fields.ts';
import { isoDate } from './arguments.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';
import { readConfig } from './release-input.ts';
import { readAll } from './statements-input.ts';
import { remarker } from './talk.ts';

interface ImportOptions extends CommonOptions {
  readonly owner: string;
  readonly asOf?: string;
}

/** The command. */
export function importStatementsCommand(context: CommandContext): Command {
  const example = 'plimsoll statements import vendor.openvex.json --owner security --output statements/vendor.yaml';
  return newCommand(
    'import',
    "other people's VEX documents as statements of the site, to be reviewed and approved",
    ['yaml'],
    example,
  )
    .argument('<path...>', 'OpenVEX, CSAF and CycloneDX documents')
    .requiredOption('--owner <name>', 'who answers for them here')
    .option('--as-of <date>', 'date of the decision to take them over (today)', isoDate)
    .action(async (paths: readonly string[], options: ImportOptions) => {
      const config = await readConfig(options, context);
      const { maximumDays = MAXIMUM_DAYS } = config.statements ?? {};
      const date = options.asOf ?? context.now().toISOString().slice(0, 10);
      const read = await readAll(paths, config, context);
      const lasting = read.filter(({ expires }) => expires >= date);
      const taken = lasting.map((statement) => takenOver(statement, options.owner, date, addDays(date, maximumDays)));
      const { readStatements, writeStatements } = await import('../statements/yaml.ts');
      const text = writeStatements(taken);
      // What others wrote may not meet the rules here: better said now than at the next scan.
      readStatements(text, { file: 'the result', maximumDays, trusts: () => false });
      writeResult(context, options, text);
      const talk = remarker(context, options);
      const ended = read.length - lasting.length;
      if (ended > 0) talk(`${plural(ended, 'statement')} ended already, and ${ended === 1 ? 'is' : 'are'} left out`);
      talk(`${plural(taken.length, 'statement')}; those that lower figures wait for an approver`);
    });
}

/** The site's own statement: its author is who issued the document, its approver is still to be found. */
function takenOver(statement: Statement, owner: string, date: string, latest: string): Statement {
  const { approver: _, ...said } = statement;
  const { expires, status, justification, impact, action, exception } = said;
  const source = `${statement.author} says so in ${statement.origin.file}.`;
  return {
    ...said,
    ...(status === 'not_affected' && justification === undefined && impact === undefined ? { impact: source } : {}),
    ...(status === 'affected' && action === undefined && exception === undefined ? { action: source } : {}),
    owner,
    date,
    expires: expires < latest ? expires : latest,
    renewals: 0,
  };
}
