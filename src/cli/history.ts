// `plimsoll history`: the burn-down over the releases that the store keeps and over series that others published.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { agesOf } from '../explain/age.ts';
import { firstOfVersions, latestOfVersions, listedFigures } from '../explain/history.ts';
import { feedFlaps } from '../explain/history-flaps.ts';
import { importSeries } from '../explain/history-import.ts';
import { type FindingsHistory, flagged, type HistoryReport, releaseSeries } from '../explain/history-report.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import type { OwnerRule } from '../platform/settings.ts';
import type { Store } from '../platform/store.ts';
import { historyHtml } from '../publish/html/history.ts';
import { historyJson } from '../publish/json/history.ts';
import { historyText } from '../publish/terminal/history.ts';
import { BASES, type Basis } from '../publish/words.ts';
import { ownerOf } from '../respond/owners/owners.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import {
  ASSESSMENT_MIGRATIONS,
  type ListedAssessment,
  listAssessments,
  readAssessment,
} from '../scan/assess/assessment-store.ts';
import { reassess } from '../scan/assess/reassess.ts';
import { SEVERITY_POLICIES } from '../scan/assess/severity.ts';
import { openAdvisories } from './advisories-input.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { openLookupStore } from './lookup-store.ts';
import { readConfig } from './release-input.ts';
import { remarker } from './talk.ts';

interface HistoryCommandOptions extends CommonOptions {
  readonly store?: string;
  readonly release?: string;
  readonly all?: true;
  readonly basis: Basis;
  readonly advisories?: string;
  readonly findings?: true;
}

const EXAMPLE = [
  'plimsoll history --release csm',
  'plimsoll history --release csm --advisories today.db --findings --format html --output history.html',
  'plimsoll history burn-down.csv --format json',
].join('\n');

/** The command. */
export function historyCommand(context: CommandContext): Command {
  return newCommand('history', 'burn-down over stored releases and imported series', ['text', 'json', 'html'], EXAMPLE)
    .argument('[series...]', 'series that others published (CSV); with any, the store is read only when it is named')
    .option('--store <file>', 'the store to read')
    .option('--release <name>', 'only the release of this name')
    .option('--all', 'list every assessment, not only the latest of each version, and every line of a series')
    .addOption(new Option('--basis <basis>', 'what the bars count').choices([...BASES]).default(BASES[0]))
    .option('--advisories <file>', 'draw each version as judged with this set beside what was published')
    .option('--findings', 'read the findings: age and days to fix by owner and severity, and feed flaps')
    .action((series: readonly string[], options: HistoryCommandOptions) => showHistory(series, options, context));
}

async function showHistory(
  files: readonly string[],
  options: HistoryCommandOptions,
  context: CommandContext,
): Promise<void> {
  const imported = files.map((file) => flagged(importSeries(readSeries(file, context), file)));
  const { store, release, advisories, findings } = options;
  const isStoreWanted = files.length === 0 || [store, release, advisories, findings].some((one) => one !== undefined);
  const stored = isStoreWanted ? await storedHistory(options, context) : { assessments: [], series: [] };
  const report: HistoryReport = { ...stored, series: [...stored.series, ...imported] };
  if (isStoreWanted && report.assessments.length === 0) {
    remarker(context, options)('the store has no assessment of that kind yet; scan a release first');
  }
  const text = { ...terminalOptions(context, options), basis: options.basis, all: options.all === true };
  const render = {
    text: () => historyText(report, text),
    json: () => historyJson(report),
    html: () => historyHtml(report),
  };
  writeResult(context, options, (render[options.format as keyof typeof render] ?? render.text)());
}

/** @throws PlimsollError `input-missing` or `input-unreadable` */
function readSeries(file: string, context: CommandContext): string {
  try {
    return readFileSync(resolve(context.workingDirectory, file), 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const code = isMissing ? 'input-missing' : 'input-unreadable';
    throw new PlimsollError(code, `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function storedHistory(options: HistoryCommandOptions, context: CommandContext): Promise<HistoryReport> {
  const store = await openLookupStore(options.store, context, ASSESSMENT_MIGRATIONS);
  try {
    const listed = await listAssessments(store, options.release);
    const assessments = options.all === true ? listed : latestOfVersions(listed);
    const again = options.advisories === undefined ? undefined : await judgedAgain(listed, options, context, store);
    const series = releaseSeries(listed, again);
    if (options.findings === undefined) return { assessments, series };
    const { owners = [] } = await readConfig(options, context);
    return { assessments, series, findings: await findingsHistories(listed, store, owners) };
  } finally {
    await store.close();
  }
}

/** The first assessment of each version, judged with the set that is named; kept nowhere. */
async function judgedAgain(
  listed: readonly ListedAssessment[],
  options: HistoryCommandOptions,
  context: CommandContext,
  store: Store,
): Promise<readonly ListedAssessment[]> {
  const set = await openAdvisories(options.advisories, context);
  try {
    const again: ListedAssessment[] = [];
    for (const entry of firstOfVersions(listed)) {
      const published = await stored(entry, store);
      const severityPolicy =
        SEVERITY_POLICIES.find((policy) => policy === published.severityPolicy) ?? SEVERITY_POLICIES[0];
      const assessment = reassess(published, { set, asOf: published.asOf, severityPolicy });
      const { id, advisorySet } = assessment;
      const { builtAt } = advisorySet;
      const figures = listedFigures(assessment, statisticsOf(assessment));
      again.push({
        ...entry,
        id,
        advisorySet: { id: advisorySet.id, ...(builtAt === undefined ? {} : { builtAt }) },
        figures,
      });
    }
    return again;
  } finally {
    set.close();
  }
}

/** Ages over the versions as they were published; flaps over all that was judged. */
async function findingsHistories(
  listed: readonly ListedAssessment[],
  store: Store,
  owners: readonly OwnerRule[],
): Promise<readonly FindingsHistory[]> {
  const histories: FindingsHistory[] = [];
  for (const [release, own] of Map.groupBy(listed, (entry) => entry.release.name)) {
    const read: { readonly entry: ListedAssessment; readonly assessment: Assessment }[] = [];
    for (const entry of own) read.push({ entry, assessment: await stored(entry, store) });
    const first = new Set(firstOfVersions(own));
    const versions = read.filter(({ entry }) => first.has(entry)).map(({ assessment }) => assessment);
    histories.push({
      release,
      asOf: versions.at(-1)?.asOf ?? '',
      assessments: read.length,
      ages: agesOf(versions, (image) => ownerOf(owners, image) ?? image.origin),
      flaps: feedFlaps(read.map(({ assessment }) => assessment)),
    });
  }
  return histories;
}

/** @throws PlimsollError `store` when another process removed it since it was listed. */
async function stored({ id }: ListedAssessment, store: Store): Promise<Assessment> {
  const assessment = await readAssessment(store, id);
  if (assessment === undefined) throw new PlimsollError('store', `the store lost the assessment ${id}; scan again`);
  return assessment;
}
