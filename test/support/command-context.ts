// A context for commands that are looked at and not run.
import type { CommandContext } from '../../src/cli/command.ts';

/** Takes whatever is written and gives a machine without terminal, environment or time. */
export const NO_CONTEXT: CommandContext = {
  stdout: () => undefined,
  stderr: () => undefined,
  environment: {},
  now: () => new Date(0),
  workingDirectory: '/',
  stdoutIsTerminal: false,
  stderrIsTerminal: false,
  columns: 80,
  setExitCode: () => undefined,
};
