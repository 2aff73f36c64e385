// `plimsoll encryption rehearse`: the plan on a copy of the data: every value opened and sealed with what servers have after each step. Changes nothing.
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { Provider } from '../operate/encryption/configuration/configuration.ts';
import { unsealKey } from '../operate/encryption/key/sealed.ts';
import type { Goal } from '../operate/encryption/plan/step.ts';
import { rehearse } from '../operate/encryption/rehearse/rehearse.ts';
import { PlimsollError } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { encryptionRehearsalText, type NamedRehearsal } from '../publish/terminal/encryption-rehearsal.ts';
import { TOOL } from '../publish/tool.ts';
import { type CommandContext, newCommand, terminalOptions, writeResult } from './command.ts';
import { processInput, readPassphrase } from './encryption-input.ts';
import { type GoalOptions, goalOf, withGoal } from './encryption-plan.ts';
import { type KnownCluster, lookRole, readCluster } from './encryption-state.ts';

interface RehearseOptions extends GoalOptions {
  readonly passphraseFile?: string;
}

const EXAMPLE = [
  'plimsoll encryption rehearse disable ncn-m001.json ncn-m002.json --data before.db',
  'plimsoll encryption rehearse enable ncn-m001.json ncn-m002.json --data before.db --key-file key.sealed.json --passphrase-file passphrase',
].join('\n');

/** The command. */
export function encryptionRehearseCommand(context: CommandContext): Command {
  const summary =
    'prove a plan on a copy of the data, in memory: every value is opened and sealed again after each step';
  return withGoal(newCommand('rehearse', summary, ['table', 'json'], EXAMPLE))
    .option('--passphrase-file <file>', 'file whose first line opens --key-file; - for standard input')
    .action(async (kind: Goal['kind'], names: readonly string[], options: RehearseOptions) => {
      if (options.rbac === true) return writeResult(context, options, lookRole('rehearse'));
      const cluster = await readCluster(names, options, context);
      const goal = goalOf(kind, cluster, options);
      if (cluster.data.length === 0) {
        throw new PlimsollError('usage', 'name a copy of the data to rehearse on with --data: a snapshot of a member');
      }
      const providers = [...cluster.providers, ...(await sealedProvider(cluster, options, context))];
      const rehearsals: NamedRehearsal[] = [];
      for (const path of cluster.data) {
        const input = { state: cluster.state, goal, resource: options.resource, providers, random: randomBytes };
        rehearsals.push({ path: path.name, ...(await rehearse(path, input)) });
      }
      const { resource } = options;
      const json = (): string => jsonText({ schemaVersion: 1, tool: TOOL, resource, goal, rehearsals });
      const table = (): string => encryptionRehearsalText(rehearsals, goal, terminalOptions(context, options));
      writeResult(context, options, options.format === 'json' ? json() : table());
      if (rehearsals.some(({ verdict }) => verdict !== 'proved')) context.setExitCode(1);
    });
}

/** The new key, opened: a rehearsal writes with it. */
async function sealedProvider(
  { sealed }: KnownCluster,
  options: RehearseOptions,
  context: CommandContext,
): Promise<readonly Provider[]> {
  if (sealed === undefined) return [];
  const { provider, name, secret } = unsealKey(
    sealed,
    await readPassphrase(options.passphraseFile, context, processInput, options),
  );
  return [{ kind: provider, keys: [{ name, secret }] }];
}
