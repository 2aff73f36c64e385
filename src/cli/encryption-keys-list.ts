// `plimsoll encryption keys list`: which keys there are, who needs them, who keeps a copy, and whether one may be removed.
import type { Command } from 'commander';
import type { EncryptionConfiguration } from '../operate/encryption/configuration/configuration.ts';
import { judgeConfiguration } from '../operate/encryption/configuration/read.ts';
import { type ExaminedData, keyInventory, type NamedConfiguration } from '../operate/encryption/key/inventory.ts';
import { jsonText } from '../platform/json-text.ts';
import { LIMITS } from '../platform/limits.ts';
import { compareText } from '../platform/order.ts';
import { encryptionKeysText } from '../publish/terminal/encryption-keys.ts';
import { TOOL } from '../publish/tool.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { type OpenInput, readInput, readLedger } from './encryption-input.ts';

interface ListOptions extends CommonOptions {
  readonly data: readonly string[];
  readonly receipts?: string;
}

/** The command's example. */
export const KEY_LIST_EXAMPLE =
  'plimsoll encryption keys list encryption.yaml --data inspection.json --receipts receipts.jsonl';

/** The command. */
export function keyListCommand(context: CommandContext, openInput: OpenInput): Command {
  const summary =
    'every key: which configurations have it, what data needs it, who keeps a copy, whether it may be removed';
  return newCommand('list', summary, ['table', 'json'], KEY_LIST_EXAMPLE)
    .argument('<configuration...>', 'EncryptionConfiguration of each control plane, YAML or JSON; - for standard input')
    .option('--data <file...>', 'results of encryption inspect --format json: members and backups', [])
    .option('--receipts <file>', 'escrow receipts, as keys receipt writes them')
    .action(async (names: readonly string[], options: ListOptions) => {
      const configurations: NamedConfiguration[] = [];
      for (const name of names) {
        const configuration = await readConfiguration(name, context, openInput);
        configurations.push({ name: name === '-' ? 'stdin' : name, configuration });
      }
      const data = await examined(options.data, context, openInput);
      const receipts = readLedger(options.receipts, context, true);
      const keys = keyInventory(configurations, data, receipts);
      const table = (): string => encryptionKeysText(keys, terminalOptions(context, options));
      const json = (): string =>
        jsonText({ schemaVersion: 1, tool: TOOL, examined: data.places, gaps: data.gaps, keys });
      writeResult(context, options, options.format === 'json' ? json() : table());
    });
}

/** What breaks a rule is still listed: the inventory is wanted most where something is wrong. */
async function readConfiguration(
  name: string,
  context: CommandContext,
  openInput: OpenInput,
): Promise<EncryptionConfiguration> {
  return judgeConfiguration(await readInput(name, context, openInput), name).configuration;
}

async function examined(
  names: readonly string[],
  context: CommandContext,
  openInput: OpenInput,
): Promise<ExaminedData> {
  if (names.length === 0) return { uses: [], places: [], hasDatabase: false, gaps: [] };
  const { readInspectionUses } = await import('../operate/encryption/key/inspection-uses.ts');
  const parts: ExaminedData[] = [];
  for (const name of names) {
    parts.push(readInspectionUses(await readInput(name, context, openInput, LIMITS.scannerFileBytes), name));
  }
  return {
    uses: parts.flatMap(({ uses }) => uses),
    places: [...new Set(parts.flatMap(({ places }) => places))].toSorted(compareText),
    hasDatabase: parts.some(({ hasDatabase }) => hasDatabase),
    gaps: parts.flatMap(({ gaps }) => gaps),
  };
}
