// `plimsoll node collect`: the collector, a script for nodes.
import { type Command, Option } from 'commander';
import { collectorScript, PROBES } from '../kubernetes/evidence/collector/script.ts';
import type { Probe } from '../kubernetes/evidence/evidence.ts';
import { TOOL } from '../publish/tool.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';

/** What the collector is asked to look at. */
export type CollectFor = Probe | 'all';

interface NodeCollectOptions extends CommonOptions {
  readonly for: CollectFor;
}

const EXAMPLE = 'plimsoll node collect --output collect.sh\nplimsoll node collect --for node --output collect.sh';

/** `node collect`. */
export function nodeCollectCommand(context: CommandContext): Command {
  const summary =
    'print the collector: a POSIX sh script that reads what a node is, changes nothing, and prints one part';
  return addCollectFor(newCommand('collect', summary, ['sh'], EXAMPLE)).action((options: NodeCollectOptions) =>
    writeResult(context, options, collectorFor(options.for)),
  );
}

/** Adds the choice of probes. */
export function addCollectFor(command: Command): Command {
  return command.addOption(
    new Option('--for <checks>', 'what the script looks at').choices([...PROBES, 'all']).default('all'),
  );
}

/** The text of the script. */
export function collectorFor(checks: CollectFor): string {
  return collectorScript(checks === 'all' ? PROBES : [checks], TOOL.version);
}
