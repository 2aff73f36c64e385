// `plimsoll policy preview`: what policies would change, reject and leave alone in a release, before it is installed.
import { type Command, Option } from 'commander';
import { PlimsollError } from '../platform/errors.ts';
import { type PolicySet, policySetOf } from '../posture/policy/kyverno/policy-set.ts';
import { admissionsOf } from '../posture/policy/preview/admissions.ts';
import { type Preview, previewOf, previewOfAdmissions } from '../posture/policy/preview/preview.ts';
import { policyPreviewHtml } from '../publish/html/policy-preview.ts';
import type { KubernetesObject } from '../scan/release/manifests/object.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';
import { sayGaps } from './gap-lines.ts';
import { addObjectOptions, OBJECT_WORDS, readObjectInputs } from './object-input.ts';
import { parsePolicyFailOn } from './policy-fail-on.ts';
import { previewJson, previewText } from './policy-text.ts';
import type { TargetOptions } from './release-input.ts';

interface PolicyPreviewOptions extends CommonOptions, TargetOptions {
  readonly policies: readonly string[];
  readonly failOn?: string;
  readonly engine: (typeof ENGINES)[number];
}

const ENGINES = ['own', 'kyverno-cli'] as const;

const EXAMPLE = 'plimsoll policy preview manifests:rendered.yaml --policies policies';

/** The command. */
export function policyPreviewCommand(context: CommandContext): Command {
  const summary = 'what Kyverno policies would change, reject and except in a release';
  return addObjectOptions(newCommand('preview', summary, ['table', 'json', 'html'], EXAMPLE))
    .argument('<target...>', OBJECT_WORDS)
    .requiredOption('--policies <path...>', 'files or folders with policies and exceptions')
    .addOption(
      new Option('--engine <engine>', 'who judges: kyverno-cli runs Kyverno itself')
        .choices(ENGINES)
        .default(ENGINES[0]),
    )
    .option('--fail-on <words>', 'exit 1 for fail (a rejected object), for gaps (what could not be judged), or both')
    .action((targets: readonly string[], options: PolicyPreviewOptions) => preview(targets, options, context));
}

async function preview(
  targets: readonly string[],
  options: PolicyPreviewOptions,
  context: CommandContext,
): Promise<void> {
  const words = parsePolicyFailOn(options.failOn);
  const { values: _values, set: _set, namespace: _namespace, ...plain } = options;
  const given = await readObjectInputs(options.policies, context, plain);
  const set = policySetOf(given.objects);
  if (set.policies.length + set.unsupported.length + (set.cel?.length ?? 0) === 0) {
    throw new PlimsollError('input-missing', `no policy in ${options.policies.join(', ')}`);
  }
  const release = await readObjectInputs(targets, context, options);
  const asOf = context.now().toISOString().slice(0, 10);
  const whole = await previewed(release.objects, set, asOf, options, context);
  const gaps = [...given.gaps, ...release.gaps];
  sayGaps(gaps, context, options);
  const result = { set, preview: whole, gaps };
  const render = {
    table: () => previewText(result),
    json: () => previewJson(result),
    html: () => policyPreviewHtml(set, whole, gaps),
  };
  writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  const rejected = whole.objects.some(({ outcome }) => outcome === 'rejected');
  const open =
    whole.objects.some(({ outcome }) => outcome === 'unknown') || set.unsupported.length > 0 || gaps.length > 0;
  if ((words.has('fail') && rejected) || (words.has('gaps') && open)) context.setExitCode(1);
}

/** Kyverno's own engine is loaded where it is asked for. */
async function previewed(
  objects: readonly KubernetesObject[],
  set: PolicySet,
  asOf: string,
  { engine }: PolicyPreviewOptions,
  { environment }: CommandContext,
): Promise<Preview> {
  if (engine === 'own') return previewOf(objects, set, asOf);
  const [{ findKyverno }, { judgeByKyverno }] = await Promise.all([
    import('../posture/policy/kyverno-cli/program.ts'),
    import('../posture/policy/kyverno-cli/judge.ts'),
  ]);
  const { admissions, findings } = await judgeByKyverno(admissionsOf(objects, set), set, findKyverno(environment));
  const whole = previewOfAdmissions(objects, admissions, set, asOf);
  return { ...whole, findings: [...findings, ...whole.findings] };
}
