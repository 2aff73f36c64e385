// `plimsoll benchmark`: the CIS Kubernetes Benchmark, answered from evidence.
import type { Command } from 'commander';
import { benchmarkCollectCommand } from './benchmark-collect.ts';
import { benchmarkCompareCommand } from './benchmark-compare.ts';
import { benchmarkEvaluateCommand } from './benchmark-evaluate.ts';
import { benchmarkImportCommand } from './benchmark-import.ts';
import { type CommandContext, newGroup } from './command.ts';

const EXAMPLE = 'plimsoll benchmark collect --script --output collect.sh';

/** The group of commands. */
export function benchmarkCommand(context: CommandContext): Command {
  return newGroup('benchmark', 'the CIS Kubernetes Benchmark from signed evidence', EXAMPLE)
    .addCommand(benchmarkCollectCommand(context))
    .addCommand(benchmarkEvaluateCommand(context))
    .addCommand(benchmarkCompareCommand(context))
    .addCommand(benchmarkImportCommand(context));
}
