// The history as text for a terminal: a line of bars a severity, the listed assessments, what is wrong with lines, ages and feed flaps.
import type { FindingsHistory, FlaggedSeries, HistoryReport } from '../../explain/history-report.ts';
import { SERIES_MEASURES, type SeriesPoint } from '../../explain/history-series.ts';
import { displayWidth } from '../../platform/printable.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import type { ListedAssessment } from '../../scan/assess/assessment-store.ts';
import { type Basis, count, plural } from '../words.ts';
import { paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** What is to be shown. */
export interface HistoryOptions extends TerminalOptions {
  readonly basis: Basis;
  /** Every line of an imported series, not only the last. */
  readonly all: boolean;
}

const UNICODE_STEPS = [...'▁▂▃▄▅▆▇█'];
const ASCII_STEPS = [...'_.:-=+*#'];
/** Lines of an imported series that are listed. */
const LAST_LINES = 20;
/** Columns of the names and figures beside the bars. */
const BESIDE_BARS = 46;

/** Lines, each ended by a line feed; nothing when there is nothing to show. */
export function historyText({ assessments, series, findings }: HistoryReport, options: HistoryOptions): string {
  const drawn = series.filter(
    ({ basis, points, kind }) => (basis === options.basis || kind === 'imported') && points.length > 1,
  );
  const parts = [
    ...drawn.map((one) => chart(one, options)),
    ...(assessments.length === 0 ? [] : [table(ASSESSMENT_COLUMNS, assessments)]),
    ...series.filter(({ kind }) => kind === 'imported').map((one) => importedTable(one, options)),
    ...flagLines(series, options),
    ...(findings ?? []).flatMap((one) => findingsLines(one, options)),
  ];
  return parts.map((lines) => lines.map((line) => `${line}\n`).join('')).join('\n');
}

/** A line of bars a measure, from nothing to the highest value; of more dates than columns the highest of each stretch is drawn. */
function chart(series: FlaggedSeries, options: TerminalOptions): readonly string[] {
  const { name, kind, basis, points } = series;
  const [first, last] = [points[0], points.at(-1)];
  const words = { published: 'as published', reassessed: 'judged again', imported: 'as printed' } as const;
  const title = `${name}, ${words[kind]}${kind === 'imported' ? '' : `, basis ${basis}`}: ${plural(points.length, 'line')} from ${first?.date} to ${last?.date}`;
  const lines = SERIES_MEASURES.flatMap((measure) => [
    ...row(
      measure,
      points.map(({ counts }) => counts[measure]),
      '',
      options,
    ),
    ...(measure === 'total' || measure === 'fixable'
      ? []
      : row(
          measure,
          points.map(({ shares }) => shares[measure]),
          ' %',
          options,
        )),
  ]);
  return [
    ...wrap(shown(title, options), Math.max(40, options.columns), '  ').map((line) => paint(line, 'strong', options)),
    ...lines,
  ];
}

function row(
  measure: (typeof SERIES_MEASURES)[number],
  values: readonly (number | undefined)[],
  unit: string,
  options: TerminalOptions,
): readonly string[] {
  const known = values.filter((value) => value !== undefined);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined || (known.every((value) => value === 0) && measure !== 'critical'))
    return [];
  const highest = Math.max(...known);
  const number = (value: number): string => (unit === '' ? count(value) : `${value}`);
  const arrow = options.unicode === false ? '->' : '→';
  const figures = `${number(first)} ${arrow} ${number(last)}${unit}`;
  const room = Math.max(8, Math.min(80, options.columns - BESIDE_BARS));
  const bars = paint(
    sparkline(values, highest, room, options),
    measure === 'total' || measure === 'fixable' ? 'plain' : measure,
    options,
  );
  return [`  ${measure.padEnd(11)} ${figures.padEnd(18)} ${`most ${number(highest)}${unit}`.padEnd(12)} ${bars}`];
}

/** A bar a value; a blank where nothing is known. */
function sparkline(
  values: readonly (number | undefined)[],
  highest: number,
  room: number,
  options: TerminalOptions,
): string {
  const steps = options.unicode === false ? ASCII_STEPS : UNICODE_STEPS;
  const width = Math.min(room, values.length);
  return Array.from({ length: width }, (_, column) => {
    const stretch = values.slice(
      Math.floor((column * values.length) / width),
      Math.max(Math.floor(((column + 1) * values.length) / width), Math.floor((column * values.length) / width) + 1),
    );
    const known = stretch.filter((value) => value !== undefined);
    if (known.length === 0) return ' ';
    const part = highest === 0 ? 0 : Math.max(...known) / highest;
    return steps[Math.min(steps.length - 1, Math.floor(part * steps.length))] ?? '';
  }).join('');
}

interface TextColumn<T> {
  readonly title: string;
  readonly cell: (entry: T) => string | number | undefined;
}

const ASSESSMENT_COLUMNS: readonly TextColumn<ListedAssessment>[] = [
  { title: 'as of', cell: ({ asOf }) => asOf },
  { title: 'release', cell: ({ release }) => `${release.name} ${release.version}`.trim() },
  { title: 'images', cell: ({ figures }) => figures.images },
  { title: 'unread', cell: ({ figures }) => figures.unreadImages },
  ...SEVERITY_LEVELS.map((level) => ({ title: level, cell: ({ figures }: ListedAssessment) => figures[level] })),
  { title: 'total', cell: ({ figures }) => figures.total },
  { title: 'fixable', cell: ({ figures }) => figures.fixable },
  { title: 'distinct', cell: ({ figures }) => figures.distinct },
  {
    title: 'assessment',
    cell: ({ id, figures }) => id.slice('sha256:'.length, 19) + (figures.headline ? '' : '  incomplete'),
  },
];

/** Only what the source says becomes a column. */
function importedTable({ points, name }: FlaggedSeries, options: HistoryOptions): readonly string[] {
  const listed = options.all ? points : points.slice(-LAST_LINES);
  const figure = (
    title: string,
    cell: (point: SeriesPoint) => number | undefined,
  ): readonly TextColumn<SeriesPoint>[] => (listed.some((point) => cell(point) !== undefined) ? [{ title, cell }] : []);
  const columns: readonly TextColumn<SeriesPoint>[] = [
    { title: 'date', cell: ({ date }) => date },
    { title: 'name', cell: (point) => point.name },
    ...figure('images', ({ images }) => images),
    ...figure('unread', ({ unreadImages }) => unreadImages),
    ...figure('critical or high', ({ imagesWithCriticalOrHigh }) => imagesWithCriticalOrHigh),
    ...SERIES_MEASURES.flatMap((measure) => figure(measure, ({ counts }) => counts[measure])),
    ...SEVERITY_LEVELS.flatMap((level) => figure(`${level} %`, ({ shares }) => shares[level])),
  ];
  const hidden = points.length - listed.length;
  const lines = table(columns, listed);
  return hidden === 0
    ? lines
    : [
        shown(`${name}: the last ${LAST_LINES} of ${count(points.length)} lines (--all shows every line)`, options),
        ...lines,
      ];
}

/** Numbers to the right, as they are compared down a column. */
function table<T>(columns: readonly TextColumn<T>[], entries: readonly T[]): readonly string[] {
  const rows = entries.map((entry) => columns.map(({ cell }) => cell(entry)));
  const isNumber = columns.map((_, column) => rows.some((cells) => typeof cells[column] === 'number'));
  const texts = [
    columns.map(({ title }) => title),
    ...rows.map((cells) => cells.map((cell) => shown(String(cell ?? ''), { color: false, columns: 0 }))),
  ];
  const widths = columns.map((_, column) => Math.max(...texts.map((cells) => displayWidth(cells[column] ?? ''))));
  return texts.map((cells) =>
    cells
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
        return isNumber[column] === true ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Lines of one date and reason stand once, whatever bases they were found on. */
function flagLines(series: readonly FlaggedSeries[], options: TerminalOptions): readonly (readonly string[])[] {
  const lines = series.flatMap(({ name, flags }) =>
    flags.map(({ date, name: line, kind, reason }) => {
      const what = kind === 'spike' ? 'Came and went' : 'Does not add up';
      return `${what}: ${[name, date, line].filter((part) => part !== '').join(' ')}: ${reason}`;
    }),
  );
  if (lines.length === 0) return [];
  return [[...new Set(lines)].flatMap((line) => wrap(shown(line, options), Math.max(40, options.columns), '  '))];
}

function findingsLines(
  { release, asOf, assessments, ages, flaps }: FindingsHistory,
  options: TerminalOptions,
): readonly (readonly string[])[] {
  const title = `${release}: age at ${asOf} and days to fix, from ${plural(assessments, 'assessment')}`;
  const columns: readonly TextColumn<FindingsHistory['ages'][number]>[] = [
    { title: 'owner', cell: ({ owner }) => owner },
    { title: 'severity', cell: ({ severity }) => severity },
    { title: 'open', cell: ({ open }) => open },
    { title: 'median age', cell: ({ medianAge }) => medianAge },
    { title: 'oldest', cell: ({ oldestAge }) => oldestAge },
    { title: 'fixed', cell: ({ fixed }) => fixed },
    { title: 'median days', cell: ({ medianDaysToFix }) => medianDaysToFix },
    { title: 'longest', cell: ({ longestDaysToFix }) => longestDaysToFix },
    { title: 'removed', cell: ({ removed }) => removed },
    { title: 'withdrawn', cell: ({ withdrawn }) => withdrawn },
  ];
  const told = flaps.map(({ vulnerability, kind, from, to, images }) =>
    kind === 'appeared'
      ? `Feed flap: ${vulnerability} appeared ${from} and vanished ${to} in ${plural(images, 'unchanged image')}`
      : `Feed flap: ${vulnerability} vanished ${from} and came back ${to} in ${plural(images, 'unchanged image')}`,
  );
  return [
    [paint(shown(title, options), 'strong', options), ...table(columns, ages)],
    ...(told.length === 0 ? [] : [told.map((line) => shown(line, options))]),
  ];
}
