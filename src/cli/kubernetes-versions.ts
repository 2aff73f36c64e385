// `plimsoll kubernetes versions`: what each minor of Kubernetes brings and ends, what a step between two means for a release, and how long lines are covered.
import type { Command } from 'commander';
import { PlimsollError } from '../platform/errors.ts';
import { compareMinors, type Minor, minorOf } from '../posture/kubernetes-versions/minor.ts';
import { readVersionTable } from '../posture/kubernetes-versions/table.ts';
import { versionsAnswer } from '../posture/kubernetes-versions/versions.ts';
import { kubernetesVersionsHtml } from '../publish/html/kubernetes-versions.ts';
import { kubernetesVersionsJson } from '../publish/json/kubernetes-versions.ts';
import { kubernetesVersionsTable } from '../publish/terminal/kubernetes-versions.ts';
import type { ReleaseLine } from '../respond/lines/lines.ts';
import { isoDate } from './arguments.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { sayGaps } from './gap-lines.ts';
import { readLines } from './lines-input.ts';
import { addObjectOptions, OBJECT_WORDS, readObjectInputs } from './object-input.ts';
import { parsePolicyFailOn } from './policy-fail-on.ts';
import type { TargetOptions } from './release-input.ts';

interface VersionsOptions extends CommonOptions, TargetOptions {
  readonly from?: string;
  readonly to?: string;
  readonly line?: string;
  readonly lines?: string;
  readonly manifests?: readonly string[];
  readonly asOf?: string;
  readonly failOn?: string;
}

const EXAMPLE = [
  'plimsoll kubernetes versions --from 1.20 --to 1.24 --manifests rendered.yaml',
  'plimsoll kubernetes versions --lines lines.yaml --as-of 2022-04-20 --fail-on fail',
].join('\n');

/** The command. */
export function kubernetesVersionsCommand(context: CommandContext): Command {
  const summary = 'what each minor version brings and ends, with sources; what a step means for a release';
  return addObjectOptions(newCommand('versions', summary, ['table', 'json', 'html'], EXAMPLE))
    .option('--from <version>', 'minor that runs now: the first that is shown')
    .option('--to <version>', 'minor that is to run: the last that is shown')
    .option('--lines <file>', 'release lines with their Kubernetes (lines.yaml)')
    .option('--line <name>', 'only this line')
    .option('--manifests <target...>', `what of a release --to, or the one line, does not serve: ${OBJECT_WORDS}`)
    .option('--as-of <date>', 'day at which support is judged (today)', isoDate)
    .option('--fail-on <words>', 'exit 1 for fail (objects, lines), for gaps, or both')
    .action((options: VersionsOptions) => versions(options, context));
}

async function versions(options: VersionsOptions, context: CommandContext): Promise<void> {
  const words = parsePolicyFailOn(options.failOn);
  const table = readVersionTable();
  const known = table.minors.map(({ minor }) => minor);
  const [from, to] = [options.from, options.to].map((text) => minorArgument(text, known));
  if (from !== undefined && to !== undefined && compareMinors(from, to) > 0) {
    throw new PlimsollError('usage', `--from ${from} is later than --to ${to}`);
  }
  const lines = await askedLines(options, context);
  const read =
    options.manifests === undefined ? undefined : await readObjectInputs(options.manifests, context, options);
  const answer = versionsAnswer(table, {
    asOf: options.asOf ?? context.now().toISOString().slice(0, 10),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(lines === undefined ? {} : { lines }),
    ...(read === undefined ? {} : { manifests: read }),
  });
  if (read !== undefined && answer.served === undefined) {
    throw new PlimsollError(
      'usage',
      '--manifests are held against one version: name it with --to, or one line with --line',
    );
  }
  const render = {
    table: () => kubernetesVersionsTable(answer, terminalOptions(context, options)),
    json: () => kubernetesVersionsJson(answer),
    html: () => kubernetesVersionsHtml(answer),
  };
  writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  sayGaps(answer.gaps, context, options);
  const of = (verdict: string): boolean => answer.results.some((one) => one.verdict === verdict);
  if ((words.has('fail') && of('fail')) || (words.has('gaps') && (answer.gaps.length > 0 || of('no-evidence')))) {
    context.setExitCode(1);
  }
}

/** @throws PlimsollError `usage`, `input-missing`; ParseError */
async function askedLines(
  { lines: file, line: name }: VersionsOptions,
  context: CommandContext,
): Promise<readonly ReleaseLine[] | undefined> {
  if (file === undefined && name === undefined) return undefined;
  const lines = await readLines(file, context);
  if (lines === undefined)
    throw new PlimsollError('input-missing', 'there is no lines.yaml here: name it with --lines');
  if (name === undefined) return lines;
  const own = lines.filter((line) => line.name === name);
  if (own.length > 0) return own;
  throw new PlimsollError(
    'usage',
    `there is no line "${name}"; the lines are ${lines.map((line) => line.name).join(', ')}`,
  );
}

/** @throws PlimsollError `usage` for text that is no version, or a minor that the table does not know */
function minorArgument(text: string | undefined, known: readonly Minor[]): Minor | undefined {
  if (text === undefined) return undefined;
  const minor = minorOf(text);
  if (minor !== undefined && known.includes(minor)) return minor;
  throw new PlimsollError(
    'usage',
    `"${text}" is no version that the table knows: it has ${known[0]} to ${known.at(-1)}`,
  );
}
