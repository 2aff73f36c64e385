// `plimsoll policy preview`: what policies would change, reject and leave alone in a release, before it is installed.
import type { Command } from 'commander';
import { PlimsollError } from '../platform/errors.ts';
import { policySetOf } from '../posture/policy/kyverno/policy-set.ts';
import { previewOf } from '../posture/policy/preview/preview.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';
import { parsePolicyFailOn } from './policy-fail-on.ts';
import { readObjectInputs } from './policy-input.ts';
import { previewJson, previewText } from './policy-text.ts';

interface PolicyPreviewOptions extends CommonOptions {
  readonly policies: readonly string[];
  readonly failOn?: string;
}

const EXAMPLE = 'plimsoll policy preview manifests:rendered.yaml --policies policies';

/** The command. */
export function policyPreviewCommand(context: CommandContext): Command {
  const summary = 'what Kyverno policies would change, reject and except in a release';
  return newCommand('preview', summary, ['table', 'json'], EXAMPLE)
    .argument('<target...>', 'rendered manifests: manifests:PATH, or files and folders of Kubernetes YAML or JSON')
    .requiredOption('--policies <path...>', 'files or folders with policies and exceptions')
    .option('--fail-on <words>', 'exit 1 for fail (a rejected object), for gaps (what could not be judged), or both')
    .action((targets: readonly string[], options: PolicyPreviewOptions) => preview(targets, options, context));
}

function preview(targets: readonly string[], options: PolicyPreviewOptions, context: CommandContext): void {
  const words = parsePolicyFailOn(options.failOn);
  const given = readObjectInputs(options.policies, context, options);
  const set = policySetOf(given.objects);
  if (set.policies.length === 0 && set.unsupported.length === 0) {
    throw new PlimsollError('input-missing', `no policy in ${options.policies.join(', ')}`);
  }
  const release = readObjectInputs(targets, context, options);
  const whole = previewOf(release.objects, set, context.now().toISOString().slice(0, 10));
  const gaps = [...given.gaps, ...release.gaps];
  const result = { set, preview: whole, gaps };
  writeResult(context, options, options.format === 'json' ? previewJson(result) : previewText(result));
  const rejected = whole.objects.some(({ outcome }) => outcome === 'rejected');
  const open =
    whole.objects.some(({ outcome }) => outcome === 'unknown') || set.unsupported.length > 0 || gaps.length > 0;
  if ((words.has('fail') && rejected) || (words.has('gaps') && open)) context.setExitCode(1);
}
