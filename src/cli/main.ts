// Entry of the program: finds the command by name and loads only its file.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import type { CommandContext } from './command.ts';

const { HOME: home = '', XDG_CACHE_HOME: stated = '' } = process.env;
const caches = stated || (home && join(home, '.cache'));
if (caches !== '') enableCompileCache(join(caches, 'plimsoll', 'code'));
const { internalErrorText, printableLines, runProgram } = await import('./program.ts');

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

/** The exit code of an internal error, of which a result that could not be written is one. */
const FAILED = 4;
let failed = false;

function fail(message: string): void {
  failed = true;
  process.exitCode = FAILED;
  context.stderr(`plimsoll: ${printableLines(message)}\n`);
}

// A reader that has seen enough (`plimsoll … | head`) is no failure, and takes nothing from the answer that the exit code gives.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') fail(`the result cannot be written: ${error.message}`);
});
// Nobody is left to tell.
process.stderr.on('error', () => {});
// A rejection that nobody handles ends here as well.
process.on('uncaughtException', (error) => {
  fail(internalErrorText(error));
  process.exit();
});

const exitCode = await runProgram(process.argv.slice(2), context);
process.exitCode = failed ? FAILED : exitCode;
