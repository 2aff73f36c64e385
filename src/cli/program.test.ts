import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandContext } from './command.ts';
import { runProgram } from './program.ts';

test('an internal error ends with exit code 4, and its text cannot steer the terminal', async () => {
  let stderr = '';
  const context: CommandContext = {
    stdout: () => {
      throw new Error('\u001b[2Jpackage \u202egnp.exe\u009b1m');
    },
    stderr: (text) => {
      stderr += text;
    },
    environment: {},
    now: () => new Date(0),
    workingDirectory: '/',
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    columns: 80,
    setExitCode: () => undefined,
  };
  assert.equal(await runProgram(['versions', 'compare', 'deb', '1', '2'], context), 4);
  assert.match(
    stderr,
    /^plimsoll: internal error: Error: \\u\{1b\}\[2Jpackage \\u\{202e\}gnp\.exe\\u\{9b\}1m\n {6}at /,
  );
  assert.doesNotMatch(stderr.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
});
