// `plimsoll history`: the burn-down over the releases that the store keeps, a line an assessment.
import type { Command } from 'commander';
import { latestOfVersions } from '../explain/history.ts';
import { jsonText } from '../platform/json-text.ts';
import { displayWidth, printable } from '../platform/printable.ts';
import { ASSESSMENT_MIGRATIONS, type ListedAssessment, listAssessments } from '../scan/assess/assessment-store.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';
import { openLookupStore } from './lookup-store.ts';
import { remarker } from './talk.ts';

interface HistoryOptions extends CommonOptions {
  readonly store?: string;
  readonly release?: string;
  readonly all?: true;
}

const EXAMPLE = 'plimsoll history --release csm\nplimsoll history --all --format json';

/** The command. */
export function historyCommand(context: CommandContext): Command {
  return newCommand('history', 'burn-down over the stored releases', ['text', 'json'], EXAMPLE)
    .option('--store <file>', 'the store to read')
    .option('--release <name>', 'only the release of this name')
    .option('--all', 'every assessment, not only the latest of each version')
    .action((options: HistoryOptions) => showHistory(options, context));
}

async function showHistory(options: HistoryOptions, context: CommandContext): Promise<void> {
  const store = await openLookupStore(options.store, context, ASSESSMENT_MIGRATIONS);
  try {
    const listed = await listAssessments(store, options.release);
    const shown = options.all === true ? listed : latestOfVersions(listed);
    if (shown.length === 0) {
      remarker(context, options)('the store has no assessment of that kind yet; scan a release first');
    }
    const json = () => jsonText({ schemaVersion: 1, assessments: shown });
    writeResult(context, options, options.format === 'json' ? json() : table(shown));
  } finally {
    await store.close();
  }
}

const COLUMNS: readonly { readonly title: string; readonly cell: (entry: ListedAssessment) => string | number }[] = [
  { title: 'as of', cell: ({ asOf }) => asOf },
  { title: 'release', cell: ({ release }) => `${release.name} ${release.version}`.trim() },
  { title: 'images', cell: ({ figures }) => figures.images },
  { title: 'unread', cell: ({ figures }) => figures.unreadImages },
  { title: 'critical', cell: ({ figures }) => figures.critical },
  { title: 'high', cell: ({ figures }) => figures.high },
  { title: 'medium', cell: ({ figures }) => figures.medium },
  { title: 'low', cell: ({ figures }) => figures.low },
  { title: 'negligible', cell: ({ figures }) => figures.negligible },
  { title: 'unknown', cell: ({ figures }) => figures.unknown },
  { title: 'total', cell: ({ figures }) => figures.total },
  { title: 'fixable', cell: ({ figures }) => figures.fixable },
  { title: 'distinct', cell: ({ figures }) => figures.distinct },
  {
    title: 'assessment',
    cell: ({ id, figures }) => id.slice('sha256:'.length, 19) + (figures.headline ? '' : '  incomplete'),
  },
];

/** Counts of gross instances; numbers to the right, as they are compared down a column. */
function table(entries: readonly ListedAssessment[]): string {
  if (entries.length === 0) return '';
  const rows = entries.map((entry) => COLUMNS.map(({ cell }) => cell(entry)));
  const lines = [COLUMNS.map(({ title }) => title), ...rows.map((row) => row.map((cell) => printable(String(cell))))];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => displayWidth(line[column] ?? ''))));
  const isNumber = COLUMNS.map((_, column) => typeof rows[0]?.[column] === 'number');
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const space = ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
          return isNumber[column] ? space + cell : cell + space;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
