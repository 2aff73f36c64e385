// Reads a series of figures that somebody published as comma-separated values: minutes of a security group, daily totals of a scanner. RFC 4180 with a
// header line; columns are known by their names (docs/guide/history.md), others are passed over.
import { csvRecords } from '../platform/csv.ts';
import { LimitError, ParseError } from '../platform/errors.ts';
import { LIMITS } from '../platform/limits.ts';
import { printable } from '../platform/printable.ts';
import { SEVERITY_LEVELS } from '../scan/advisory/advisory.ts';
import { isDay } from '../statements/day.ts';
import type { Series, SeriesMeasure, SeriesPoint } from './history-series.ts';

type Counts = Partial<Record<SeriesMeasure, number>>;
type Shares = Partial<Record<(typeof SEVERITY_LEVELS)[number], number>>;

/** What a point takes from a column, by the column's name. */
const COUNT_COLUMNS: ReadonlyMap<string, SeriesMeasure> = new Map<string, SeriesMeasure>([
  ...SEVERITY_LEVELS.map((level) => [level, level] as const),
  ['total', 'total'],
  ['total_vulns', 'total'],
  ['fixable', 'fixable'],
]);
const SHARE_COLUMN = /^(critical|high|medium|low|negligible|unknown)_(?:pct|percent)$/;
const NAME_COLUMNS = ['release', 'version', 'name', 'commit'];
const IMAGE_COLUMNS: ReadonlyMap<string, 'images' | 'unreadImages' | 'imagesWithCriticalOrHigh'> = new Map([
  ['images', 'images'],
  ['images_total', 'images'],
  ['unscanned', 'unreadImages'],
  ['unread', 'unreadImages'],
  ['images_with_critical_or_high', 'imagesWithCriticalOrHigh'],
] as const);

/**
 * The series of a file, as it was printed.
 * @param file how messages and the result name it
 * @throws ParseError with the line; LimitError
 */
export function importSeries(text: string, file: string): Series {
  if (text.length > LIMITS.settingsBytes)
    throw new LimitError(`${file} has more than ${LIMITS.settingsBytes} characters`);
  const [header, ...lines] = [...csvRecords(text, file)].filter(({ fields }) => fields.length > 1 || fields[0] !== '');
  const titles = (header?.fields ?? []).map((title) => title.trim().toLowerCase());
  const date = titles.findIndex((title) => title === 'date' || title.endsWith('_date'));
  const isFigure = (title: string): boolean => COUNT_COLUMNS.has(title) || SHARE_COLUMN.test(title);
  if (date < 0 || !titles.some(isFigure)) {
    throw new ParseError(
      `${file}: the first line names no date, or nothing to draw: a column \`date\` and columns such as \`critical\` or \`critical_pct\` are needed`,
    );
  }
  const points = lines.map(({ fields, line }) => pointOf(titles, fields, date, `${file} line ${line}`));
  return { name: file, kind: 'imported', basis: 'instances', points: points.toSorted(byDate) };
}

/** Lines of one day stay in the order of the file. */
function byDate(a: SeriesPoint, b: SeriesPoint): number {
  return a.date === b.date ? 0 : a.date < b.date ? -1 : 1;
}

function pointOf(titles: readonly string[], fields: readonly string[], date: number, where: string): SeriesPoint {
  const day = (fields[date] ?? '').trim();
  if (!isDay(day)) throw new ParseError(`${where}: "${printable(day)}" is no date; write it as 2022-04-06`);
  const counts: Counts = {};
  const shares: Shares = {};
  const images: { images?: number; unreadImages?: number; imagesWithCriticalOrHigh?: number } = {};
  for (const [column, title] of titles.entries()) {
    const field = (fields[column] ?? '').trim();
    const share = SHARE_COLUMN.exec(title)?.[1];
    const level = SEVERITY_LEVELS.find((one) => one === share);
    const measure = COUNT_COLUMNS.get(title);
    const ofImages = IMAGE_COLUMNS.get(title);
    if (field === '') continue;
    if (level !== undefined) shares[level] = numberOf(field, where, title);
    else if (measure !== undefined) counts[measure] = countOf(field, where, title);
    else if (ofImages !== undefined) images[ofImages] = countOf(field, where, title);
  }
  const named = NAME_COLUMNS.map((name) => titles.indexOf(name)).find((column) => column >= 0) ?? -1;
  const note = (fields[titles.indexOf('note')] ?? '').trim();
  return { date: day, name: (fields[named] ?? '').trim(), counts, shares, ...images, ...(note === '' ? {} : { note }) };
}

function numberOf(field: string, where: string, title: string): number {
  if (!/^-?\d{0,9}(\.\d{1,6})?$/.test(field) || !/\d/.test(field)) {
    throw new ParseError(`${where}: "${printable(field)}" under ${printable(title)} is no number`);
  }
  return Number(field);
}

function countOf(field: string, where: string, title: string): number {
  const count = numberOf(field, where, title);
  if (!Number.isInteger(count) || count < 0) {
    throw new ParseError(`${where}: ${printable(field)} under ${printable(title)} is no count`);
  }
  return count;
}
