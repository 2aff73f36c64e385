// `plimsoll policy test`: Kyverno's own tests, kyverno-test.yaml, as they are.
import { statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { LimitError, messageOf, PlimsollError } from '../platform/errors.ts';
import type { Gap } from '../platform/gap.ts';
import { runTestFile, type TestRow } from '../posture/policy/test-file/run.ts';
import { hasFile, isInside, readTextFile, walkFolder } from '../scan/release/folder.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';
import { testJson, testText } from './policy-text.ts';
import { remarker } from './talk.ts';

const FILE = 'kyverno-test.yaml';
/** Where kyverno/policies keeps its tests, beside the policy. */
const FOLDER = '.kyverno-test';

/** The command. */
export function policyTestCommand(context: CommandContext): Command {
  const summary = `run the ${FILE} files of a folder; 1 when a row comes out otherwise than it expects`;
  return newCommand('test', summary, ['table', 'json'], 'plimsoll policy test policies')
    .argument('<path>', `a folder with ${FILE} files, at any depth, or one such file`)
    .action((path: string, options: CommonOptions) => run(path, options, context));
}

function run(path: string, options: CommonOptions, context: CommandContext): void {
  const whole = resolve(context.workingDirectory, path);
  const status = statSync(whole, { throwIfNoEntry: false });
  if (status === undefined) throw new PlimsollError('input-missing', `${path} does not exist`);
  const folder = status.isDirectory() ? whole : dirname(whole);
  // A test names its policy beside its own folder.
  const root = basename(folder) === FOLDER ? dirname(folder) : folder;
  const files = status.isDirectory() ? testFiles(whole) : [whole];
  if (files.length === 0) throw new PlimsollError('input-missing', `${path} holds no ${FILE}`);
  const rows: TestRow[] = [];
  const gaps: Gap[] = [];
  for (const file of files) {
    const name = relative(root, file);
    try {
      rows.push(...runTestFile(readTextFile(file), name, (beside) => readBeside(root, dirname(file), beside)));
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      const kind = error instanceof LimitError ? 'limit-reached' : 'file-unparsed';
      gaps.push({ kind, target: name, reason: messageOf(error) });
    }
  }
  const remark = remarker(context, options);
  for (const { target, reason } of gaps) remark(`${target}: ${reason}`);
  const result = { rows, gaps };
  writeResult(context, options, options.format === 'json' ? testJson(result) : testText(result));
  if (gaps.length > 0 || rows.some(({ verdict }) => verdict === 'wrong')) context.setExitCode(1);
}

function testFiles(root: string): readonly string[] {
  const folders = ['', ...[...walkFolder(root)].flatMap(({ kind, path }) => (kind === 'folder' ? [path] : []))];
  return folders.flatMap((folder) =>
    [folder, join(folder, FOLDER)].flatMap((place) =>
      hasFile(join(root, place), FILE) ? [join(root, place, FILE)] : [],
    ),
  );
}

/** @throws PlimsollError for a file that is not there, or outside the folder of the tests */
function readBeside(root: string, folder: string, path: string): string {
  if (/^[a-z]+:\/\//i.test(path)) throw new PlimsollError('unsupported', `${path} is on the network`);
  const whole = resolve(folder, path);
  if (!isInside(root, relative(root, whole))) {
    throw new PlimsollError('input-unreadable', `${path} is outside the folder of the tests`);
  }
  return readTextFile(whole);
}
