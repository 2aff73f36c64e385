// `plimsoll release show`: what a release contains, without asking any registry.
import type { Command } from 'commander';
import { roleYaml } from '../kubernetes/api/role.ts';
import { PlimsollError } from '../platform/errors.ts';
import { gapPlace } from '../platform/gap.ts';
import { jsonText } from '../platform/json-text.ts';
import type { Config } from '../platform/settings.ts';
import { renderRelease } from '../publish/terminal/release.ts';
import { compareLint } from '../scan/release/assemble.ts';
import { compareShipped } from '../scan/release/cluster/compare-shipped.ts';
import { CLUSTER_RULES } from '../scan/release/cluster/index.ts';
import type { Release } from '../scan/release/release.ts';
import { type CommandContext, type CommonOptions, newCommand, newGroup, useColor, writeResult } from './command.ts';
import { addTargetOptions, readConfig, readRelease, TARGET_WORDS, type TargetOptions } from './release-input.ts';
import { remarker } from './talk.ts';

const EXAMPLE = [
  'plimsoll release show csm:csm-1.2.0',
  'plimsoll release show manifests:rendered.yaml --format json',
  'plimsoll release show cluster: --shipped csm:csm-1.2.0',
].join('\n');

interface ShowOptions extends CommonOptions, TargetOptions {
  readonly shipped?: readonly string[];
  readonly rbac?: boolean;
}

/** The command with its subcommands. */
export function releaseCommand(context: CommandContext): Command {
  const show = newCommand(
    'show',
    'list the images and charts of a release, what about it looks wrong, and what is not covered',
    ['text', 'json'],
    EXAMPLE,
  )
    .argument('[targets...]', `${TARGET_WORDS}, images, or paths whose content says what they are`)
    .option(
      '--shipped <target...>',
      'what of the targets, such as cluster:, this release did not bring, or left behind',
    )
    .option('--rbac', 'print the least role that cluster: needs, and do nothing else');
  addTargetOptions(show).action((targets: readonly string[], options: ShowOptions) =>
    showRelease(targets, options, context),
  );
  return newGroup('release', 'what a release contains', EXAMPLE).addCommand(show);
}

async function showRelease(targets: readonly string[], options: ShowOptions, context: CommandContext): Promise<void> {
  if (options.rbac === true) {
    const role = { name: 'plimsoll-cluster-target', command: 'plimsoll release show cluster:', rules: CLUSTER_RULES };
    return writeResult(context, options, roleYaml(role));
  }
  if (targets.length === 0) throw new PlimsollError('usage', 'name what is to be shown');
  const talk = remarker(context, options);
  const config = await readConfig(options, context);
  const read = await readRelease(targets, options, config, context, talk);
  const release =
    options.shipped === undefined ? read : await heldAgainst(read, options.shipped, config, context, talk);
  if (options.format === 'json') {
    for (const gap of release.gaps) talk(`${gap.kind} ${gapPlace(gap)}: ${gap.reason}`);
    writeResult(context, options, releaseJson(release));
    return;
  }
  const onScreen = context.stdoutIsTerminal && options.output === undefined;
  const columns = onScreen ? Math.max(40, context.columns) : Number.POSITIVE_INFINITY;
  writeResult(context, options, renderRelease(release, { columns, color: useColor(context, options) }));
}

/** The release with what of it another one did not bring. */
async function heldAgainst(
  release: Release,
  targets: readonly string[],
  config: Config,
  context: CommandContext,
  talk: (line: string) => void,
): Promise<Release> {
  const shipped = await readRelease(targets, {}, config, context, talk);
  return {
    ...release,
    lint: [...release.lint, ...compareShipped(release, shipped)].sort(compareLint),
    // What of the shipped release could not be read may be what runs.
    gaps: [...release.gaps, ...shipped.gaps],
  };
}

/** The result as schema/release-1.json describes it. */
function releaseJson({ name, version, target, counts, images, charts, lint, gaps }: Release): string {
  return jsonText({ schemaVersion: 1, name, version, target, counts, images, charts, lint, gaps });
}
