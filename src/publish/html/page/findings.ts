// Filtering, sorting and counting 50,000 findings between two key strokes. Works on the numbers of the columns: a word is searched once in
// a dictionary, not once a row, and rows are ordered by counting sort over the ranks of their values. No DOM.

import { ssvcOrder } from '../../../respond/priority/urgency.ts';
import { SEVERITY_LEVELS, type SeverityLevel } from '../../../scan/advisory/advisory.ts';
import { ssvcOfText } from '../../ssvc-text.ts';
import type { Column } from '../columns.ts';
import type { FindingColumns } from '../report-data.ts';

/** What the reader asks for. An empty set of levels means all. */
export interface FindingFilter {
  /** Words, all of which must occur in the id, an alias, the package, its version, the image or the path. */
  readonly query: string;
  readonly levels: ReadonlySet<SeverityLevel>;
  readonly fixable: boolean;
  readonly kev: boolean;
  /** Slot, or empty for all. */
  readonly slot: string;
}

/** What findings can be ordered by. */
export const SORT_KEYS = ['severity', 'vulnerability', 'package', 'fixedIn', 'image', 'epss'] as const;
/** One of the orders of findings. */
export type SortKey = (typeof SORT_KEYS)[number];

/** The rows that pass a filter and what they amount to. */
export interface FilteredFindings {
  /** Numbers of the findings, in the order asked for. */
  readonly rows: Uint32Array;
  /** Rows a level (by position in SEVERITY_LEVELS) that pass everything but the choice of levels. */
  readonly byLevel: readonly number[];
  /** Cells of the basis `instances` (slot, vulnerability), vulnerabilities and slots that the rows belong to. */
  readonly instances: number;
  readonly vulnerabilities: number;
  readonly slots: number;
}

/** The findings, opened for filtering. */
export interface FindingTable {
  readonly count: number;
  filter(filter: FindingFilter, sort: SortKey, descending: boolean): FilteredFindings;
}

/** Opens the columns. `labelOf` gives what the reader sees for a slot: the words of a search are looked up there too. */
export function openFindings(columns: FindingColumns, labelOf: (slot: string) => string): FindingTable {
  const levelNumber = columns.severity.values.map((value) => SEVERITY_LEVELS.indexOf(value));
  const levels = Uint8Array.from(columns.severity.rows, (number) => levelNumber[number] ?? SEVERITY_LEVELS.length - 1);
  const fixable = flags(columns.fixState, (state) => state === 'fixed');
  const kev = flags(columns.kev, (value) => value);
  const vulnerabilities = Uint32Array.from(columns.vulnerability.rows);
  const slots = Uint32Array.from(columns.slot.rows);
  const cells = cellNumbers(slots, vulnerabilities);
  const search = openSearch(columns, labelOf);
  const orders = new Map<string, Uint32Array>();

  function order(sort: SortKey, descending: boolean): Uint32Array {
    const key = `${sort} ${descending}`;
    let found = orders.get(key);
    if (found === undefined) {
      found = sortedRows(columns, levels, sort, descending);
      orders.set(key, found);
    }
    return found;
  }

  function filter(wanted: FindingFilter, sort: SortKey, descending: boolean): FilteredFindings {
    const passing = search(wanted.query);
    if (wanted.fixable) keep(passing, fixable);
    if (wanted.kev) keep(passing, kev);
    if (wanted.slot !== '')
      keep(
        passing,
        flags(columns.slot, (slot) => slot === wanted.slot),
      );
    const wantedLevels = SEVERITY_LEVELS.map((name) => wanted.levels.size === 0 || wanted.levels.has(name));
    const byLevel = SEVERITY_LEVELS.map(() => 0);
    const seen = {
      cells: tally(cells.count),
      vulnerabilities: tally(columns.vulnerability.values.length),
      slots: tally(columns.slot.values.length),
    };
    const rows = new Uint32Array(columns.count);
    let length = 0;
    for (const row of order(sort, descending)) {
      if (passing[row] !== 1) continue;
      const level = levels[row] ?? 0;
      byLevel[level] = (byLevel[level] ?? 0) + 1;
      if (wantedLevels[level] !== true) continue;
      rows[length] = row;
      length += 1;
      seen.cells.add(cells.of[row]);
      seen.vulnerabilities.add(vulnerabilities[row]);
      seen.slots.add(slots[row]);
    }
    return {
      rows: rows.subarray(0, length),
      byLevel,
      instances: seen.cells.size(),
      vulnerabilities: seen.vulnerabilities.size(),
      slots: seen.slots.size(),
    };
  }

  return { count: columns.count, filter };
}

/** Values of one column for a row. */
export function valueAt<T>(column: Column<T>, row: number): T {
  const number = column.rows[row];
  if (number === undefined || number >= column.values.length) throw new RangeError(`no finding ${row}`);
  return column.values[number] as T;
}

function flags<T>(column: Column<T>, holds: (value: T) => boolean): Uint8Array {
  const values = column.values.map((value) => (holds(value) ? 1 : 0));
  return Uint8Array.from(column.rows, (number) => values[number] ?? 0);
}

/** Leaves a mark only on rows that have it in both. */
function keep(marks: Uint8Array, others: Uint8Array): void {
  for (let row = 0; row < marks.length; row += 1) marks[row] = (marks[row] ?? 0) & (others[row] ?? 0);
}

/** A search over the columns that hold words: marks the rows in which every word of the query occurs somewhere. */
function openSearch(columns: FindingColumns, labelOf: (slot: string) => string): (query: string) => Uint8Array {
  const searched = [
    searchColumn(columns.vulnerability, (text) => text),
    searchColumn(columns.aliases, (list) => list.join(' ')),
    searchColumn(columns.package, (text) => text),
    searchColumn(columns.version, (text) => text),
    searchColumn(columns.slot, labelOf),
    searchColumn(columns.location, (text) => text),
  ];
  return (query) => {
    const passing = new Uint8Array(columns.count).fill(1);
    for (const term of query.toLowerCase().split(/\s+/)) {
      if (term === '') continue;
      const hits = new Uint8Array(columns.count);
      for (const mark of searched) mark(term, hits);
      keep(passing, hits);
    }
    return passing;
  };
}

/** For one word, marks the rows whose value holds it. Every value of the dictionary is searched once. */
function searchColumn<T>(column: Column<T>, textOf: (value: T) => string): (term: string, marks: Uint8Array) => void {
  const rows = Uint32Array.from(column.rows);
  let texts: readonly string[] | undefined;
  return (term, marks) => {
    texts ??= column.values.map((value) => textOf(value).toLowerCase());
    const hits = Uint8Array.from(texts, (text) => (text.includes(term) ? 1 : 0));
    if (!hits.includes(1)) return;
    for (let row = 0; row < rows.length; row += 1) marks[row] = (marks[row] ?? 0) | (hits[rows[row] ?? 0] ?? 0);
  };
}

/** Numbers the cells of the basis `instances`. Findings are sorted by slot and vulnerability, so the rows of one cell stand together. */
function cellNumbers(
  slots: Uint32Array,
  vulnerabilities: Uint32Array,
): { readonly of: Uint32Array; readonly count: number } {
  const of = new Uint32Array(slots.length);
  let count = 0;
  for (let row = 0; row < slots.length; row += 1) {
    const same = row > 0 && slots[row] === slots[row - 1] && vulnerabilities[row] === vulnerabilities[row - 1];
    if (!same) count += 1;
    of[row] = count - 1;
  }
  return { of, count };
}

function tally(size: number): { add(number: number | undefined): void; size(): number } {
  const marks = new Uint8Array(size);
  let marked = 0;
  return {
    add(number) {
      if (number === undefined || marks[number] !== 0) return;
      marks[number] = 1;
      marked += 1;
    },
    size: () => marked,
  };
}

/** By the key, then in the default order (compareUrgency), then as in the assessment; the ties stay whichever the direction. */
function sortedRows(columns: FindingColumns, levels: Uint8Array, sort: SortKey, descending: boolean): Uint32Array {
  const natural = Uint32Array.from({ length: columns.count }, (_, row) => row);
  const byVulnerability = countingSort(natural, columns.vulnerability.rows, ranks(columns.vulnerability));
  const bySeverity = countingSort(
    byUse(byVulnerability, columns),
    levels,
    SEVERITY_LEVELS.map((_, number) =>
      sort === 'severity' && descending ? SEVERITY_LEVELS.length - 1 - number : number,
    ),
  );
  if (sort === 'severity') return bySeverity;
  const column = {
    vulnerability: columns.vulnerability,
    package: columns.package,
    fixedIn: columns.fixedIn,
    image: columns.slot,
    epss: columns.epss,
  }[sort];
  const ascending = ranks(column);
  const last = column.values.filter((value: string | number | null) => value !== null).length - 1;
  // A probability has its highest first, as the counts of other lists.
  const falls = descending !== (sort === 'epss');
  const rank = ascending.map((place, index) => (falls && column.values[index] !== null ? last - place : place));
  return countingSort(bySeverity, column.rows, rank);
}

/** Within a severity: fixable first, then known exploited, then by SSVC and EPSS, the highest first. */
function byUse(rows: Uint32Array, { epss, ssvc, kev, fixState }: FindingColumns): Uint32Array {
  const urgent = ssvc.values.map((text) => ssvcOrder(ssvcOfText(text)));
  const steps: readonly { readonly numbers: ArrayLike<number>; readonly rank: readonly number[] }[] = [
    { numbers: epss.rows, rank: placesOf(epss.values.map((probability) => -(probability ?? 0))) },
    { numbers: ssvc.rows, rank: placesOf(urgent.map((order) => -order)) },
    { numbers: kev.rows, rank: kev.values.map((exploited) => (exploited ? 0 : 1)) },
    { numbers: fixState.rows, rank: fixState.values.map((state) => (state === 'fixed' ? 0 : 1)) },
  ];
  return steps.reduce((sorted, { numbers, rank }) => countingSort(sorted, numbers, rank), rows);
}

/** Place of each number among the different ones, the lowest first; equal ones share theirs. */
function placesOf(values: readonly number[]): readonly number[] {
  const places = new Map([...new Set(values)].sort((a, b) => a - b).map((value, place) => [value, place]));
  return values.map((value) => places.get(value) ?? 0);
}

/** Place of each value of a dictionary among all of them, numbers inside words by their value; absent ones last in both directions. */
function ranks(column: Column<string | number | null>): readonly number[] {
  const collator = new Intl.Collator('en', { numeric: true });
  const places = column.values.map((_, index) => index);
  places.sort((a, b) => {
    const left = column.values[a] ?? null;
    const right = column.values[b] ?? null;
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === 'number' && typeof right === 'number') return left - right;
    return collator.compare(String(left), String(right)) || (left < right ? -1 : 1);
  });
  const rank = new Array<number>(places.length).fill(0);
  for (const [place, index] of places.entries()) rank[index] = place;
  return rank;
}

/** Stable sort of rows by the rank of their value. Ranks are below the number of values, or below 2 for two classes. */
function countingSort(rows: Uint32Array, numbers: ArrayLike<number>, rank: readonly number[]): Uint32Array {
  const starts = new Uint32Array(Math.max(rank.length, 2) + 1);
  for (const row of rows) {
    const place = (rank[numbers[row] ?? 0] ?? 0) + 1;
    starts[place] = (starts[place] ?? 0) + 1;
  }
  for (let place = 1; place < starts.length; place += 1)
    starts[place] = (starts[place] ?? 0) + (starts[place - 1] ?? 0);
  const sorted = new Uint32Array(rows.length);
  for (const row of rows) {
    const place = rank[numbers[row] ?? 0] ?? 0;
    const at = starts[place] ?? 0;
    sorted[at] = row;
    starts[place] = at + 1;
  }
  return sorted;
}
