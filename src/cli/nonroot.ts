// `plimsoll nonroot`: which containers of a release can run as another user than root, and what they need for it.
import type { Command } from 'commander';
import { PlimsollError } from '../platform/errors.ts';
import type { NonrootResult } from '../posture/nonroot/nonroot.ts';
import { nonrootHtml } from '../publish/html/nonroot.ts';
import { nonrootJson } from '../publish/json/nonroot.ts';
import { nonrootTable } from '../publish/terminal/nonroot.ts';
import { type CommandContext, newCommand, terminalOptions, writeResult } from './command.ts';
import { sayGaps } from './gap-lines.ts';
import { judgeNonroot, type NonrootInputOptions } from './nonroot-input.ts';
import { addNonrootOptions, NONROOT_TARGET } from './nonroot-options.ts';
import { nonrootProposeCommand } from './nonroot-propose.ts';

interface NonrootOptions extends NonrootInputOptions {
  readonly failOn?: string;
}

const EXAMPLE = [
  'plimsoll nonroot manifests:rendered.yaml --images dir-tree:images --policies policies',
  'plimsoll nonroot docker://quay.io/team/app:1 --fail-on block,root,gaps',
  'plimsoll nonroot propose manifests:rendered.yaml --images dir-tree:images --format patch',
].join('\n');

/** Words of --fail-on, and whether a result has what they ask for. */
const WORDS: Readonly<Record<string, (result: NonrootResult) => boolean>> = {
  block: ({ results }) => has(results, 'fail', (check) => check !== 'runs-as-root'),
  'likely-break': ({ results }) => has(results, 'warn', (check) => check !== 'writes'),
  root: ({ results }) => has(results, 'fail', (check) => check === 'runs-as-root'),
  writes: ({ results }) => has(results, 'warn', (check) => check === 'writes'),
  gaps: ({ results, gaps }) => gaps.length > 0 || has(results, 'no-evidence', () => true),
};

/** The command. */
export function nonrootCommand(context: CommandContext): Command {
  const summary = 'which containers can run as another user than root, and what is in the way';
  const command = newCommand('nonroot', summary, ['table', 'json', 'html'], EXAMPLE).argument(
    '<target...>',
    NONROOT_TARGET,
  );
  addNonrootOptions(command)
    .option('--waivers <file>', 'waivers with owner, reason and last day, YAML')
    .option('--fail-on <words>', `exit 1 for any of: ${Object.keys(WORDS).join(', ')}; what is waived does not count`)
    .action((targets: readonly string[], options: NonrootOptions) => judge(targets, options, context))
    // What stands behind `propose` is its own.
    .enablePositionalOptions();
  return command.addCommand(nonrootProposeCommand(context));
}

async function judge(targets: readonly string[], options: NonrootOptions, context: CommandContext): Promise<void> {
  const words = wordsOf(options.failOn);
  const result = await judgeNonroot(targets, options, context);
  const render = {
    table: () => nonrootTable(result, terminalOptions(context, options)),
    json: () => nonrootJson(result),
    html: () => nonrootHtml(result),
  };
  writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  sayGaps(result.gaps, context, options);
  if (words.some((word) => WORDS[word]?.(result) === true)) context.setExitCode(1);
}

function has(
  results: NonrootResult['results'],
  verdict: NonrootResult['results'][number]['verdict'],
  wanted: (check: string) => boolean,
): boolean {
  return results.some((one) => one.waiver === undefined && one.verdict === verdict && wanted(one.check));
}

function wordsOf(text: string | undefined): readonly string[] {
  const words = text === undefined ? [] : text.split(',').map((word) => word.trim());
  const unknown = words.find((word) => !Object.hasOwn(WORDS, word));
  if (unknown === undefined) return words;
  throw new PlimsollError(
    'usage',
    `--fail-on: there is no "${unknown}"; the words are ${Object.keys(WORDS).join(', ')}`,
  );
}
