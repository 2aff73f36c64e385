// What a command takes as TARGET: the options of charts beside it, and the release that it describes.
import type { Command } from 'commander';
import { PlimsollError } from '../platform/errors.ts';
import type { Config } from '../platform/settings.ts';
import type { LoadOptions } from '../scan/release/adapter.ts';
import { expandRelease, releaseOfImages } from '../scan/release/expand.ts';
import type { Release } from '../scan/release/release.ts';
import type { CommandContext } from './command.ts';

/** Options of a target. */
export interface TargetOptions {
  readonly values: readonly string[];
  readonly set: readonly string[];
  readonly namespace?: string;
}

/** Words of the targets, for the help of an argument. */
export const TARGET_WORDS = 'a release (csm:DIR, dir-tree:DIR, manifests:PATH, chart:PATH, sbom:PATH, images:FILE)';

/** Adds the options of charts. */
export function addTargetOptions(command: Command): Command {
  return command
    .option('--values <file>', 'values for chart:, may be repeated', append, [])
    .option('--set <key=value>', 'a single value for chart:, may be repeated', append, [])
    .option('--namespace <name>', 'namespace that chart: is rendered for (default)');
}

/**
 * The release that the targets describe: one target of any kind, or several images.
 * @throws PlimsollError `usage` and what the adapters throw.
 */
export async function readRelease(
  targets: readonly string[],
  options: TargetOptions,
  config: Config,
  context: CommandContext,
  remark: (line: string) => void,
): Promise<Release> {
  const { values, set, namespace } = options;
  const { own } = config.release;
  const chart = { values, set, ...(namespace === undefined ? {} : { namespace }) };
  const load: LoadOptions = {
    ...(own === undefined ? {} : { own }),
    ...(values.length > 0 || set.length > 0 || namespace !== undefined ? { chart } : {}),
    environment: context.environment,
  };
  const [only, second] = targets;
  if (only === undefined) throw new PlimsollError('usage', 'name a target');
  return second === undefined
    ? expandRelease(only, { ...load, remark })
    : releaseOfImages(targets, undefined, { ...load, remark });
}

function append(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
