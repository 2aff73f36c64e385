// The comparison as the page's parts see it: the changed cells, found by cause, measure and words, and the steps of the waterfall. No DOM.
import type { Basis, Tally } from '../../../../explain/compare/change.ts';
import { LABEL_WORDS } from '../../../../explain/narrative/words.ts';
import { SEVERITY_LEVELS } from '../../../../scan/advisory/advisory.ts';
import { BASES } from '../../../words.ts';
import type { ComparisonData, EvidenceRecord, StateRecord } from '../../comparison-data.ts';
import { compareNatural, inOrder, searchFor } from '../texts.ts';
import { visible } from '../visible.ts';
import type { ComparisonState, Measure } from './state.ts';

/** A changed cell. */
export interface ChangeRow {
  /** Position among all changes: its address. */
  readonly number: number;
  readonly basis: Basis;
  /** Position of its cause in the data. */
  readonly cause: number;
  readonly vulnerability: string;
  /** What the reader sees of the slot; empty on `distinct`. */
  readonly image: string;
  /** Its reference before, where that is another. */
  readonly imageBefore?: string;
  readonly from?: StateRecord;
  readonly to?: StateRecord;
  readonly evidence: EvidenceRecord;
  readonly digests: { readonly from?: string; readonly to?: string };
}

/** The opened comparison. */
export interface OpenedComparison {
  readonly data: ComparisonData;
  readonly rows: readonly ChangeRow[];
  /** The rows that the state asks for, in its order. */
  readonly chosen: (state: ComparisonState) => readonly ChangeRow[];
}

/** Reads the data that the page carries. */
export function openComparison(text: string): OpenedComparison {
  const data = visible<ComparisonData>(JSON.parse(text));
  const rows = data.changes.basis.map((_, number) => rowOf(data, number));
  const texts = rows.map((row) => searchText(row).toLowerCase());
  return {
    data,
    rows,
    chosen: (state) => {
      const matches = searchFor(state.query);
      const found = rows.filter(
        (row) =>
          row.basis === state.basis &&
          (state.cause < 0 || row.cause === state.cause) &&
          movesMeasure(row, state.measure) &&
          matches(texts[row.number] ?? ''),
      );
      return inOrder(found, ORDERS[state.sort], state.descending, byWeight);
    },
  };
}

function rowOf(data: ComparisonData, number: number): ChangeRow {
  const { changes } = data;
  const slot = data.slots[changes.slot[number] ?? -1];
  const from = data.states[changes.from[number] ?? -1];
  const to = data.states[changes.to[number] ?? -1];
  return {
    number,
    basis: BASES[changes.basis[number] ?? 0] ?? 'instances',
    cause: changes.cause[number] ?? -1,
    vulnerability: data.vulnerabilities[changes.vulnerability[number] ?? -1] ?? '',
    image: slot?.to ?? slot?.from ?? '',
    ...(slot?.from === undefined || slot.to === undefined || slot.from === slot.to ? {} : { imageBefore: slot.from }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    evidence: data.evidence[changes.evidence[number] ?? -1] ?? { kind: 'inferred' },
    digests: data.digests[changes.digests[number] ?? -1] ?? {},
  };
}

/** Names of the packages of a change, each once. */
export function packagesOf({ evidence }: ChangeRow): readonly string[] {
  const all = [...(evidence.packages?.from ?? []), ...(evidence.packages?.to ?? [])];
  return [...new Set(all.map(({ purl }) => packageName(purl)))];
}

/** `pkg:apk/alpine/zlib@1.2.11-r3?arch=x86_64` is `zlib` (Package URL specification). */
function packageName(purl: string): string {
  const path = purl.split(/[?#]/, 1)[0] ?? purl;
  const named = path.slice(path.indexOf('/') + 1);
  const version = named.lastIndexOf('@');
  const name = version > 0 ? named.slice(0, version) : named;
  const plain =
    purl.startsWith('pkg:npm/') || purl.startsWith('pkg:golang/') ? name : name.slice(name.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

function searchText(row: ChangeRow): string {
  const all = [...(row.evidence.packages?.from ?? []), ...(row.evidence.packages?.to ?? [])];
  return [row.vulnerability, row.image, ...all.flatMap(({ purl, advisories }) => [purl, ...advisories])].join(' ');
}

/** Whether the cell is among those that a measure counts, before or after. */
function movesMeasure({ basis, from, to }: ChangeRow, measure: Measure): boolean {
  const ofImage = basis === 'images';
  if (measure === 'total') return !ofImage || (from ?? to)?.severity === 'any';
  if (measure !== 'fixable') return from?.severity === measure || to?.severity === measure;
  if (ofImage && (from ?? to)?.severity !== 'any') return false;
  return (from?.fixable ?? false) !== (to?.fixable ?? false);
}

const ORDERS: Readonly<Record<ComparisonState['sort'], (a: ChangeRow, b: ChangeRow) => number>> = {
  severity: byWeight,
  vulnerability: (a, b) => compareNatural(a.vulnerability, b.vulnerability),
  image: (a, b) => compareNatural(a.image, b.image),
};

/** The most severe first, then in the order of the data. */
function byWeight(a: ChangeRow, b: ChangeRow): number {
  return rank(a) - rank(b) || a.number - b.number;
}

function rank({ from, to }: ChangeRow): number {
  const levels: readonly string[] = SEVERITY_LEVELS;
  const place = (state: StateRecord | undefined): number => {
    const index = state === undefined ? -1 : levels.indexOf(state.severity);
    return index < 0 ? levels.length : index;
  };
  return Math.min(place(from), place(to));
}

/** A row of the waterfall: where it begins and ends on the scale of counts. */
export interface WaterfallStep {
  readonly kind: 'end' | 'cause';
  readonly title: string;
  readonly note: string;
  /** Position in the causes of the data; -1 for the two ends. */
  readonly cause: number;
  readonly begin: number;
  readonly end: number;
  /** What of the sum came and what went; the step is what is left. */
  readonly came: number;
  readonly went: number;
}

/** The waterfall of one measure on one basis: A, what each cause moved, the largest first, and B. Causes that moved nothing are left out. */
export function waterfall({ data, rows }: OpenedComparison, basis: Basis, measure: Measure): readonly WaterfallStep[] {
  const first = measureOf(data.from.figures[basis], measure);
  const moves = data.causes
    .map(({ cause, label, difference }, number) => ({
      number,
      title: LABEL_WORDS[label],
      note: cause,
      by: difference[basis][measure],
      ...flow(rows, basis, measure, number),
    }))
    .filter(({ came, went }) => came !== 0 || went !== 0)
    .sort((x, y) => Math.abs(y.by) - Math.abs(x.by) || y.came + y.went - x.came - x.went || x.number - y.number);
  let at = first;
  const steps = moves.map(({ number, title, note, by, came, went }): WaterfallStep => {
    const begin = at;
    at += by;
    return { kind: 'cause', title, note, cause: number, begin, end: at, came, went };
  });
  const last = measureOf(data.to.figures[basis], measure);
  const end = (title: string, note: string, value: number): WaterfallStep => ({
    ...{ kind: 'end', title, note, cause: -1, begin: 0, end: value, came: 0, went: 0 },
  });
  return [end(sideName(data.from), data.from.asOf, first), ...steps, end(sideName(data.to), data.to.asOf, last)];
}

/** How many cells of a cause came into the measure, and how many left it. */
function flow(
  rows: readonly ChangeRow[],
  basis: Basis,
  measure: Measure,
  cause: number,
): { readonly came: number; readonly went: number } {
  let came = 0;
  let went = 0;
  for (const row of rows) {
    if (row.basis !== basis || row.cause !== cause) continue;
    const before = isCounted(row.from, basis, measure);
    const after = isCounted(row.to, basis, measure);
    if (after && !before) came += 1;
    if (before && !after) went += 1;
  }
  return { came, went };
}

function isCounted(state: StateRecord | undefined, basis: Basis, measure: Measure): boolean {
  if (state === undefined) return false;
  if (measure !== 'total' && measure !== 'fixable') return state.severity === measure;
  if (basis === 'images' && state.severity !== 'any') return false;
  return measure === 'total' || state.fixable;
}

/** The count of a measure in the figures of a basis. */
export function measureOf(figures: ComparisonData['from']['figures'][Basis] | Tally, measure: Measure): number {
  const figure = figures[measure];
  return typeof figure === 'number' ? figure : figure.count;
}

/** `csm 1.2.0-beta.97`. */
export function sideName({ release }: ComparisonData['from']): string {
  return [release.name, release.version].filter((part) => part !== '').join(' ');
}
