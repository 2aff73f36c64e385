// `plimsoll policy compare`: whether two sets of policies say the same of a release, such as old policies and their successors in CEL.
import type { Command } from 'commander';
import { jsonText } from '../platform/json-text.ts';
import { printable } from '../platform/printable.ts';
import { policySetOf } from '../posture/policy/kyverno/policy-set.ts';
import {
  type ComparedRequest,
  comparePolicies,
  type PolicyComparison,
  type SetVerdict,
} from '../posture/policy/preview/compare.ts';
import { TOOL } from '../publish/tool.ts';
import { plural } from '../publish/words.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';
import { sayGaps } from './gap-lines.ts';
import { addObjectOptions, OBJECT_WORDS, readObjectInputs } from './object-input.ts';
import { parsePolicyFailOn } from './policy-fail-on.ts';
import type { TargetOptions } from './release-input.ts';

interface PolicyCompareOptions extends CommonOptions, TargetOptions {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly failOn?: string;
}

const STATES: Readonly<Record<SetVerdict, string>> = {
  passes: 'passed',
  reports: 'reported',
  rejects: 'rejected',
  unknown: 'not known',
};

const EXAMPLE =
  'plimsoll policy compare rendered.yaml --before policies-kyverno --after policies-cel --fail-on fail,gaps';

/** The command. */
export function policyCompareCommand(context: CommandContext): Command {
  const summary =
    'whether two sets of policies, such as old ones and their successors in CEL, say the same of a release';
  return addObjectOptions(newCommand('compare', summary, ['table', 'json'], EXAMPLE))
    .argument('<target...>', OBJECT_WORDS)
    .requiredOption('--before <path...>', 'files or folders with the old policies')
    .requiredOption('--after <path...>', 'files or folders with the new ones')
    .option('--fail-on <words>', 'exit 1 for fail (a difference), for gaps (what could not be told), or both')
    .action((targets: readonly string[], options: PolicyCompareOptions) => compare(targets, options, context));
}

async function compare(
  targets: readonly string[],
  options: PolicyCompareOptions,
  context: CommandContext,
): Promise<void> {
  const words = parsePolicyFailOn(options.failOn);
  const { values: _values, set: _set, namespace: _namespace, ...plain } = options;
  const before = await readObjectInputs(options.before, context, plain);
  const after = await readObjectInputs(options.after, context, plain);
  const release = await readObjectInputs(targets, context, options);
  const gaps = [...before.gaps, ...after.gaps, ...release.gaps];
  sayGaps(gaps, context, options);
  const found = comparePolicies(release.objects, policySetOf(before.objects), policySetOf(after.objects));
  // What could not be read may say otherwise.
  const verdict = found.verdict === 'pass' && gaps.length > 0 ? 'no-evidence' : found.verdict;
  const json = () => `${jsonText({ schemaVersion: 1, tool: TOOL, ...found, verdict, gaps })}\n`;
  writeResult(context, options, options.format === 'json' ? json() : text(found));
  const open = verdict === 'no-evidence' || gaps.length > 0 || found.unknown.length > 0;
  if ((words.has('fail') && found.different.length > 0) || (words.has('gaps') && open)) context.setExitCode(1);
}

function text({ requests, same, different, unknown }: PolicyComparison): string {
  return [
    ...part('different', different),
    ...part('could not be told', unknown),
    `${plural(requests, 'request')}: ${same} the same, ${different.length} different, ${unknown.length} could not be told`,
  ].join('\n');
}

function part(title: string, requests: readonly ComparedRequest[]): readonly string[] {
  return requests.flatMap(({ subject, created, before, after, sameObject, reasons }) => [
    printable(
      `${title}: ${subject}${created === undefined ? '' : `, the ${created} that it creates`}: ${STATES[before]} before, ${STATES[after]} after${sameObject ? '' : ', and the object is another'}`,
    ),
    ...reasons.map((reason) => `  ${printable(reason)}`),
  ]);
}
