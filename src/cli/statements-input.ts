// The statements that a command is given: read under the configuration, with a remark about those that do not apply.
import { resolve } from 'node:path';
import { PlimsollError } from '../platform/errors.ts';
import { LIMITS } from '../platform/limits.ts';
import type { Config } from '../platform/settings.ts';
import { type StatementState, stateOf } from '../statements/judge.ts';
import type { Statement } from '../statements/statement.ts';
import type { CommandContext } from './command.ts';
import { readSmallText } from './lines-input.ts';

/** Help for --statements. */
export const STATEMENTS_WORDS = 'decisions that may apply: files and folders (YAML, OpenVEX, CSAF, CycloneDX)';

/** Days before the end at which `check` tells of it, when the configuration does not say. */
const SOON_DAYS = 30;

/** What statements are read with. */
export interface StatementSurroundings {
  readonly config: Config;
  /** ISO date. */
  readonly asOf: string;
  readonly context: CommandContext;
  readonly talk: (line: string) => void;
}

/** Reads the statements of --statements; none when it was not given. @throws what readStatementPaths throws */
export async function readGivenStatements(
  paths: readonly string[] | undefined,
  { config, asOf, context, talk }: StatementSurroundings,
): Promise<readonly Statement[]> {
  if (paths === undefined || paths.length === 0) return [];
  const statements = await readAll(paths, config, context);
  const states = Map.groupBy(statements, (statement) => stateOf(statement, asOf));
  const count = (state: StatementState): number => states.get(state)?.length ?? 0;
  const idle = [
    ...(count('expired') > 0 ? [`${count('expired')} expired`] : []),
    ...(count('unapproved') > 0 ? [`${count('unapproved')} without approver`] : []),
    ...(count('untrusted') > 0 ? [`${count('untrusted')} of issuers that are not trusted`] : []),
  ];
  talk(`statements: ${count('in-force')} in force${idle.map((text) => `, ${text}`).join('')}`);
  return statements;
}

/** All statements behind paths from the working directory. @throws what readStatementPaths throws */
export async function readAll(
  paths: readonly string[],
  { statements: settings = {} }: Config,
  { workingDirectory }: CommandContext,
): Promise<readonly Statement[]> {
  // Loaded only when there are statements: YAML and its schema are most of what a small command would load.
  const { readStatementPaths } = await import('../statements/read.ts');
  const { MAXIMUM_DAYS } = await import('../statements/statement-fields.ts');
  const { maximumDays = MAXIMUM_DAYS, trusted = [] } = settings;
  return readStatementPaths(
    paths.map((path) => resolve(workingDirectory, path)),
    { maximumDays, trusted },
  );
}

/** The text of one YAML file that people write; undefined when there is none. @throws PlimsollError `input-unreadable` */
export function readStatementFile(name: string, { workingDirectory }: CommandContext): string | undefined {
  return readSmallText(resolve(workingDirectory, name), name, LIMITS.statementFileBytes);
}

/** The same of a file that must be there. @throws PlimsollError `input-missing`, `input-unreadable` */
export function readNamedFile(name: string, context: CommandContext): string {
  const text = readStatementFile(name, context);
  if (text === undefined) throw new PlimsollError('input-missing', `${name}: there is no such file`);
  return text;
}

/** Days before the end at which a statement is told to end soon. */
export function soonDaysOf({ statements }: Config): number {
  return statements?.soonDays ?? SOON_DAYS;
}
