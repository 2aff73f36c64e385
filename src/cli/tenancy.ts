// `plimsoll tenancy`: user workloads and tenants, judged before an installation from manifests and afterwards from evidence of a cluster.
import type { Command } from 'commander';
import { type CommandContext, newGroup } from './command.ts';
import { tenancyCheckCommand } from './tenancy-check.ts';

/** The group of commands. */
export function tenancyCommand(context: CommandContext): Command {
  const summary = 'workloads of users and tenants: sandbox, privileges, placement, network, boundaries';
  return newGroup('tenancy', summary, 'plimsoll tenancy check manifests:rendered.yaml').addCommand(
    tenancyCheckCommand(context),
  );
}
