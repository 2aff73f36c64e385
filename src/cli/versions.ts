// `plimsoll versions compare`: the order of two versions, or of pairs read from stdin, under a package manager's rule.
import { Argument, type Command } from 'commander';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { LIMITS } from '../platform/limits.ts';
import { compareVersions } from '../versions/compare.ts';
import type { Order } from '../versions/order.ts';
import { VERSION_SCHEMES, type VersionScheme } from '../versions/scheme.ts';
import { VersionError } from '../versions/version-error.ts';
import { type CommandContext, type CommonOptions, newCommand, newGroup, writeResult } from './command.ts';

/** One pair and its order; the text `invalid` when it is not two versions of the scheme. */
interface Comparison {
  readonly a: string;
  readonly b: string;
  readonly order: Order | 'invalid';
}

/** A longer line holds a version that is too long, whatever it is: two versions, the tab and a carriage return. */
const LONGEST_LINE = 2 * LIMITS.versionLength + 2;

const EXAMPLE = [
  'plimsoll versions compare deb 1.0~rc1 1.0',
  "printf '1.2.12-r0\\t1.2.11-r4\\n' | plimsoll versions compare apk",
].join('\n');

/** The command `versions` with its subcommand `compare`. `openInput` gives stdin as text, and is called only when it is to be read. */
export function versionsCommand(
  context: CommandContext,
  openInput: () => AsyncIterable<string> = () => process.stdin.setEncoding('utf8'),
): Command {
  const compare = newCommand(
    'compare',
    'print -1, 0 or 1 for A older than, equal to or newer than B',
    ['text', 'json'],
    EXAMPLE,
  )
    .addArgument(new Argument('<scheme>', 'whose rule to use').choices(VERSION_SCHEMES))
    .argument('[a]', 'a version; without A and B, lines A<TAB>B are read from stdin')
    .argument('[b]', 'the version to compare it with')
    .action(async (scheme: VersionScheme, a: string | undefined, b: string | undefined, options: CommonOptions) => {
      const comparisons = a === undefined ? await compareLines(scheme, openInput()) : [compareArguments(scheme, a, b)];
      const result = options.format === 'json' ? json(scheme, comparisons) : text(comparisons);
      // No lines in, no lines out.
      if (result !== '' || options.output !== undefined) writeResult(context, options, result);
    });
  return newGroup('versions', 'order version strings as package managers do', EXAMPLE).addCommand(compare);
}

function compareArguments(scheme: VersionScheme, a: string, b: string | undefined): Comparison {
  if (b === undefined) {
    throw new PlimsollError('usage', 'versions compare takes two versions, or none to read lines A<TAB>B from stdin');
  }
  return { a, b, order: compareVersions(scheme, a, b) };
}

async function compareLines(scheme: VersionScheme, input: AsyncIterable<string>): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  let rest = '';
  for await (const piece of readable(input)) {
    const lines = (rest + piece).split('\n');
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE + 1);
    for (const line of lines) comparisons.push(compareLine(scheme, line));
  }
  if (rest !== '') comparisons.push(compareLine(scheme, rest));
  return comparisons;
}

async function* readable(input: AsyncIterable<string>): AsyncIterable<string> {
  try {
    yield* input;
  } catch (error) {
    throw new PlimsollError('input-unreadable', `cannot read stdin: ${messageOf(error)}`, { cause: error });
  }
}

function compareLine(scheme: VersionScheme, line: string): Comparison {
  const [a = '', b = '', ...more] = line.slice(0, LONGEST_LINE).replace(/\r$/, '').split('\t');
  if (more.length > 0 || line.length > LONGEST_LINE) return { a, b, order: 'invalid' };
  try {
    return { a, b, order: compareVersions(scheme, a, b) };
  } catch (error) {
    if (error instanceof VersionError) return { a, b, order: 'invalid' };
    throw error;
  }
}

function text(comparisons: readonly Comparison[]): string {
  return comparisons.map(({ order }) => `${order}\n`).join('');
}

function json(scheme: VersionScheme, comparisons: readonly Comparison[]): string {
  return jsonText({ schemaVersion: 1, scheme, comparisons });
}
