// Cells: what figures count. Findings (rows a package) fold into (slot, vulnerability) cells, and those into (vulnerability) cells.
// Rules: docs/guide/counting.md, "Cells and bases".

import { compareText } from '../platform/order.ts';
import { type FixState, SEVERITY_LEVELS, type SeverityLevel } from '../scan/advisory/advisory.ts';
import type { Finding } from '../scan/assess/assessment.ts';

/** The state of a cell: severity, fix, statement. */
export interface CellState {
  /** The highest over the rows. */
  readonly severity: SeverityLevel;
  /** `fixed` when any row has a fix that can be installed; else the first of the order in FIX_STATES that occurs. */
  readonly fixState: FixState;
  /** Any row has a fix. */
  readonly fixable: boolean;
  /** All rows have one: a rebuild removes the cell. */
  readonly fullyFixable: boolean;
  /** All rows are covered by a statement `not_affected`, or `fixed` that the inventory does not contradict. */
  readonly notAffected: boolean;
  /** The statement that covers all rows alike; `partly` where they differ; absent where none covers any. */
  readonly statement?: string;
}

/** A cell of the basis `instances`. */
export interface InstanceCell extends CellState {
  readonly slot: string;
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  /** Where the severity came from; of equal rows the first in code unit order. */
  readonly severitySource: string;
  /** Feeds that say so, sorted, each with whether that feed names a fix for any row. */
  readonly feeds: readonly { readonly feed: string; readonly fixable: boolean }[];
}

/** A cell of the basis `distinct`. */
export interface DistinctCell extends CellState {
  readonly vulnerability: string;
  readonly slots: readonly string[];
}

/** Statement of a cell whose rows have different ones. */
const PARTLY_STATED = 'partly';

/** Fix states, the most useful to a reader first. */
export const FIX_STATES = [
  'fixed',
  'subscription',
  'deferred',
  'will-not-fix',
  'not-fixed',
  'unknown',
] as const satisfies readonly FixState[];

const SEVERITY_ORDER: ReadonlyMap<SeverityLevel, number> = new Map(
  SEVERITY_LEVELS.map((level, index) => [level, index]),
);

/** Position of a level, 0 for critical. */
export function severityOrder(level: SeverityLevel): number {
  return SEVERITY_ORDER.get(level) ?? SEVERITY_LEVELS.length;
}

/** Folds rows into instance cells, sorted by slot and vulnerability. The order of the rows does not matter. */
export function instanceCells(findings: readonly Finding[]): readonly InstanceCell[] {
  return sortedEntries(Map.groupBy(findings, ({ slot }) => slot)).flatMap(([slot, ofSlot]) =>
    sortedEntries(Map.groupBy(ofSlot, ({ vulnerability }) => vulnerability)).map(([vulnerability, rows]) =>
      instanceCell(slot, vulnerability, rows),
    ),
  );
}

/** Folds instance cells into distinct ones, sorted by vulnerability: fixable if in any slot, fully and not affected only if in all. */
export function distinctCells(cells: readonly InstanceCell[]): readonly DistinctCell[] {
  const groups = Map.groupBy(cells, ({ vulnerability }) => vulnerability);
  return sortedEntries(groups).map(([vulnerability, group]) => ({
    vulnerability,
    slots: group.map((cell) => cell.slot).sort(),
    severity: highest(group),
    fixState: bestFix(group),
    fixable: group.some((cell) => cell.fixable),
    fullyFixable: group.every((cell) => cell.fullyFixable),
    notAffected: group.every((cell) => cell.notAffected),
  }));
}

function instanceCell(slot: string, vulnerability: string, rows: readonly Finding[]): InstanceCell {
  const state = stateOfRows(rows);
  return {
    slot,
    vulnerability,
    aliases: [...new Set(rows.flatMap((row) => row.aliases))].sort(),
    severitySource: severitySourceOf(rows, state.severity),
    ...state,
    feeds: feedsOf(rows),
  };
}

/** Folds the rows of one cell, at least one, into its state. */
export function stateOfRows(rows: readonly Pick<Finding, 'severity' | 'fixState' | 'statement'>[]): CellState {
  const fixState = bestFix(rows);
  const [first, ...others] = new Set(rows.map(({ statement }) => statement));
  const statement = others.length === 0 ? first : PARTLY_STATED;
  return {
    severity: highest(rows),
    fixState,
    fixable: fixState === 'fixed',
    fullyFixable: rows.every((row) => row.fixState === 'fixed'),
    notAffected: rows.every(isNotAffected),
    ...(statement === undefined ? {} : { statement }),
  };
}

function highest(states: readonly { readonly severity: SeverityLevel }[]): SeverityLevel {
  let best: SeverityLevel = 'unknown';
  for (const { severity } of states) if (severityOrder(severity) < severityOrder(best)) best = severity;
  return best;
}

function bestFix(states: readonly { readonly fixState: FixState }[]): FixState {
  return FIX_STATES.find((candidate) => states.some(({ fixState }) => fixState === candidate)) ?? 'unknown';
}

function severitySourceOf(rows: readonly Finding[], severity: SeverityLevel): string {
  let first: string | undefined;
  for (const row of rows) {
    if (row.severity === severity && (first === undefined || row.severitySource < first)) first = row.severitySource;
  }
  return first ?? 'none';
}

function isNotAffected(row: Pick<Finding, 'statement'>): boolean {
  const status = row.statement?.split(':', 1)[0];
  return status === 'not_affected' || status === 'fixed';
}

function feedsOf(rows: readonly Finding[]): InstanceCell['feeds'] {
  const feeds = new Map<string, boolean>();
  for (const row of rows) {
    for (const advisory of row.advisories) {
      const [feed = advisory] = advisory.split('/', 1);
      const fixable = row.fixes === undefined ? row.fixState === 'fixed' : row.fixes[feed] !== undefined;
      feeds.set(feed, (feeds.get(feed) ?? false) || fixable);
    }
  }
  return sortedEntries(feeds).map(([feed, fixable]) => ({ feed, fixable }));
}

function sortedEntries<T>(map: ReadonlyMap<string, T>): readonly [string, T][] {
  return [...map].sort(([a], [b]) => compareText(a, b));
}
