import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_CONTEXT } from '../../test/support/command-context.ts';
import type { CommandContext, CommonOptions } from './command.ts';
import { progressFor, remarker } from './talk.ts';

const OPTIONS: CommonOptions = { format: 'table', color: true };

function recorded(): { readonly context: CommandContext; readonly written: string[] } {
  const written: string[] = [];
  const context: CommandContext = {
    ...NO_CONTEXT,
    stdout: () => assert.fail('talk is no result'),
    stderr: (text) => written.push(text),
    stdoutIsTerminal: true,
    stderrIsTerminal: true,
  };
  return { context, written };
}

test('a remark does not stand behind the progress on its line', () => {
  const { context, written } = recorded();
  const progress = progressFor(context, OPTIONS);
  const talk = remarker(context, OPTIONS, progress);
  progress.update('layers read 1 of 2');
  talk('layers read 2, from store 0');
  talk('gap not-scanned: a\x1b[2J');
  assert.deepEqual(written, [
    '\r\x1b[Klayers read 1 of 2',
    '\r\x1b[K',
    'plimsoll: layers read 2, from store 0\n',
    'plimsoll: gap not-scanned: a\\u{1b}[2J\n',
  ]);
});

test('--quiet ends remarks and progress', () => {
  const { context, written } = recorded();
  const options = { ...OPTIONS, quiet: true };
  const progress = progressFor(context, options);
  progress.update('layers read 1 of 2');
  remarker(context, options, progress)('layers read 2');
  assert.deepEqual(written, []);
});
