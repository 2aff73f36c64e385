// `plimsoll kubernetes`: versions of Kubernetes and what they mean for a release.
import type { Command } from 'commander';
import { type CommandContext, newGroup } from './command.ts';
import { kubernetesVersionsCommand } from './kubernetes-versions.ts';

/** The group of commands. */
export function kubernetesCommand(context: CommandContext): Command {
  const summary = 'what versions of Kubernetes bring and end, and until when they are kept';
  return newGroup('kubernetes', summary, 'plimsoll kubernetes versions --from 1.20 --to 1.24').addCommand(
    kubernetesVersionsCommand(context),
  );
}
