// `plimsoll encryption keys`: keys from their making to their removal. list, generate, unseal, receipt. No key and no passphrase is ever an argument.

import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { KeyProviderKind } from '../operate/encryption/configuration/configuration.ts';
import { providerYaml } from '../operate/encryption/configuration/write.ts';
import { isKeyFingerprint, type KeyFingerprint } from '../operate/encryption/key/fingerprint.ts';
import { generateKey, generateName, isKeyName, type NamedKey, takeKey } from '../operate/encryption/key/generate.ts';
import { nextReceipt, receiptText } from '../operate/encryption/key/receipts.ts';
import { readSealedKey, sealKey, unsealKey, writeSealedKey } from '../operate/encryption/key/sealed.ts';
import { weaknessOf } from '../operate/encryption/key/weakness.ts';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { printable } from '../platform/printable.ts';
import { TOOL } from '../publish/tool.ts';
import { type CommandContext, type CommonOptions, newCommand, newGroup, writeResult } from './command.ts';
import { type OpenInput, processInput, readInput, readLedger, readPassphrase } from './encryption-input.ts';
import { KEY_LIST_EXAMPLE, keyListCommand } from './encryption-keys-list.ts';
import { remarker } from './talk.ts';

interface KeysOptions extends CommonOptions {
  readonly passphraseFile?: string;
}

interface GenerateOptions extends KeysOptions {
  readonly provider: KeyProviderKind;
  readonly name?: string;
  readonly from?: string;
}

interface UnsealOptions extends KeysOptions {
  readonly expect?: KeyFingerprint;
}

interface ReceiptOptions extends KeysOptions {
  readonly ledger: string;
  readonly holder: string;
  readonly place: string;
}

const GENERATE_EXAMPLE = 'plimsoll encryption keys generate --passphrase-file passphrase --output new-key.sealed.json';

/** The group of commands. */
export function encryptionKeysCommand(context: CommandContext, openInput: OpenInput = processInput): Command {
  return newGroup(
    'keys',
    'encryption keys: list, generate, unseal, receipt',
    `${KEY_LIST_EXAMPLE}\n${GENERATE_EXAMPLE}`,
  )
    .addCommand(keyListCommand(context, openInput))
    .addCommand(generateCommand(context, openInput))
    .addCommand(unsealCommand(context, openInput))
    .addCommand(receiptCommand(context, openInput));
}

function withPassphrase(command: Command): Command {
  return command.option('--passphrase-file <file>', 'file whose first line is the passphrase; - for standard input');
}

function generateCommand(context: CommandContext, openInput: OpenInput): Command {
  const summary =
    'a sealed file with a new random key, or with one that a file brings, to carry to every control plane';
  const providers: readonly KeyProviderKind[] = ['secretbox', 'aesgcm', 'aescbc'];
  return withPassphrase(newCommand('generate', summary, ['json'], GENERATE_EXAMPLE))
    .addOption(new Option('--provider <provider>', 'what the key is for').choices(providers).default('secretbox'))
    .option('--name <name>', 'its name in configurations and in etcd (a random one)', keyName)
    .option('--from <file>', 'a key that exists, in base64, instead of a new one; - for standard input')
    .action(async (options: GenerateOptions) => {
      if (options.from === '-' && options.passphraseFile === '-') {
        throw new PlimsollError('usage', 'standard input holds the key or the passphrase, not both');
      }
      const passphrase = await readPassphrase(options.passphraseFile, context, openInput, options);
      const key = await keyFor(options, context, openInput);
      const sealed = sealKey(key, passphrase, randomBytes);
      const text = writeSealedKey(sealed);
      // Another sealed key that lies there may be the only copy of it.
      if (options.output === undefined) writeResult(context, options, text);
      else writePrivate(resolve(context.workingDirectory, options.output), options.output, text);
      const say = remarker(context, options);
      const weakness = weaknessOf(key.secret.reveal());
      if (weakness !== undefined) say(`${sealed.name} is a weak key (${weakness.reason}): rotate to a random one`);
      say(`${sealed.provider}:${sealed.name} ${sealed.fingerprint}; record who keeps a copy: encryption keys receipt`);
    });
}

async function keyFor(options: GenerateOptions, context: CommandContext, openInput: OpenInput): Promise<NamedKey> {
  const { provider, from } = options;
  const name = options.name ?? generateName(randomBytes);
  if (from === undefined) return generateKey(provider, randomBytes, name);
  return takeKey(await readInput(from, context, openInput), provider, name, from === '-' ? 'stdin' : from);
}

function unsealCommand(context: CommandContext, openInput: OpenInput): Command {
  const example = 'plimsoll encryption keys unseal key.sealed.json --passphrase-file passphrase --output provider.yaml';
  const summary = 'the key of a sealed file as a provider for a configuration, in a file that only its owner can read';
  return withPassphrase(newCommand('unseal', summary, ['yaml'], example))
    .argument('<file>', 'sealed key')
    .option('--expect <fingerprint>', 'the fingerprint that the plan names; any other key is refused', fingerprint)
    .action(async (file: string, options: UnsealOptions) => {
      if (options.output === undefined)
        throw new PlimsollError('usage', 'a key is not printed: name a file with --output');
      const sealed = readSealedKey(await readInput(file, context, openInput), file);
      const key = unsealKey(
        sealed,
        await readPassphrase(options.passphraseFile, context, openInput, options),
        options.expect,
      );
      writePrivate(resolve(context.workingDirectory, options.output), options.output, providerYaml(key));
      remarker(context, options)(`${key.provider}:${key.name} ${key.secret.fingerprint} is in ${options.output}`);
    });
}

function receiptCommand(context: CommandContext, openInput: OpenInput): Command {
  const example =
    'plimsoll encryption keys receipt key.sealed.json --passphrase-file passphrase --ledger receipts.jsonl --holder "Site security" --place "safe 2"';
  const summary =
    'records who keeps a copy of a sealed key and where; opened with the passphrase, or as the holder states';
  return withPassphrase(newCommand('receipt', summary, ['table', 'json'], example))
    .argument('<file>', 'the sealed key, read from the copy that is recorded')
    .requiredOption('--ledger <file>', 'file of receipts, a JSON object a line; made when it is not there')
    .requiredOption('--holder <name>', 'who answers for the copy', words)
    .requiredOption('--place <text>', 'where the copy lies', words)
    .action(async (file: string, options: ReceiptOptions) => {
      const sealed = readSealedKey(await readInput(file, context, openInput), file);
      const check = options.passphraseFile === undefined ? 'stated' : 'opened';
      if (check === 'opened')
        unsealKey(sealed, await readPassphrase(options.passphraseFile, context, openInput, options));
      const { holder, place, ledger } = options;
      const lines = readLedger(ledger, context, false);
      const receipt = {
        at: context.now().toISOString(),
        fingerprint: sealed.fingerprint,
        key: `${sealed.provider}:${sealed.name}`,
        holder,
        place,
        check,
      } as const;
      const line = nextReceipt(receipt, lines);
      append(resolve(context.workingDirectory, ledger), ledger, receiptText(line));
      const json = (): string => jsonText({ schemaVersion: 1, tool: TOOL, receipts: lines.length + 1, receipt: line });
      const text = [
        `${receipt.key} ${receipt.fingerprint}: ${holder}, ${place} (${check})`,
        `receipt ${lines.length + 1} of ${ledger}, ${line.digest}`,
      ];
      writeResult(context, options, options.format === 'json' ? json() : text.map(printable).join('\n'));
    });
}

/** Behind a last line without an end, which is whole or it would not have been read, a line end comes first. */
function append(path: string, name: string, line: string): void {
  try {
    const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const text = before === '' || before.endsWith('\n') ? line : `\n${line}`;
    writeSynced(path, 'a', text);
  } catch (error) {
    throw new PlimsollError('usage', `cannot write ${name}: ${messageOf(error)}`, { cause: error });
  }
}

/** A new file with mode 0600. One that is there may be open to others already, and is not written. */
function writePrivate(path: string, name: string, text: string): void {
  try {
    writeSynced(path, 'wx', text);
  } catch (error) {
    throw new PlimsollError('usage', `cannot write ${name}: ${messageOf(error)}`, { cause: error });
  }
}

/** On the disk before it is told: the file may be the only place of a key. */
function writeSynced(path: string, flag: 'a' | 'wx', text: string): void {
  const file = openSync(path, flag, 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function words(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('it is empty.');
  return text;
}

function keyName(text: string): string {
  if (!isKeyName(text)) throw new InvalidArgumentError('letters, digits, dots and dashes, at most 128.');
  return text;
}

function fingerprint(text: string): KeyFingerprint {
  if (!isKeyFingerprint(text)) throw new InvalidArgumentError('a fingerprint as kfp1: and 32 hexadecimal digits.');
  return text;
}
