// `plimsoll statements renew`: one statement of a file for another time; the file is replaced whole or not at all.
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { addDays } from '../statements/day.ts';
import { MAXIMUM_DAYS } from '../statements/statement-fields.ts';
import { isoDate } from './arguments.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';
import { readConfig } from './release-input.ts';
import { replaceFile } from './replace-file.ts';
import { readNamedFile } from './statements-input.ts';

interface RenewOptions extends CommonOptions {
  readonly author: string;
  readonly approver?: string;
  readonly date?: string;
  readonly expires?: string;
}

/** The command. */
export function renewStatementCommand(context: CommandContext): Command {
  const example =
    'plimsoll statements renew statements/zlib.yaml zlib-not-reached --author "A. Author" --approver "B. Approver"';
  return newCommand('renew', 'let a statement apply for another time, and count that', ['yaml'], example)
    .argument('<file>', 'YAML file with the statement')
    .argument('<id>', 'which statement')
    .requiredOption('--author <name>', 'who decided')
    .option('--approver <name>', 'who approved, somebody else; without one it waits')
    .option('--date <date>', 'date of the decision (today)', isoDate)
    .option('--expires <date>', 'last day on which it applies (as long as is allowed)', isoDate)
    .action(async (file: string, id: string, options: RenewOptions) => {
      const { maximumDays = MAXIMUM_DAYS } = (await readConfig(options, context)).statements ?? {};
      const { author, approver, date = context.now().toISOString().slice(0, 10) } = options;
      const { readStatements, renewStatement, writeStatements } = await import('../statements/yaml.ts');
      const path = resolve(context.workingDirectory, file);
      const renewal = {
        author,
        ...(approver === undefined ? {} : { approver }),
        date,
        expires: options.expires ?? addDays(date, maximumDays),
      };
      const text = renewStatement(readNamedFile(file, context), id, renewal, file);
      const statements = readStatements(text, { file: basename(path), maximumDays, trusts: () => false });
      replaceFile(path, text);
      writeResult(context, options, writeStatements(statements.filter((statement) => statement.id === id)));
    });
}
