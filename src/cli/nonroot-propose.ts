// `plimsoll nonroot propose`: settings under which containers run as another user than root: patches, Helm values, Kyverno policies, and a test to run after it.
import type { Command } from 'commander';
import { stringify } from 'yaml';
import type { NonrootResult } from '../posture/nonroot/nonroot.ts';
import { chartValues, kyvernoPolicy, type Proposed, workloadPatch } from '../posture/nonroot/propose/patches.ts';
import { runTimeTest } from '../posture/nonroot/propose/run-time-test.ts';
import { type ProposedWorkload, proposedWorkloads } from '../posture/nonroot/propose/workload.ts';
import { nonrootJson } from '../publish/json/nonroot.ts';
import { proposalDocuments } from '../publish/nonroot.ts';
import { type CommandContext, newCommand, writeResult } from './command.ts';
import { sayGaps } from './gap-lines.ts';
import { judgeNonroot, type NonrootInputOptions } from './nonroot-input.ts';
import { addNonrootOptions, NONROOT_TARGET } from './nonroot-options.ts';
import { remarker } from './talk.ts';

const EXAMPLE = [
  'plimsoll nonroot propose manifests:rendered.yaml --images dir-tree:images --format kyverno',
  'plimsoll nonroot propose manifests:rendered.yaml --images dir-tree:images --format test --output nonroot-test.sh',
].join('\n');

/** The command. */
export function nonrootProposeCommand(context: CommandContext): Command {
  const summary = 'settings under which containers run as another user than root, and a test to run afterwards';
  const formats = ['patch', 'kyverno', 'values', 'test', 'json'];
  const command = newCommand('propose', summary, formats, EXAMPLE).argument('<target...>', NONROOT_TARGET);
  return addNonrootOptions(command).action((targets: readonly string[], options: NonrootInputOptions) =>
    propose(targets, options, context),
  );
}

const MAKERS: Readonly<Record<string, (workload: ProposedWorkload) => Proposed>> = {
  patch: (workload) => ({ object: workloadPatch(workload) }),
  kyverno: kyvernoPolicy,
  values: chartValues,
};

async function propose(
  targets: readonly string[],
  options: NonrootInputOptions,
  context: CommandContext,
): Promise<void> {
  const result = await judgeNonroot(targets, options, context);
  const text = textOf(result, options.format);
  writeResult(context, options, text);
  const remark = remarker(context, options);
  for (const { withheld } of proposedWorkloads(result)) {
    for (const { subject, reasons } of withheld) remark(`nothing is proposed for ${subject}: ${reasons.join('; ')}`);
  }
  sayGaps(result.gaps, context, options);
}

function textOf(result: NonrootResult, format: string): string {
  if (format === 'json') return nonrootJson(result);
  if (format === 'test') return runTimeTest(result);
  const make = MAKERS[format];
  const write = (object: object): string => stringify(object, { lineWidth: 0 });
  return make === undefined ? nonrootJson(result) : proposalDocuments(proposedWorkloads(result), make, write);
}
