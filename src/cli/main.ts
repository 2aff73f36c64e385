// Entry of the program: finds the command by name and loads only its file.
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CommandContext } from './command.ts';

enableCompileCache(join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'plimsoll', 'code'));
const { runProgram } = await import('./program.ts');

const context: CommandContext = {
  stdout: (result) => process.stdout.write(result),
  stderr: (text) => process.stderr.write(text),
  environment: process.env,
  now: () => new Date(),
  workingDirectory: process.cwd(),
  stdoutIsTerminal: process.stdout.isTTY === true,
  stderrIsTerminal: process.stderr.isTTY === true,
  columns: process.stdout.columns ?? 100,
  setExitCode: (code) => {
    process.exitCode = code;
  },
};
// A reader that has seen enough (`plimsoll … | head`) is no failure; a full disk is one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`plimsoll: the result cannot be written to stdout: ${error.message}\n`);
  process.exit(4);
});
process.exitCode = await runProgram(process.argv.slice(2), context);
