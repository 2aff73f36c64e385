// `plimsoll statements watch`: the vulnerabilities that people ask about, with what the site says, who scores them how, and which images have them.
import { basename } from 'node:path';
import type { Command } from 'commander';
import { jsonText } from '../platform/json-text.ts';
import { watchText } from '../publish/terminal/statements.ts';
import { watchedItems } from '../respond/watch/watched.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { openAdvisories } from './advisories-input.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { openLookupStore } from './lookup-store.ts';
import { readNamedFile } from './statements-input.ts';

interface WatchOptions extends CommonOptions {
  readonly assessment?: string;
  readonly advisories?: string;
  readonly store?: string;
}

/** The command. */
export function watchCommand(context: CommandContext): Command {
  const example =
    'plimsoll statements watch statements/watch.yaml --assessment csm-1.2.0.json --advisories advisories.db';
  return newCommand(
    'watch',
    'vulnerabilities that people ask about: state, scores side by side, images',
    ['table', 'json'],
    example,
  )
    .argument('<file>', 'the watch list, YAML')
    .option('--assessment <assessment>', 'which images have them: a JSON file that scan wrote, or a stored id')
    .option('--advisories <file>', 'advisory set to take scores from (none)')
    .option('--store <file>', 'store of assessments (in the data directory of the user)')
    .action((file: string, options: WatchOptions) => showWatchList(file, options, context));
}

async function showWatchList(file: string, options: WatchOptions, context: CommandContext): Promise<void> {
  const { readWatchList } = await import('../statements/watch-list.ts');
  const items = readWatchList(readNamedFile(file, context), basename(file));
  const store = await openLookupStore(options.store, context, ASSESSMENT_MIGRATIONS);
  try {
    const { assessment: name } = options;
    const assessment =
      name === undefined ? undefined : await readAssessmentInput(name, context.workingDirectory, store);
    const set = options.advisories === undefined ? undefined : await openAdvisories(options.advisories, context);
    try {
      const watched = watchedItems(items, assessment, set);
      const table = (): string => watchText(watched, terminalOptions(context, options));
      writeResult(
        context,
        options,
        options.format === 'json' ? jsonText({ schemaVersion: 1, watch: watched }) : table(),
      );
    } finally {
      set?.close();
    }
  } finally {
    await store.close();
  }
}
