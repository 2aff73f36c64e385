// `plimsoll encryption`: Kubernetes API encryption at rest.
import type { Command } from 'commander';
import { type CommandContext, newGroup } from './command.ts';
import { encryptionApplyCommand } from './encryption-apply.ts';
import { encryptionInspectCommand } from './encryption-inspect.ts';
import { encryptionKeysCommand } from './encryption-keys.ts';
import { encryptionLintCommand } from './encryption-lint.ts';
import { encryptionMeasureCommand } from './encryption-measure.ts';
import { encryptionPlanCommand } from './encryption-plan.ts';
import { encryptionRehearseCommand } from './encryption-rehearse.ts';
import { encryptionRewriteCommand } from './encryption-rewrite.ts';
import { encryptionStatusCommand } from './encryption-status.ts';
import { encryptionUpgradeGuardCommand } from './encryption-upgrade-guard.ts';
import { encryptionVerifyCommand } from './encryption-verify.ts';

const EXAMPLE = 'plimsoll encryption lint encryption.yaml';

/** The group of commands. */
export function encryptionCommand(context: CommandContext): Command {
  return newGroup(
    'encryption',
    'Kubernetes API encryption at rest: lint, inspect, status, plan, rehearse, apply, rewrite, verify, measure, upgrade-guard, keys',
    EXAMPLE,
  )
    .addCommand(encryptionLintCommand(context))
    .addCommand(encryptionInspectCommand(context))
    .addCommand(encryptionStatusCommand(context))
    .addCommand(encryptionPlanCommand(context))
    .addCommand(encryptionRehearseCommand(context))
    .addCommand(encryptionApplyCommand(context))
    .addCommand(encryptionRewriteCommand(context))
    .addCommand(encryptionVerifyCommand(context))
    .addCommand(encryptionMeasureCommand(context))
    .addCommand(encryptionUpgradeGuardCommand(context))
    .addCommand(encryptionKeysCommand(context));
}
