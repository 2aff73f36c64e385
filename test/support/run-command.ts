// Runs a command line in the test's own process, as the program does, and gives what a user would see. Nothing of the machine is seen: neither
// its environment and its clock nor the home of whoever runs the tests.
import { runProgram } from '../../src/cli/program.ts';
import { NO_CONTEXT } from './command-context.ts';

/** The world of a command line. */
export interface CommandWorld {
  /** Working directory, home and data directory at once. */
  readonly folder: string;
  /** The width of the terminal that stdout is; a pipe without it. */
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** RFC 3339; 2022-05-01 unless given. */
  readonly now?: string;
}

/** What a command line left behind; bytes on stdout are read as UTF-8. */
export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `plimsoll ARGS` and gives its exit code and what it wrote. Throws nothing of its own. */
export async function runCommand(
  args: readonly string[],
  { folder, columns, environment, now = '2022-05-01T00:00:00Z' }: CommandWorld,
): Promise<CommandOutcome> {
  const stdout: Uint8Array[] = [];
  let stderr = '';
  const code = await runProgram(args, {
    ...NO_CONTEXT,
    stdout: (result) => void stdout.push(typeof result === 'string' ? Buffer.from(result) : result),
    stderr: (text) => {
      stderr += text;
    },
    environment: { HOME: folder, XDG_DATA_HOME: folder, ...environment },
    now: () => new Date(now),
    workingDirectory: folder,
    stdoutIsTerminal: columns !== undefined,
    columns: columns ?? NO_CONTEXT.columns,
  });
  return { code, stdout: Buffer.concat(stdout).toString(), stderr };
}
