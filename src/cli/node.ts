// `plimsoll node`: what nodes are, collected on them and judged afterwards.
import type { Command } from 'commander';
import { type CommandContext, newGroup } from './command.ts';
import { nodeCheckCommand } from './node-check.ts';
import { nodeCollectCommand } from './node-collect.ts';

const EXAMPLE = 'plimsoll node collect --output collect.sh\nplimsoll node check ncn-w001.part';

/** The group of commands. */
export function nodeCommand(context: CommandContext): Command {
  return newGroup('node', 'kernels, modules and container runtimes of nodes', EXAMPLE)
    .addCommand(nodeCollectCommand(context))
    .addCommand(nodeCheckCommand(context));
}
