// `plimsoll release show`: what a release contains, without asking any registry.
import type { Command } from 'commander';
import { gapPlace } from '../platform/gap.ts';
import { jsonText } from '../platform/json-text.ts';
import { renderRelease } from '../publish/terminal/release.ts';
import type { Release } from '../scan/release/release.ts';
import { type CommandContext, type CommonOptions, newCommand, newGroup, useColor, writeResult } from './command.ts';
import { addTargetOptions, readConfig, readRelease, TARGET_WORDS, type TargetOptions } from './release-input.ts';
import { remarker } from './talk.ts';

const EXAMPLE = 'plimsoll release show csm:csm-1.2.0\nplimsoll release show manifests:rendered.yaml --format json';

/** The command with its subcommands. */
export function releaseCommand(context: CommandContext): Command {
  const show = newCommand(
    'show',
    'list the images and charts of a release, what about it looks wrong, and what is not covered',
    ['text', 'json'],
    EXAMPLE,
  ).argument('<target...>', `${TARGET_WORDS}, images, or paths whose content says what they are`);
  addTargetOptions(show).action((targets: readonly string[], options: CommonOptions & TargetOptions) =>
    showRelease(targets, options, context),
  );
  return newGroup('release', 'what a release contains', EXAMPLE).addCommand(show);
}

async function showRelease(
  targets: readonly string[],
  options: CommonOptions & TargetOptions,
  context: CommandContext,
): Promise<void> {
  const talk = remarker(context, options);
  const config = await readConfig(options, context);
  const release = await readRelease(targets, options, config, context, talk);
  if (options.format === 'json') {
    for (const gap of release.gaps) talk(`${gap.kind} ${gapPlace(gap)}: ${gap.reason}`);
    writeResult(context, options, releaseJson(release));
    return;
  }
  const onScreen = context.stdoutIsTerminal && options.output === undefined;
  const columns = onScreen ? Math.max(40, context.columns) : Number.POSITIVE_INFINITY;
  writeResult(context, options, renderRelease(release, { columns, color: useColor(context, options) }));
}

/** The result as schema/release-1.json describes it. */
function releaseJson({ name, version, target, counts, images, charts, lint, gaps }: Release): string {
  return jsonText({ schemaVersion: 1, name, version, target, counts, images, charts, lint, gaps });
}
