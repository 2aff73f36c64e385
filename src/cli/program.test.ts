import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_CONTEXT } from '../../test/support/command-context.ts';
import type { CommandContext } from './command.ts';
import { runProgram } from './program.ts';

test('an internal error ends with exit code 4, and its text cannot steer the terminal', async () => {
  let stderr = '';
  const context: CommandContext = {
    ...NO_CONTEXT,
    stdout: () => {
      throw new Error('\u001b[2Jpackage \u202egnp.exe\u009b1m');
    },
    stderr: (text) => {
      stderr += text;
    },
  };
  assert.equal(await runProgram(['versions', 'compare', 'deb', '1', '2'], context), 4);
  assert.match(
    stderr,
    /^plimsoll: internal error: Error: \\u\{1b\}\[2Jpackage \\u\{202e\}gnp\.exe\\u\{9b\}1m\n {6}at /,
  );
  assert.doesNotMatch(stderr.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
});
