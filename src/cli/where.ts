// `plimsoll where`: which stored releases and images have a vulnerability or a package, also one that has no CVE yet.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type KnownMitigation, mitigationsFor } from '../operate/mitigation/known.ts';
import { readLedger } from '../operate/mitigation/ledger/ledger.ts';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { compareText } from '../platform/order.ts';
import { whereTable } from '../publish/terminal/where.ts';
import { plural } from '../publish/words.ts';
import { TICKET_MIGRATIONS } from '../respond/tickets/ledger.ts';
import { WHERE_MIGRATIONS } from '../respond/where/index-store.ts';
import { parseQuery, type Query } from '../respond/where/query.ts';
import { withTickets } from '../respond/where/tickets.ts';
import { findWhere, type WhereResult } from '../respond/where/where.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { mitigationSitesPath } from './locations.ts';
import { openLookupStore } from './lookup-store.ts';
import { remarker } from './talk.ts';

interface WhereCommandOptions extends CommonOptions {
  readonly store?: string;
  readonly all?: true;
}

/** The answer, and which mitigations are active for what it names. */
export interface MitigatedWhere extends WhereResult {
  readonly mitigations: readonly KnownMitigation[];
  /** Ledgers of mitigations that could not be read, or do not hold. */
  readonly unreadSites: readonly { readonly site: string; readonly reason: string }[];
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
    'images of stored releases that have a vulnerability or a package, with statements, tickets and active mitigations',
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
  const store = await openLookupStore(options.store, context, [
    ...ASSESSMENT_MIGRATIONS,
    ...WHERE_MIGRATIONS,
    ...TICKET_MIGRATIONS,
  ]);
  try {
    const found = await findWhere(store, query, {
      all: options.all === true,
      onIndexing: (assessments) => talk(`indexing ${plural(assessments, 'stored assessment')}, once`),
    });
    const result = { ...(await withTickets(store, found)), ...mitigationsOf(query, found, context) };
    for (const { site, reason } of result.unreadSites) talk(`mitigations of ${site}: ${reason}`);
    for (const { release, reason } of result.unsearched) talk(`${release.name} ${release.version}: ${reason}`);
    if (result.searched.length + result.unsearched.length === 0)
      talk('the store has no assessment yet; scan a release first');
    const json = options.format === 'json';
    const view = { ...terminalOptions(context, options), columns: columnsFor(context, options) };
    writeResult(
      context,
      options,
      json ? whereJson(what, query, result) : whereTable(what, query, result, result.mitigations, view),
    );
  } finally {
    await store.close();
  }
}

/** Mitigations that any site of this user has against what was asked for, or found. */
function mitigationsOf(
  query: Query,
  { matches, undecided }: WhereResult,
  context: CommandContext,
): Pick<MitigatedWhere, 'mitigations' | 'unreadSites'> {
  const known = [...matches, ...undecided].flatMap(({ vulnerabilities }) => vulnerabilities);
  const asked = query.kind === 'vulnerability' ? [query.id] : [];
  const ids = new Set(
    [...asked, ...known.flatMap((one) => [one.vulnerability, ...one.aliases])].map((id) => id.toLowerCase()),
  );
  const folder = mitigationSitesPath(context);
  const today = context.now().toISOString().slice(0, 10);
  const mitigations: KnownMitigation[] = [];
  const unreadSites: MitigatedWhere['unreadSites'][number][] = [];
  for (const site of existsSync(folder) ? readdirSync(folder).sort(compareText) : []) {
    try {
      const chain = readLedger(join(folder, site))?.chain;
      if (chain === undefined) continue;
      mitigations.push(...mitigationsFor(site, chain, ids, today));
      if (chain.fault !== undefined) unreadSites.push({ site, reason: chain.fault.reason });
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      unreadSites.push({ site, reason: messageOf(error) });
    }
  }
  return { mitigations, unreadSites };
}

/** In a file or a pipe lines are as long as they need to be. */
function columnsFor(context: CommandContext, options: CommonOptions): number {
  return context.stdoutIsTerminal && options.output === undefined ? context.columns : Number.POSITIVE_INFINITY;
}

/** The result as schema/where-1.json describes it. */
function whereJson(text: string, query: Query, result: MitigatedWhere): string {
  return jsonText({ schemaVersion: 1, query: { text, ...query }, ...result });
}
