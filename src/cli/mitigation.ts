// `plimsoll mitigation`: controls that are quick to apply, known to work, and easy to back out.
import type { Command } from 'commander';
import { type CommandContext, newGroup } from './command.ts';
import { applyMitigationCommand } from './mitigation-apply.ts';
import { auditMitigationCommand } from './mitigation-audit.ts';
import { backoutMitigationCommand, confirmMitigationCommand } from './mitigation-backout.ts';
import { conflictsMitigationCommand } from './mitigation-conflicts.ts';
import { importMitigationCommand, signMitigationCommand } from './mitigation-import.ts';
import { checkMitigationCommand, listMitigationsCommand, showMitigationCommand } from './mitigation-list.ts';
import { planMitigationCommand } from './mitigation-plan.ts';
import { mitigationStatementsCommand } from './mitigation-statements.ts';
import { statusMitigationCommand, verifyMitigationCommand } from './mitigation-status.ts';

const EXAMPLE = 'plimsoll mitigation list';

/** The group of commands. */
export function mitigationCommand(context: CommandContext): Command {
  return newGroup('mitigation', 'fast-track mitigations: check, plan, apply, verify, back out', EXAMPLE)
    .addCommand(listMitigationsCommand(context))
    .addCommand(showMitigationCommand(context))
    .addCommand(checkMitigationCommand(context))
    .addCommand(conflictsMitigationCommand(context))
    .addCommand(planMitigationCommand(context))
    .addCommand(applyMitigationCommand(context))
    .addCommand(auditMitigationCommand(context))
    .addCommand(confirmMitigationCommand(context))
    .addCommand(verifyMitigationCommand(context))
    .addCommand(statusMitigationCommand(context))
    .addCommand(mitigationStatementsCommand(context))
    .addCommand(backoutMitigationCommand(context))
    .addCommand(importMitigationCommand(context))
    .addCommand(signMitigationCommand(context));
}
