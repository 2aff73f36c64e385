// `plimsoll advisories`: make, look at, move, compare and update the advisory set.
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { PlimsollError } from '../platform/errors.ts';
import { escapeHidden, jsonText } from '../platform/json-text.ts';
import { LIMITS } from '../platform/limits.ts';
import { printable } from '../platform/printable.ts';
import type { Progress } from '../platform/progress.ts';
import { buildAdvisorySet } from '../scan/advisory/set/build.ts';
import { altered } from '../scan/advisory/set/checked-table.ts';
import { diffAdvisorySets, diffEntries, diffFeeds } from '../scan/advisory/set/diff.ts';
import { exportLines } from '../scan/advisory/set/export-lines.ts';
import { importAdvisorySet } from '../scan/advisory/set/import.ts';
import { openAdvisorySet, type SetUse, type StoredAdvisorySet } from '../scan/advisory/set/open.ts';
import { batches, writeLines } from '../scan/advisory/set/write-lines.ts';
import { type UpdateFailure, updateAdvisorySet, usualRequests } from '../scan/advisory/update/update.ts';
import { diffText, type SetStatus, statusText } from './advisories-text.ts';
import { type CommandContext, type CommonOptions, newCommand, newGroup, writeResult } from './command.ts';
import { feedDate, feedIds, feedPath, updateRequests } from './feed-arguments.ts';
import { keepReplacedSet } from './kept-sets.ts';
import { cacheFolder, defaultAdvisoriesPath } from './locations.ts';
import { progressFor, remarker } from './talk.ts';
import type { inventoriesOf } from './target-inventories.ts';

const EXAMPLE = [
  'plimsoll advisories update',
  'plimsoll advisories build --feed alpine-secdb=secdb/ --feed osv=all.zip --output advisories.db',
  'plimsoll advisories diff last-month.db advisories.db',
].join('\n');

/** Milliseconds without a byte after which a publisher's server counts as dead. */
const IDLE_MILLISECONDS = 60_000;

/** The command with its subcommands. */
export function advisoriesCommand(context: CommandContext): Command {
  return newGroup('advisories', 'make, look at, move, compare and update the advisory set', EXAMPLE)
    .addCommand(buildCommand(context))
    .addCommand(updateCommand(context))
    .addCommand(statusCommand(context))
    .addCommand(exportCommand(context))
    .addCommand(importCommand(context))
    .addCommand(diffCommand(context));
}

interface SetOptions extends CommonOptions {
  readonly feed?: readonly string[];
  readonly feedDate?: readonly string[];
}

interface UpdateCommandOptions extends SetOptions {
  readonly for?: readonly string[];
  readonly keyring?: readonly string[];
  readonly allowUnsigned?: boolean;
}

function buildCommand(context: CommandContext): Command {
  return setCommand(
    'build',
    'make an advisory set from the files of feeds; no network',
    'plimsoll advisories build --feed debian-tracker=tracker.json --feed kev=kev.json --output advisories.db',
  )
    .requiredOption(
      '--feed <id=path>',
      `${feedIds()}: a file, folder, zip or tar; repeatable. rpm-updateinfo@rocky:9=PATH says what the files are for`,
      collect,
    )
    .option('--feed-date <id=date>', "date of a feed's content (YYYY-MM-DD) where its files do not say it", collect)
    .action(async (options: SetOptions) => {
      const dates = new Map((options.feedDate ?? []).map(feedDate));
      const inputs = (options.feed ?? []).map((given) => {
        const { feed, path, namespace } = feedPath(given);
        const updated = dates.get(feed);
        return {
          feed,
          path: resolve(context.workingDirectory, path),
          source: namespace === undefined ? path : `${path} (${namespace})`,
          ...(namespace === undefined ? {} : { namespace }),
          ...(updated === undefined ? {} : { updated }),
        };
      });
      const output = await replacedPath(context, options);
      await withProgress(context, options, (progress) =>
        buildAdvisorySet(inputs, output, {
          builtAt: context.now().toISOString(),
          onProgress: (text) => progress.update(text),
        }),
      );
      printStatus(output, context, options);
    });
}

function updateCommand(context: CommandContext): Command {
  return setCommand(
    'update',
    'download feeds and make the advisory set from them; the only command that downloads advisories; exit code 1 when a feed failed and its earlier download is used',
    'plimsoll advisories update\nplimsoll advisories update --feed osv=https://osv.example.org/Go/all.zip\nplimsoll advisories update --feed debian-mirror --for rootfs:/ --output machine.db',
  )
    .option(
      '--feed <id[=url]>',
      `only these, from their publisher or a mirror (${feedIds()}); repeatable. rpm-updateinfo@rocky:9=URL says what a repository is for`,
      collect,
    )
    .option(
      '--for <target>',
      'what a package mirror is asked about: images or a release, as in scan; repeatable',
      collect,
    )
    .option('--keyring <file>', "keys that sign a mirror, instead of the machine's own; repeatable", collect)
    .option('--allow-unsigned', 'take a mirror whose signature cannot be checked')
    .action(async (options: UpdateCommandOptions) => {
      const folder = join(dirname(defaultAdvisoriesPath(context)), 'feeds');
      const requests = options.feed === undefined ? usualRequests(folder) : updateRequests(options.feed);
      const targets = options.for ?? [];
      if (targets.length > 0 && !requests.some(({ feed }) => feed.gather?.forTargets === true)) {
        throw new PlimsollError(
          'usage',
          '--for is for feeds that look for what concerns a target: --feed debian-mirror',
        );
      }
      const output = await replacedPath(context, options);
      await withProgress(context, options, async (progress) => {
        const talk = {
          onProgress: (text: string) => progress.update(text),
          remark: remarker(context, options, progress),
        };
        const failures = await updateAdvisorySet(requests, output, {
          ...talk,
          ...(targets.length === 0 ? {} : { inventories: await readTargets(targets, context, options, talk) }),
          folder,
          cache: cacheFolder(context),
          keyrings: (options.keyring ?? []).map((path) => resolve(context.workingDirectory, path)),
          allowUnsigned: options.allowUnsigned === true,
          environment: context.environment,
          fetch,
          now: context.now,
          maxBytes: LIMITS.downloadBytes,
          idleMilliseconds: IDLE_MILLISECONDS,
        });
        progress.done();
        for (const failure of failures) context.stderr(`plimsoll: ${printable(failureText(failure))}\n`);
        if (failures.length > 0) context.setExitCode(1);
      });
      printStatus(output, context, options);
    });
}

function failureText({ feed, error, keptFrom }: UpdateFailure): string {
  const instead =
    keptFrom === undefined ? 'the set holds nothing of it' : `the download of ${keptFrom.slice(0, 10)} is used again`;
  return `${feed.id} could not be brought up to date, ${instead}: ${error.message}`;
}

/** Loads the rooms of the scan only when a target is named. */
async function readTargets(...args: Parameters<typeof inventoriesOf>): ReturnType<typeof inventoriesOf> {
  return (await import('./target-inventories.ts')).inventoriesOf(...args);
}

function statusCommand(context: CommandContext): Command {
  return newCommand(
    'status',
    'what a set holds: feeds, dates, counts, what was skipped and why, licences; exit code 1 when its content was altered',
    ['text', 'json'],
    'plimsoll advisories status\nplimsoll advisories status advisories.db --format json',
  )
    .argument('[set]', 'an advisory set; the one that scan uses unless given')
    .action((set: string | undefined, options: CommonOptions) => {
      const path = set === undefined ? defaultAdvisoriesPath(context) : resolve(context.workingDirectory, set);
      printStatus(path, context, options, set);
    });
}

function exportCommand(context: CommandContext): Command {
  return newCommand(
    'export',
    'write a set as lines of JSON, to move it or to read it with other tools',
    ['jsonl'],
    'plimsoll advisories export advisories.db --output advisories.jsonl.gz',
  )
    .argument('<set>', 'an advisory set')
    .action((path: string, options: CommonOptions) => {
      withWholeSet(resolve(context.workingDirectory, path), (set) => {
        const { output } = options;
        const isFolder = output !== undefined && isDirectory(resolve(context.workingDirectory, output));
        const file = isFolder ? join(output, `advisories-${set.id.slice(7, 19)}.jsonl.gz`) : output;
        writePieces(context, { ...options, ...(file === undefined ? {} : { output: file }) }, exportLines(set));
        if (file !== undefined) remarker(context, options)(`wrote ${file}`);
      });
    });
}

function importCommand(context: CommandContext): Command {
  return setCommand(
    'import',
    'make a set from an export; its content must match the id that the export states',
    'plimsoll advisories import advisories.jsonl.gz --output advisories.db',
  )
    .argument('<export>', 'a file that "advisories export" wrote; plain, gzip or zstd')
    .action(async (path: string, options: SetOptions) => {
      const output = await replacedPath(context, options);
      await importAdvisorySet(resolve(context.workingDirectory, path), output);
      printStatus(output, context, options);
    });
}

function diffCommand(context: CommandContext): Command {
  return newCommand(
    'diff',
    'what changed between two sets: records added, removed, withdrawn, rescored, with other ranges or fixes',
    ['text', 'json'],
    'plimsoll advisories diff 2026-10.db 2026-11.db',
  )
    .argument('<from>', 'an advisory set')
    .argument('<to>', 'the set to compare it with')
    .action((from: string, to: string, options: CommonOptions) => {
      withWholeSet(resolve(context.workingDirectory, from), (a) => {
        withWholeSet(resolve(context.workingDirectory, to), (b) => {
          if (options.format === 'json') writePieces(context, options, diffJson(a, b));
          else writeResult(context, options, diffText(a, b));
        });
      });
    });
}

/** A command whose --output is the set that it makes. */
function setCommand(name: string, summary: string, example: string): Command {
  const command = newCommand(name, summary, ['text', 'json'], example);
  const output = command.options.find((option) => option.long === '--output');
  if (output !== undefined) output.description = 'the set to write; the one that scan uses unless given';
  return command;
}

/** Where the set is to be written. One that is there may be needed by comparisons, and is kept. */
async function replacedPath(context: CommandContext, options: CommonOptions): Promise<string> {
  const kept = defaultAdvisoriesPath(context);
  const path = options.output === undefined ? kept : resolve(context.workingDirectory, options.output);
  const trouble = path === kept ? await keepReplacedSet(context) : undefined;
  if (trouble !== undefined) remarker(context, options)(trouble);
  return path;
}

/** Prints what the set at `path` holds. `shown` is the path as the user wrote it. */
function printStatus(path: string, context: CommandContext, options: CommonOptions, shown?: string): void {
  if (shown === undefined && !existsSync(path)) {
    throw new PlimsollError(
      'input-missing',
      `there is no advisory set yet (${path}); "plimsoll advisories update" downloads feeds, "advisories build" takes their files`,
    );
  }
  const show = (set: StoredAdvisorySet): void => {
    const status: SetStatus = {
      schemaVersion: 1,
      file: path,
      bytes: statSync(path).size,
      id: set.id,
      builtAt: set.builtAt,
      starter: set.starter,
      content: set.contentId() === set.id ? 'verified' : 'altered',
      feeds: set.feeds,
    };
    // --output of the commands that make a set names the set, not a file for this text.
    const text = options.format === 'json' ? jsonText(status) : statusText(status);
    const written = options.output !== undefined && resolve(context.workingDirectory, options.output) === path;
    if (written) context.stdout(`${text.trimEnd()}\n`);
    else writeResult(context, options, text);
    if (status.content === 'altered') context.setExitCode(1);
  };
  withSet(path, show, 'inspect');
}

/** The difference as JSON, one change a line, in pieces: two large sets may differ in all they hold. */
function* diffJson(a: StoredAdvisorySet, b: StoredAdvisorySet): Generator<string> {
  const { added, removed } = diffFeeds(a, b);
  const head = {
    schemaVersion: 1,
    from: { id: a.id, builtAt: a.builtAt },
    to: { id: b.id, builtAt: b.builtAt },
    feeds: { added, removed },
  };
  yield `${escapeHidden(JSON.stringify(head)).slice(0, -1)},\n"changes":[`;
  yield* listed(diffAdvisorySets(a, b));
  yield '],\n"entries":[';
  yield* listed(diffEntries(a, b));
  yield ']}\n';
}

function* listed(values: Iterable<unknown>): Generator<string> {
  let separator = '\n';
  for (const value of values) {
    yield separator + escapeHidden(JSON.stringify(value));
    separator = ',\n';
  }
}

/** Writes a result that may be too long for one string. */
function writePieces(context: CommandContext, options: CommonOptions, pieces: Iterable<string>): void {
  if (options.output !== undefined) writeLines(resolve(context.workingDirectory, options.output), pieces);
  else for (const batch of batches(pieces)) context.stdout(batch);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function withSet(path: string, work: (set: StoredAdvisorySet) => void, use: SetUse = 'answer'): void {
  const set = openAdvisorySet(path, use);
  try {
    work(set);
  } finally {
    set.close();
  }
}

/** For commands that pass on the content of a whole set. @throws PlimsollError `advisories` when it is not what its id stands for. */
function withWholeSet(path: string, work: (set: StoredAdvisorySet) => void): void {
  withSet(path, (set) => {
    if (set.contentId() !== set.id) throw altered(path);
    work(set);
  });
}

async function withProgress<T>(
  context: CommandContext,
  options: CommonOptions,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = progressFor(context, options);
  try {
    return await work(progress);
  } finally {
    progress.done();
  }
}

function collect(value: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), value];
}
