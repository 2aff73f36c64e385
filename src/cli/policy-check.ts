// `plimsoll policy check`: Pods and what controllers would make, against a level of the Pod Security Standards.
import type { Command } from 'commander';
import { checkPods } from '../posture/policy/check/pss-check.ts';
import { parseStandard } from '../posture/policy/pss/evaluate.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';
import { sayGaps } from './gap-lines.ts';
import { addObjectOptions, OBJECT_WORDS, readObjectInputs } from './object-input.ts';
import { parsePolicyFailOn } from './policy-fail-on.ts';
import { checkJson, checkText } from './policy-text.ts';
import type { TargetOptions } from './release-input.ts';

interface PolicyCheckOptions extends CommonOptions, TargetOptions {
  readonly pss: string;
  readonly failOn?: string;
}

const EXAMPLE = [
  'plimsoll policy check --pss baseline:v1.20 rendered.yaml',
  'plimsoll policy check --pss restricted rendered.yaml --fail-on fail,gaps --format json',
].join('\n');

/** The command. */
export function policyCheckCommand(context: CommandContext): Command {
  const summary = 'Pods, and those that controllers would create, against the Pod Security Standards';
  return addObjectOptions(newCommand('check', summary, ['table', 'json'], EXAMPLE))
    .argument('<target...>', OBJECT_WORDS)
    .requiredOption('--pss <standard>', 'privileged, baseline or restricted, with :v1.N or :latest (latest)')
    .option('--fail-on <words>', 'exit 1 for fail, for gaps (no evidence, files that could not be read), or both')
    .action((targets: readonly string[], options: PolicyCheckOptions) => check(targets, options, context));
}

async function check(targets: readonly string[], options: PolicyCheckOptions, context: CommandContext): Promise<void> {
  const words = parsePolicyFailOn(options.failOn);
  const standard = parseStandard(options.pss);
  const { objects, warnings, gaps } = await readObjectInputs(targets, context, options);
  sayGaps(gaps, context, options);
  const subjects = checkPods(objects, standard);
  const result = { standard, subjects, warnings, gaps };
  writeResult(context, options, options.format === 'json' ? checkJson(result) : checkText(result));
  const failed = words.has('fail') && subjects.some(({ verdict }) => verdict === 'fail');
  const open = words.has('gaps') && (gaps.length > 0 || subjects.some(({ verdict }) => verdict === 'no-evidence'));
  if (failed || open) context.setExitCode(1);
}
