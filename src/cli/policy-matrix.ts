// `plimsoll policy matrix`: for every workload, by what each control is set, and what the next one would bring.
import type { Command } from 'commander';
import type { Gap } from '../platform/gap.ts';
import { subjectName } from '../posture/policy/check/pss-check.ts';
import { policySetOf } from '../posture/policy/kyverno/policy-set.ts';
import { controlMatrix } from '../posture/policy/matrix/matrix.ts';
import { policyMatrixHtml } from '../publish/html/policy-matrix.ts';
import { policyMatrixJson } from '../publish/json/policy-matrix.ts';
import { policyMatrixTable } from '../publish/terminal/policy-matrix.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { sayGaps } from './gap-lines.ts';
import { addObjectOptions, OBJECT_WORDS, readObjectInputs } from './object-input.ts';
import { parsePolicyFailOn } from './policy-fail-on.ts';
import type { TargetOptions } from './release-input.ts';

interface PolicyMatrixOptions extends CommonOptions, TargetOptions {
  readonly policies?: readonly string[];
  readonly failOn?: string;
}

const EXAMPLE = [
  'plimsoll policy matrix manifests:rendered.yaml',
  'plimsoll policy matrix rendered.yaml --policies policies --format html --output matrix.html',
].join('\n');

/** The command. */
export function policyMatrixCommand(context: CommandContext): Command {
  const summary = 'workloads and controls: set by the release, by a policy, overridden, exempt or not at all';
  return addObjectOptions(newCommand('matrix', summary, ['table', 'json', 'html'], EXAMPLE))
    .argument('<target...>', OBJECT_WORDS)
    .option('--policies <path...>', 'files or folders with policies and exceptions')
    .option(
      '--fail-on <words>',
      'exit 1 for fail (a control that is missing), for gaps (what could not be told), or both',
    )
    .action((targets: readonly string[], options: PolicyMatrixOptions) => matrix(targets, options, context));
}

async function matrix(
  targets: readonly string[],
  options: PolicyMatrixOptions,
  context: CommandContext,
): Promise<void> {
  const words = parsePolicyFailOn(options.failOn);
  const { values: _values, set: _set, namespace: _namespace, ...plain } = options;
  const given = options.policies === undefined ? undefined : await readObjectInputs(options.policies, context, plain);
  const set = policySetOf(given?.objects ?? []);
  const release = await readObjectInputs(targets, context, options);
  const others = set.unsupported.map(
    (object): Gap => ({
      kind: 'not-scanned',
      target: subjectName(object),
      location: object.position,
      reason: `${object.apiVersion} is not evaluated: what it sets is not known`,
    }),
  );
  const gaps = [...(given?.gaps ?? []), ...release.gaps, ...others];
  sayGaps(gaps, context, options);
  const found = controlMatrix(release.objects, set);
  const count = set.policies.length + (set.cel?.length ?? 0);
  const render = {
    table: () => policyMatrixTable(found, count, terminalOptions(context, options)),
    json: () => policyMatrixJson(found, count, gaps),
    html: () => policyMatrixHtml(found, count, gaps),
  };
  writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  const cells = found.rows.flatMap((row) => row.cells);
  const lacks = cells.some(({ verdict }) => verdict === 'fail' || verdict === 'warn');
  const open = gaps.length > 0 || cells.some(({ setBy }) => setBy === 'unknown');
  if ((words.has('fail') && lacks) || (words.has('gaps') && open)) context.setExitCode(1);
}
