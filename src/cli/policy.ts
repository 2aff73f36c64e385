// `plimsoll policy`: Pod Security Standards, Kyverno's tests, and what policies would do to a release.
import type { Command } from 'commander';
import { type CommandContext, newGroup } from './command.ts';
import { policyCheckCommand } from './policy-check.ts';
import { policyCompareCommand } from './policy-compare.ts';
import { policyMatrixCommand } from './policy-matrix.ts';
import { policyPreviewCommand } from './policy-preview.ts';
import { policyTestCommand } from './policy-test.ts';

/** The command. */
export function policyCommand(context: CommandContext): Command {
  const summary = 'Pod Security Standards and Kyverno policies, judged before anything is installed';
  return newGroup('policy', summary, 'plimsoll policy check --pss baseline:v1.20 rendered.yaml')
    .addCommand(policyCheckCommand(context))
    .addCommand(policyTestCommand(context))
    .addCommand(policyPreviewCommand(context))
    .addCommand(policyMatrixCommand(context))
    .addCommand(policyCompareCommand(context));
}
