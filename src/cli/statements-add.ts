// `plimsoll statements add`: writes one statement at the end of a file, whole or not at all; what stands there stays, comments included.
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { addDays } from '../statements/day.ts';
import { EXCEPTION_REASONS, JUSTIFICATIONS, VEX_STATUSES } from '../statements/statement.ts';
import { MAXIMUM_DAYS } from '../statements/statement-fields.ts';
import { isoDate } from './arguments.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';
import { readConfig } from './release-input.ts';
import { replaceFile } from './replace-file.ts';
import { readStatementFile } from './statements-input.ts';

interface AddOptions extends CommonOptions {
  readonly id: string;
  readonly vulnerability: string;
  readonly image?: readonly string[];
  readonly package?: readonly string[];
  readonly line?: readonly string[];
  readonly status: string;
  readonly justification?: string;
  readonly impact?: string;
  readonly action?: string;
  readonly reason?: string;
  readonly detail?: string;
  readonly owner: string;
  readonly author: string;
  readonly approver?: string;
  readonly date?: string;
  readonly expires?: string;
}

const EXAMPLE =
  'plimsoll statements add statements/zlib.yaml --id zlib-not-reached --vulnerability CVE-2018-25032 --image quay.io/hms/* --status not_affected ' +
  '--justification vulnerable_code_not_in_execute_path --owner hms --author "A. Author" --approver "B. Approver"';

/** The command. */
export function addStatementCommand(context: CommandContext): Command {
  return newCommand('add', 'write a statement at the end of a file', ['yaml'], EXAMPLE)
    .argument('<file>', 'YAML file with statements; made when it is not there')
    .requiredOption('--id <id>', 'a name for it, unique within the site')
    .requiredOption('--vulnerability <id>', 'any id of the vulnerability; * for all, in an exception')
    .option('--image <pattern...>', 'images that it is about (all)')
    .option('--package <purl...>', 'packages that it is about (all)')
    .option('--line <line...>', 'release lines that it is about (all)')
    .addOption(new Option('--status <status>', 'the decision').choices(VEX_STATUSES).makeOptionMandatory())
    .addOption(new Option('--justification <word>', 'why it is not affected').choices(JUSTIFICATIONS))
    .option('--impact <text>', 'why it is not affected, in words')
    .option('--action <text>', 'what to do about it')
    .addOption(new Option('--reason <word>', 'why it is shipped nevertheless').choices(EXCEPTION_REASONS))
    .option('--detail <text>', 'the reason in words')
    .requiredOption('--owner <name>', 'who answers for it')
    .requiredOption('--author <name>', 'who decided')
    .option('--approver <name>', 'who approved, somebody else; without one it waits')
    .option('--date <date>', 'date of the decision (today)', isoDate)
    .option('--expires <date>', 'last day on which it applies (as long as is allowed)', isoDate)
    .action((file: string, options: AddOptions) => addStatement(file, options, context));
}

async function addStatement(file: string, options: AddOptions, context: CommandContext): Promise<void> {
  const { statements: settings = {} } = await readConfig(options, context);
  const { maximumDays = MAXIMUM_DAYS } = settings;
  const { appendStatement, readStatements } = await import('../statements/yaml.ts');
  const path = resolve(context.workingDirectory, file);
  const before = readStatementFile(file, context) ?? '';
  const check = (text: string): void => {
    readStatements(text, { file: basename(path), maximumDays, trusts: () => false });
  };
  check(before);
  const row = rowOf(options, maximumDays, context.now().toISOString().slice(0, 10));
  const text = appendStatement(before, row, file);
  check(text);
  replaceFile(path, text);
  writeResult(context, options, appendStatement('', row, file));
}

function rowOf(options: AddOptions, maximumDays: number, today: string): object {
  const {
    id,
    vulnerability,
    image,
    package: packages,
    line,
    status,
    justification,
    impact,
    action,
    reason,
    detail,
  } = options;
  const { owner, author, approver, date = today } = options;
  return {
    id,
    scope: {
      vulnerability,
      ...(image === undefined ? {} : { images: image }),
      ...(packages === undefined ? {} : { packages }),
      ...(line === undefined ? {} : { lines: line }),
    },
    status,
    ...(justification === undefined ? {} : { justification }),
    ...(impact === undefined ? {} : { impact }),
    ...(action === undefined ? {} : { action }),
    ...(reason === undefined ? {} : { exception: { reason, ...(detail === undefined ? {} : { detail }) } }),
    owner,
    author,
    ...(approver === undefined ? {} : { approver }),
    date,
    expires: options.expires ?? addDays(date, maximumDays),
  };
}
