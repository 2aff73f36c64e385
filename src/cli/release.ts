// `plimsoll release show`: what a release contains, without asking any registry.
import { Command } from 'commander';
import { loadConfig } from '../platform/config.ts';
import { printable } from '../platform/printable.ts';
import { renderRelease } from '../publish/terminal/release.ts';
import type { Release } from '../scan/release/release.ts';
import { type CommandContext, type CommonOptions, newCommand, useColor, writeResult } from './command.ts';
import { addTargetOptions, readRelease, TARGET_WORDS, type TargetOptions } from './release-input.ts';

/** The command with its subcommands. */
export function releaseCommand(context: CommandContext): Command {
  const show = newCommand(
    'show',
    'list the images and charts of a release, what about it looks wrong, and what is not covered',
    ['text', 'json'],
    'plimsoll release show csm:csm-1.2.0\nplimsoll release show manifests:rendered.yaml --format json',
  ).argument('<target>', `${TARGET_WORDS}, an image, or a path whose content says what it is`);
  addTargetOptions(show).action((target: string, options: CommonOptions & TargetOptions) =>
    showRelease(target, options, context),
  );
  return new Command('release').description('what a release contains').addCommand(show);
}

async function showRelease(
  target: string,
  options: CommonOptions & TargetOptions,
  context: CommandContext,
): Promise<void> {
  const talk = (line: string): void => {
    if (options.quiet !== true) context.stderr(`plimsoll: ${printable(line)}\n`);
  };
  const config = await loadConfig(options.config, context.workingDirectory);
  const release = await readRelease([target], options, config, context, talk);
  if (options.format === 'json') {
    for (const { kind, target, location, reason } of release.gaps) {
      talk(`${kind} ${target}${location === undefined ? '' : ` ${location}`}: ${reason}`);
    }
    writeResult(context, options, releaseJson(release));
    return;
  }
  const onScreen = context.stdoutIsTerminal && options.output === undefined;
  const columns = onScreen ? Math.max(40, context.columns) : Number.POSITIVE_INFINITY;
  writeResult(context, options, renderRelease(release, { columns, color: useColor(context, options) }));
}

/** The result as schema/release-1.json describes it. */
function releaseJson({ name, version, target, counts, images, charts, lint, gaps }: Release): string {
  return JSON.stringify({ schemaVersion: 1, name, version, target, counts, images, charts, lint, gaps }, null, 2);
}
