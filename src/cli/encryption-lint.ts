// `plimsoll encryption lint`: what is wrong with EncryptionConfiguration files, before a server reads them.
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { readFileFacts } from '../operate/encryption/configuration/lint/file.ts';
import { type ConfigurationLint, lintConfiguration } from '../operate/encryption/configuration/lint/lint.ts';
import { type KubernetesRelease, releaseOf } from '../operate/encryption/configuration/release.ts';
import { jsonText } from '../platform/json-text.ts';
import { encryptionLintText } from '../publish/terminal/encryption-lint.ts';
import { TOOL } from '../publish/tool.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { type OpenInput, processInput, readInput } from './encryption-input.ts';

interface LintOptions extends CommonOptions {
  readonly kubernetes?: KubernetesRelease;
  readonly etcdData?: string;
}

const EXAMPLE = [
  'plimsoll encryption lint encryption.yaml',
  'plimsoll encryption lint encryption/current.yaml --etcd-data etcd --kubernetes 1.20',
].join('\n');

/** The command. */
export function encryptionLintCommand(context: CommandContext, openInput: OpenInput = processInput): Command {
  const summary =
    "what is wrong with encryption configurations: the API server's rules, weak keys, caveats; 1 when a check fails";
  return newCommand('lint', summary, ['table', 'json'], EXAMPLE)
    .argument('<file...>', 'EncryptionConfiguration, YAML or JSON; - for standard input')
    .option('--etcd-data <folder>', "the member's data directory, to tell whether keys and data lie together")
    .option('--kubernetes <version>', 'release of the servers that read it, as 1.20 or v1.20.2 (any)', readRelease)
    .action(async (files: readonly string[], options: LintOptions) => {
      const lints: ConfigurationLint[] = [];
      for (const file of files) {
        const text = await readInput(file, context, openInput);
        const name = file === '-' ? 'stdin' : file;
        lints.push(
          lintConfiguration(text, name, file === '-' ? undefined : factsOf(file, options, context), options.kubernetes),
        );
      }
      const json = (): string => jsonText({ schemaVersion: 1, tool: TOOL, files: lints });
      const table = (): string => encryptionLintText(lints, terminalOptions(context, options));
      writeResult(context, options, options.format === 'json' ? json() : table());
      const hasFailed = lints.some(({ verdicts }) => verdicts.some(({ verdict }) => verdict === 'fail'));
      if (hasFailed) context.setExitCode(1);
    });
}

/** @throws InvalidArgumentError */
function readRelease(text: string): KubernetesRelease {
  const release = releaseOf(text);
  if (release === undefined) throw new InvalidArgumentError('write a version of Kubernetes, as 1.20 or v1.20.2');
  return release;
}

function factsOf(file: string, { etcdData }: LintOptions, { workingDirectory }: CommandContext) {
  const data = etcdData === undefined ? undefined : resolve(workingDirectory, etcdData);
  return readFileFacts(resolve(workingDirectory, file), data);
}
