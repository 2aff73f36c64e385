// lines.yaml of a command: the file that --lines names, else the one in the working directory, else no lines.
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../platform/errors.ts';
import { LIMITS } from '../platform/limits.ts';
import type { ReleaseLine } from '../respond/lines/lines.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import type { CommandContext } from './command.ts';

/** Name of the file that is looked for in the working directory. */
const LINES_FILE = 'lines.yaml';

/**
 * The release lines; undefined when there is no file.
 * @throws PlimsollError `input-missing` when the file that was named is not there, `input-unreadable`; ParseError with file, line and column
 */
export async function readLines(
  named: string | undefined,
  { workingDirectory }: Pick<CommandContext, 'workingDirectory'>,
): Promise<readonly ReleaseLine[] | undefined> {
  const name = named ?? LINES_FILE;
  const text = readSmallText(resolve(workingDirectory, name), name);
  if (text === undefined) {
    if (named === undefined) return undefined;
    throw new PlimsollError('input-missing', `${name}: there is no such file of release lines`);
  }
  // Loads YAML and its checks, which most runs do not need.
  const { parseLines } = await import('../respond/lines/lines.ts');
  return parseLines(text, name);
}

/** Name of the release line that an assessment belongs to; undefined when none fits. */
export async function lineName(
  lines: readonly ReleaseLine[] | undefined,
  assessment: Pick<Assessment, 'release'>,
): Promise<string | undefined> {
  return (await lineOfAssessment(lines, assessment))?.name;
}

/** The release line that an assessment belongs to; undefined when none fits. */
export async function lineOfAssessment(
  lines: readonly ReleaseLine[] | undefined,
  { release }: Pick<Assessment, 'release'>,
): Promise<ReleaseLine | undefined> {
  if (lines === undefined) return undefined;
  const { lineOf } = await import('../respond/lines/lines.ts');
  return lineOf(lines, release);
}

/**
 * The text of a file that people write; undefined when there is none.
 * @throws PlimsollError `input-unreadable` for what is no file, or larger than a file of settings may be
 */
export function readSmallText(
  path: string,
  name: string,
  mostBytes: number = LIMITS.settingsBytes,
): string | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  try {
    if (!status.isFile()) throw new TypeError('it is not a file');
    if (status.size > mostBytes) throw new LimitError(`it has more than ${mostBytes} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PlimsollError('input-unreadable', `${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
