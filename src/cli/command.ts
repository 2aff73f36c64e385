// What all commands share: the options of the contract, and writing a result to stdout or a file.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { showsUnicode, type TerminalOptions } from '../publish/terminal/terminal.ts';

/** The outside world as a command sees it; tests give their own. */
export interface CommandContext {
  readonly stdout: (result: string | Uint8Array) => void;
  readonly stderr: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly workingDirectory: string;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly columns: number;
  /** Sets the exit code of a finished command that answers "no" (1). */
  readonly setExitCode: (code: 0 | 1) => void;
}

/** Options that every command has. */
export interface CommonOptions {
  readonly format: string;
  readonly output?: string;
  readonly config?: string;
  readonly quiet?: boolean;
  readonly color: boolean;
}

/** A command with the common options. `formats` lists what --format takes, the default first; the example ends the help text. */
export function newCommand(name: string, summary: string, formats: readonly string[], example: string): Command {
  return new Command(name)
    .description(summary)
    .addOption(new Option('--format <format>', 'form of the result').choices(formats).default(formats[0]))
    .option('--output <file>', 'write the result to a file instead of stdout')
    .option('--config <file>', 'configuration (plimsoll.yaml in the working directory unless given)')
    .option('--quiet', 'no progress and no remarks on stderr')
    .option('--no-color', 'plain text (also with NO_COLOR set)')
    .addHelpText('after', exampleText(example));
}

/** A command that only holds others; the example ends its help text too. */
export function newGroup(name: string, summary: string, example: string): Command {
  return new Command(name).description(summary).helpCommand(false).addHelpText('after', exampleText(example));
}

function exampleText(example: string): string {
  return `\nExample:\n${example.replace(/^(?=.)/gm, '  ')}`;
}

/** Writes the result where the options say. Text is ended by a line feed, bytes stay as they are. */
export function writeResult(context: CommandContext, options: CommonOptions, result: string | Uint8Array): void {
  const whole = typeof result !== 'string' || result.endsWith('\n') ? result : `${result}\n`;
  if (typeof whole !== 'string') refuseBytesOnTerminal(context, options);
  if (options.output === undefined) {
    context.stdout(whole);
    return;
  }
  try {
    writeFileSync(resolve(context.workingDirectory, options.output), whole);
  } catch (error) {
    throw new PlimsollError('usage', `cannot write ${options.output}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * A terminal shows no bytes.
 * @throws PlimsollError `usage` when the result would go to one.
 */
export function refuseBytesOnTerminal(context: CommandContext, options: CommonOptions): void {
  if (options.output !== undefined || !context.stdoutIsTerminal) return;
  throw new PlimsollError('usage', `${options.format} is no text for a terminal: name a file with --output`);
}

/** Whether to colour what goes to stdout. */
export function useColor(context: CommandContext, options: CommonOptions): boolean {
  const forbidden = (context.environment['NO_COLOR'] ?? '') !== '';
  return options.color && options.output === undefined && context.stdoutIsTerminal && !forbidden;
}

/** How a table is to be written: as wide as the terminal; in a file or a pipe wide enough for its content. */
export function terminalOptions(context: CommandContext, options: CommonOptions): TerminalOptions {
  return {
    color: useColor(context, options),
    columns: options.output === undefined && context.stdoutIsTerminal ? context.columns : 120,
    unicode: !context.stdoutIsTerminal || showsUnicode(context.environment),
  };
}
