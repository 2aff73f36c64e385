// Kubernetes objects that a command reads: those of releases, or of files and folders, with what is to be said of them on stderr.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PlimsollError } from '../platform/errors.ts';
import { compareGaps, gapPlace } from '../platform/gap.ts';
import type { ManifestObjects } from '../scan/release/manifests/objects.ts';
import { OBJECT_TARGETS, targetObjects } from '../scan/release/target-objects.ts';
import type { CommandContext, CommonOptions } from './command.ts';
import { append, type TargetOptions } from './release-input.ts';
import { remarker } from './talk.ts';

/** What stands for objects, for the help of an argument. */
export const OBJECT_WORDS = `${OBJECT_TARGETS}, or files and folders of Kubernetes YAML or JSON`;

/** Adds the options that say how charts are rendered and where objects without a namespace go. */
export function addObjectOptions(command: Command): Command {
  return command
    .option('--values <file>', 'values for chart:, may be repeated', append)
    .option('--set <key=value>', 'a single value for chart:, may be repeated', append)
    .option('--namespace <name>', 'namespace of a chart, and of objects that name none (default)');
}

/**
 * The objects of targets. What cannot be read or rendered is a gap, which the command tells with its own.
 * @throws PlimsollError `usage`; `input-missing` when a path is not there, or nothing in all of them is a Kubernetes object
 */
export async function readObjectInputs(
  targets: readonly string[],
  context: CommandContext,
  options: CommonOptions & TargetOptions,
): Promise<ManifestObjects> {
  const remark = remarker(context, options);
  const { values = [], set = [], namespace } = options;
  const inPlace = (path: string): string => resolve(context.workingDirectory, path);
  const chart = { values: values.map(inPlace), set, ...(namespace === undefined ? {} : { namespace }) };
  const read = await targetObjects(targets, {
    ...(values.length > 0 || set.length > 0 || namespace !== undefined ? { chart } : {}),
    environment: context.environment,
    place: inPlace,
    remark,
  });
  const gaps = [...read.gaps].sort(compareGaps);
  if (read.objects.length === 0) {
    const [gap] = gaps;
    const why = gap === undefined ? '' : ` (${gapPlace(gap)}: ${gap.reason})`;
    throw new PlimsollError('input-missing', `no readable Kubernetes object in ${targets.join(', ')}${why}`);
  }
  for (const warning of read.warnings) remark(warning);
  return { ...read, gaps };
}
