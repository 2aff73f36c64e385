// `plimsoll hygiene`: how the images of a release were built and named, judged by checks.
import type { Command } from 'commander';
import type { Store } from '../platform/store.ts';
import { failsOn, parseFailOn } from '../posture/fail-on.ts';
import { fixesOf } from '../posture/hygiene/fix.ts';
import { hygieneHtml } from '../publish/html/hygiene.ts';
import { hygieneJson } from '../publish/json/hygiene.ts';
import { hygieneFixJson } from '../publish/json/hygiene-fix.ts';
import { hygieneMarkdown } from '../publish/markdown/hygiene.ts';
import { hygieneTable } from '../publish/terminal/hygiene.ts';
import { hygieneFixScript } from '../publish/terminal/hygiene-fix.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { type CommandContext, newCommand, terminalOptions, writeResult } from './command.ts';
import { type HygieneInputOptions, judgeHygiene } from './hygiene-input.ts';

interface HygieneOptions extends HygieneInputOptions {
  readonly failOn?: string;
}

const ASSESSMENT = 'a JSON file that scan wrote, or the id of a stored assessment';

const EXAMPLE = [
  'plimsoll hygiene beta.106.json --since beta.97.json',
  'plimsoll hygiene beta.106.json --signatures csm:csm-1.2.0 --key release-key.pub.pem',
  'plimsoll hygiene beta.106.json --fail-on critical --format markdown --output hygiene.md',
].join('\n');

const FIX_EXAMPLE = "plimsoll hygiene fix beta.106.json 'quay.io/team/*' --output build.sh";

/** The command. */
export function hygieneCommand(context: CommandContext): Command {
  const summary = 'how images were built and named: tags, labels, bases, users, files; the worst first';
  const command = newCommand('hygiene', summary, ['table', 'json', 'markdown', 'html'], EXAMPLE)
    .argument('<assessment>', ASSESSMENT)
    .option('--since <assessment>', 'the release before, for what only two releases show')
    .option('--bases <assessment...>', 'base images as they are shipped now: what stands on an older build is told')
    .option(
      '--fail-on <words>',
      'exit 1 when checks of these severities failed and are not waived: critical, high, medium, low, info; gaps for missing evidence',
    )
    .option(
      '--signatures <target...>',
      'ask for signatures and attestations where these have the images: a release, images, registries (docker://…)',
    )
    .option('--key <file...>', 'public keys, PEM, that signatures are held against (hygiene.keys of the configuration)')
    .option('--store <file>', 'store of assessments and layers (in the data directory of the user)')
    .action((name: string, options: HygieneOptions) => judge(name, options, context))
    // What stands behind `fix` is its own: both have --since.
    .enablePositionalOptions();
  return command.addCommand(fixCommand(context));
}

function fixCommand(context: CommandContext): Command {
  const summary = "build arguments, labels and an immutable tag for contributors' builds";
  return newCommand('fix', summary, ['shell', 'json'], FIX_EXAMPLE)
    .argument('<assessment>', ASSESSMENT)
    .argument('[images...]', 'patterns of references, * for any characters (images of our own)')
    .option('--since <assessment>', 'the release before: bases that were replaced since')
    .option('--store <file>', 'store of assessments (in the data directory of the user)')
    .action((name: string, patterns: readonly string[], options: HygieneInputOptions) =>
      printFixes(name, patterns, options, context),
    );
}

async function judge(name: string, options: HygieneOptions, context: CommandContext): Promise<void> {
  const words = options.failOn === undefined ? [] : parseFailOn(options.failOn);
  const { result } = await judgeHygiene(named(name, context), options, context);
  const render = {
    table: () => hygieneTable(result, terminalOptions(context, options)),
    json: () => hygieneJson(result),
    markdown: () => hygieneMarkdown(result),
    html: () => hygieneHtml(result),
  };
  writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  if (failsOn(result, words)) context.setExitCode(1);
}

async function printFixes(
  name: string,
  patterns: readonly string[],
  options: HygieneInputOptions,
  context: CommandContext,
): Promise<void> {
  const { input, result } = await judgeHygiene(named(name, context), options, context);
  const fixes = fixesOf(input, result, patterns);
  const { verdict, assessment } = result;
  const json = options.format === 'json';
  writeResult(context, options, json ? hygieneFixJson(assessment, fixes) : hygieneFixScript(verdict.subject, fixes));
}

function named(name: string, context: CommandContext): (store: Store) => Promise<Assessment> {
  return (store) => readAssessmentInput(name, context.workingDirectory, store);
}
