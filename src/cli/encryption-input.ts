// What the encryption commands read: files that people made, or standard input as `-`. Keys and passphrases come in this way and in no other.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ReceiptLine, readReceipts } from '../operate/encryption/key/receipts.ts';
import { LimitError, messageOf, PlimsollError } from '../platform/errors.ts';
import { LIMITS } from '../platform/limits.ts';
import type { CommandContext, CommonOptions } from './command.ts';
import { readSmallText } from './lines-input.ts';
import { remarker } from './talk.ts';

/** Gives standard input as text; called only when it is to be read. */
export type OpenInput = () => AsyncIterable<string>;

/** The program's own standard input. */
export function processInput(): AsyncIterable<string> {
  return process.stdin.setEncoding('utf8');
}

/**
 * The text of a file, or of standard input.
 * @throws PlimsollError `input-missing` when there is no such file, `input-unreadable`; LimitError
 */
export async function readInput(
  name: string,
  context: CommandContext,
  openInput: OpenInput,
  mostBytes: number = LIMITS.encryptionConfigBytes,
): Promise<string> {
  if (name === '-') return readStream(openInput(), mostBytes);
  const text = readSmallText(resolve(context.workingDirectory, name), name, mostBytes);
  if (text === undefined) throw new PlimsollError('input-missing', `${name}: there is no such file`);
  return text;
}

/** Bits by which others than the owner can read. */
const OTHERS_READ = 0o044;

/**
 * The passphrase of a sealed key: the first line of a file or of standard input. That others can read the file is told.
 * @throws PlimsollError `usage` without --passphrase-file, or when it is empty
 */
export async function readPassphrase(
  name: string | undefined,
  context: CommandContext,
  openInput: OpenInput,
  options: CommonOptions,
): Promise<string> {
  if (name === undefined) {
    const advice = 'name a file that holds it with --passphrase-file, or - for standard input';
    throw new PlimsollError('usage', `the passphrase is never an argument: ${advice}`);
  }
  const [line = ''] = (await readInput(name, context, openInput)).split(/\r?\n/, 1);
  if (line === '') throw new PlimsollError('usage', `${name}: the passphrase, its first line, is empty`);
  const status =
    name === '-' ? undefined : statSync(resolve(context.workingDirectory, name), { throwIfNoEntry: false });
  if (status !== undefined && (status.mode & OTHERS_READ) !== 0) {
    remarker(context, options)(`${name} holds the passphrase and can be read by others: chmod 0600 it`);
  }
  return line;
}

/**
 * The escrow receipts of a file; none without a name.
 * @param isRequired whether the file must be there: the first receipt makes it
 * @throws PlimsollError `input-missing`; ParseError for receipts that were altered
 */
export function readLedger(
  name: string | undefined,
  context: CommandContext,
  isRequired: boolean,
): readonly ReceiptLine[] {
  if (name === undefined) return [];
  const text = readSmallText(resolve(context.workingDirectory, name), name, LIMITS.statementFileBytes);
  if (text === undefined && isRequired) throw new PlimsollError('input-missing', `${name}: there is no such file`);
  return readReceipts(text ?? '', name);
}

async function readStream(input: AsyncIterable<string>, mostBytes: number): Promise<string> {
  let text = '';
  try {
    for await (const piece of input) {
      text += piece;
      if (text.length > mostBytes) throw new LimitError(`stdin: more than ${mostBytes} characters`);
    }
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    throw new PlimsollError('input-unreadable', `cannot read stdin: ${messageOf(error)}`, { cause: error });
  }
  return text;
}
