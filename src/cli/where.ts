// `plimsoll where`: which stored releases and images have a vulnerability or a package, also one that has no CVE yet.
import type { Command } from 'commander';
import { jsonText } from '../platform/json-text.ts';
import { whereTable } from '../publish/terminal/where.ts';
import { plural } from '../publish/words.ts';
import { WHERE_MIGRATIONS } from '../respond/where/index-store.ts';
import { parseQuery, type Query } from '../respond/where/query.ts';
import { findWhere, type WhereResult } from '../respond/where/where.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { openLookupStore } from './lookup-store.ts';
import { remarker } from './talk.ts';

interface WhereCommandOptions extends CommonOptions {
  readonly store?: string;
  readonly all?: true;
}

const EXAMPLE = [
  'plimsoll where CVE-2022-0778',
  "plimsoll where 'zlib@<1.2.12'",
  "plimsoll where 'openssl@>=1.1.1,<1.1.1n' --all --format json",
  'plimsoll where pkg:npm/minimist@1.2.5',
].join('\n');

/** The command. */
export function whereCommand(context: CommandContext): Command {
  return newCommand(
    'where',
    'images of stored releases that have a vulnerability or a package',
    ['table', 'json'],
    EXAMPLE,
  )
    .argument(
      '<what>',
      'id of a vulnerability, package URL, or NAME[@RANGE] with <, <=, =, >, >= and a comma for "and"',
    )
    .option('--store <file>', 'the store to search')
    .option('--all', 'every assessment, not only the latest of each version')
    .action((what: string, options: WhereCommandOptions) => showWhere(what, options, context));
}

async function showWhere(what: string, options: WhereCommandOptions, context: CommandContext): Promise<void> {
  const query = parseQuery(what);
  const talk = remarker(context, options);
  const store = await openLookupStore(options.store, context, [...ASSESSMENT_MIGRATIONS, ...WHERE_MIGRATIONS]);
  try {
    const result = await findWhere(store, query, {
      all: options.all === true,
      onIndexing: (assessments) => talk(`indexing ${plural(assessments, 'stored assessment')}, once`),
    });
    for (const { release, reason } of result.unsearched) talk(`${release.name} ${release.version}: ${reason}`);
    if (result.searched.length + result.unsearched.length === 0)
      talk('the store has no assessment yet; scan a release first');
    const json = options.format === 'json';
    const view = { ...terminalOptions(context, options), columns: columnsFor(context, options) };
    writeResult(context, options, json ? whereJson(what, query, result) : whereTable(what, query, result, view));
  } finally {
    await store.close();
  }
}

/** In a file or a pipe lines are as long as they need to be. */
function columnsFor(context: CommandContext, options: CommonOptions): number {
  return context.stdoutIsTerminal && options.output === undefined ? context.columns : Number.POSITIVE_INFINITY;
}

/** The result as schema/where-1.json describes it. */
function whereJson(text: string, query: Query, result: WhereResult): string {
  return jsonText({ schemaVersion: 1, query: { text, ...query }, ...result });
}
