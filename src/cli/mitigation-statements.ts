// `plimsoll mitigation statements`: what the mitigations that are in place say to users, as a file of statements for scan, reassess and publish.
import type { Command } from 'commander';
import { roleYaml } from '../kubernetes/api/role.ts';
import { mitigationStatements } from '../operate/mitigation/statements.ts';
import { plural } from '../publish/words.ts';
import { MAXIMUM_DAYS } from '../statements/statement-fields.ts';
import { onCluster } from './cluster-access.ts';
import { type CommandContext, newCommand, writeResult } from './command.ts';
import { lookIntoLedger, withLedger } from './mitigation-input.ts';
import { type StatusOptions, statusesOf, statusRole } from './mitigation-status.ts';
import { readConfig } from './release-input.ts';
import { remarker } from './talk.ts';

interface StatementOptions extends StatusOptions {
  readonly author: string;
  readonly approver?: string;
}

const EXAMPLE =
  'plimsoll mitigation statements --author "platform security" --results results.txt --output statements/mitigations.yaml';

/** `mitigation statements`. */
export function mitigationStatementsCommand(context: CommandContext): Command {
  const summary = 'statements of the mitigations that are in place now; make the file anew after every back-out';
  return onCluster(withLedger(newCommand('statements', summary, ['yaml'], EXAMPLE)))
    .requiredOption('--author <name>', 'who states it')
    .option('--approver <name>', 'who approves it: "not affected" does not apply without')
    .option('--results <file...>', 'what scripts printed on nodes lately')
    .action((options: StatementOptions) => write(options, context));
}

async function write(options: StatementOptions, context: CommandContext): Promise<void> {
  const ledger = lookIntoLedger(options, context);
  if (options.rbac === true) return writeResult(context, options, roleYaml(statusRole('statements', ledger)));
  const { maximumDays = MAXIMUM_DAYS } = (await readConfig(options, context)).statements ?? {};
  const { statements, silent } = mitigationStatements(
    ledger === undefined ? [] : await statusesOf(ledger, options, context),
    {
      date: context.now().toISOString().slice(0, 10),
      maximumDays,
      author: options.author,
      ...(options.approver === undefined ? {} : { approver: options.approver }),
    },
  );
  const { readStatements, writeStatements } = await import('../statements/yaml.ts');
  const text = writeStatements(statements);
  // Bundles are looser than statements: better said now than at the next scan.
  readStatements(text, { file: 'the result', maximumDays, trusts: () => false });
  writeResult(context, options, text);
  const talk = remarker(context, options);
  for (const { mitigation, reason } of silent) talk(`${mitigation} states nothing: ${reason}`);
  const open = statements.filter(({ status, approver }) => status === 'not_affected' && approver === undefined).length;
  if (open > 0) talk(`${plural(open, 'statement')} of "not affected" will not apply without --approver`);
}
