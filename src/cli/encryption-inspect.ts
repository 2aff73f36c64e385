// `plimsoll encryption inspect`: what etcd's files hold in plain text, offline and without writing anything.
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { EncryptionConfiguration } from '../operate/encryption/configuration/configuration.ts';
import { inspect } from '../operate/encryption/inspect/inspect.ts';
import type { InspectionVerdict } from '../operate/encryption/inspect/inspection.ts';
import { DEFAULT_RESOURCES, JudgedResources } from '../operate/encryption/inspect/judged-resources.ts';
import { messageOf } from '../platform/errors.ts';
import { encryptionInspectionHtml } from '../publish/html/encryption-inspection.ts';
import { encryptionInspectionJson } from '../publish/json/encryption-inspection.ts';
import { encryptionInspectionText } from '../publish/terminal/encryption-inspection.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { processInput, readInput } from './encryption-input.ts';
import { gapLines } from './gap-lines.ts';
import { remarker } from './talk.ts';

interface InspectOptions extends CommonOptions {
  readonly resources: JudgedResources;
  readonly encryptionConfig?: string;
  readonly failOn?: InspectionVerdict;
}

const EXAMPLE = [
  'plimsoll encryption inspect snapshot.db',
  'plimsoll encryption inspect member backups --encryption-config encryption.yaml',
].join('\n');

/** The command. */
export function encryptionInspectCommand(context: CommandContext): Command {
  const summary =
    'proof that etcd databases, snapshots, WALs and backups hold no Secret in plain text, or where they do';
  return newCommand('inspect', summary, ['table', 'json', 'html'], EXAMPLE)
    .argument('<path...>', "files of etcd (gzip too), a member's data directory, or folders with them")
    .option(
      '--resources <names>',
      'what is judged: secrets, certs.example.org, *.* for all; separated by commas',
      readResources,
      new JudgedResources(DEFAULT_RESOURCES),
    )
    .option(
      '--encryption-config <file>',
      'EncryptionConfiguration, - for standard input: opens values in memory, and holds each object against its etcd key',
    )
    .addOption(
      new Option('--fail-on <verdict>', 'exit with 1 on this verdict or a worse one').choices([
        'plaintext-found',
        'not-proven',
      ]),
    )
    .action((paths: readonly string[], options: InspectOptions) => run(paths, options, context));
}

async function run(paths: readonly string[], options: InspectOptions, context: CommandContext): Promise<void> {
  const configuration = await readConfiguration(options.encryptionConfig, context);
  const remark = remarker(context, options);
  const inspection = await inspect(
    paths.map((name) => ({ path: resolve(context.workingDirectory, name), name })),
    {
      judged: options.resources,
      ...(configuration === undefined ? {} : { configuration }),
    },
  );
  const render = {
    table: () => encryptionInspectionText(inspection, terminalOptions(context, options)),
    json: () => encryptionInspectionJson(inspection),
    html: () => encryptionInspectionHtml(inspection),
  };
  writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  for (const line of gapLines(inspection.gaps)) remark(line);
  const { verdict } = inspection;
  if (options.failOn !== undefined && (verdict === 'plaintext-found' || verdict === options.failOn)) {
    context.setExitCode(1);
  }
}

// YAML and the rules of the API server are loaded only where there is such a file.
async function readConfiguration(
  name: string | undefined,
  context: CommandContext,
): Promise<EncryptionConfiguration | undefined> {
  if (name === undefined) return;
  const text = await readInput(name, context, processInput);
  const { parseConfiguration } = await import('../operate/encryption/configuration/read.ts');
  return parseConfiguration(text, name === '-' ? 'stdin' : name);
}

function readResources(text: string): JudgedResources {
  try {
    return new JudgedResources(text.split(',').map((name) => name.trim()));
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}
