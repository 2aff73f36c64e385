// What a command takes as TARGET: the options of charts beside it, and the release that it describes.
import type { Command } from 'commander';
import { loadConfig } from '../platform/config.ts';
import type { Config } from '../platform/settings.ts';
import { type ExpandOptions, expandTargets } from '../scan/release/expand.ts';
import type { Release } from '../scan/release/release.ts';
import { shipRelease } from '../scan/release/shipped.ts';
import type { CommandContext, CommonOptions } from './command.ts';

/** Options of a target. */
export interface TargetOptions {
  readonly values?: readonly string[];
  readonly set?: readonly string[];
  readonly namespace?: string;
}

/** Words of the targets, for the help of an argument. */
export const TARGET_WORDS =
  'a release (csm:DIR, dir-tree:DIR, manifests:PATH, chart:PATH, sbom:PATH, images:FILE, cluster:[CONTEXT])';

/** Adds the options of charts. */
export function addTargetOptions(command: Command): Command {
  return command
    .option('--values <file>', 'values for chart:, may be repeated', append)
    .option('--set <key=value>', 'a single value for chart:, may be repeated', append)
    .option('--namespace <name>', 'namespace that chart: is rendered for (default)');
}

/** The configuration that the options of a command and its surroundings name. @throws PlimsollError `config-invalid` */
export function readConfig(options: CommonOptions, context: CommandContext): Promise<Config> {
  const { workingDirectory, environment } = context;
  return loadConfig({ path: options.config, workingDirectory, environment });
}

/**
 * The release that the targets describe, with the places where the configuration says that its images are.
 * @throws PlimsollError `usage` and what the adapters throw.
 */
export async function readRelease(
  targets: readonly string[],
  options: TargetOptions,
  config: Config,
  context: CommandContext,
  remark: (line: string) => void,
): Promise<Release> {
  const { values = [], set = [], namespace } = options;
  const { own } = config.release;
  const chart = { values, set, ...(namespace === undefined ? {} : { namespace }) };
  const load: ExpandOptions = {
    ...(own === undefined ? {} : { own }),
    ...(values.length > 0 || set.length > 0 || namespace !== undefined ? { chart } : {}),
    environment: context.environment,
    remark,
  };
  return shipRelease(await expandTargets(targets, load), config.release.mirrors);
}

/** Collects an option that may be repeated. */
export function append(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
