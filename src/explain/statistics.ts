// The figures of an assessment: cells counted on the three bases, by severity, fix, feed, origin and image.
// Rules and definitions: docs/guide/counting.md. Reads an Assessment, gives plain numbers; publish/ prints them.
import { type FixState, SEVERITY_LEVELS, type SeverityLevel } from '../scan/advisory/advisory.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { type CellState, distinctCells, FIX_STATES, type InstanceCell, instanceCells } from './cells.ts';
import { headlineOf } from './coverage.ts';
import { percentages, percentOf } from './shares.ts';

/** Cells of one severity. */
export interface ClassFigure {
  readonly count: number;
  /** Share with one decimal: of all cells of the basis (adding to 100.0), on `images` of the scanned images. */
  readonly percent: number;
  readonly fixable: number;
  readonly fullyFixable: number;
}

/** The figures of one basis. */
export interface BasisFigures extends Readonly<Record<SeverityLevel, ClassFigure>> {
  readonly total: number;
  readonly fixable: number;
  readonly fullyFixable: number;
}

/** The same cells on the three bases. On `images` a count is of slots that have at least one such instance. */
export interface ThreeBases {
  readonly instances: BasisFigures;
  readonly distinct: BasisFigures;
  readonly images: BasisFigures;
}

/** The four classes that security minutes quote, among themselves. */
export interface FourClasses extends Readonly<Record<FourClass, { readonly count: number; readonly percent: number }>> {
  /** The denominator: instances of one of the four classes. */
  readonly total: number;
}
export type FourClass = 'critical' | 'high' | 'medium' | 'low';

/** All figures of an assessment. Gross unless they stand under `net`. */
export interface Statistics extends ThreeBases {
  /** Whether the totals may be quoted as the release's. */
  readonly headline: boolean;
  readonly headlineReason: string;
  /** Without the cells that a statement covers, `not_affected`, or `fixed` that the inventory does not contradict. */
  readonly net: ThreeBases;
  readonly fourClasses: FourClasses;
  /** Instances by fix state. */
  readonly fixStates: Readonly<Record<FixState, number>>;
  /** Instances by where the severity came from; shares add to 100.0. Most frequent first. */
  readonly severitySources: readonly { readonly source: string; readonly count: number; readonly percent: number }[];
  /** Instances that a feed speaks of, and the share of them that it names a fix for. An instance may have several feeds. Sorted by feed. */
  readonly feeds: readonly {
    readonly feed: string;
    readonly count: number;
    readonly fixable: number;
    readonly fixablePercent: number;
  }[];
  readonly origins: Readonly<Record<'own' | 'third-party', ThreeBases & { readonly scannedImages: number }>>;
  /** Slots whose image was read: the denominator of the basis `images`. */
  readonly scannedImages: number;
  readonly unreadImages: number;
  readonly imagesWithCriticalOrHigh: number;
  /** Scanned images by number of instances. */
  readonly histogram: readonly { readonly bucket: string; readonly images: number }[];
}

/** Cells of one slot: by severity, and those with a fix. */
export interface SlotCounts extends Readonly<Record<SeverityLevel, number>> {
  readonly total: number;
  readonly fixable: number;
}

const FOUR_CLASSES = ['critical', 'high', 'medium', 'low'] as const satisfies readonly FourClass[];
/** Upper bounds of the histogram's buckets; the last is open. */
const BUCKETS = [0, 5, 10, 25, 50, 100] as const;

/** Counts an assessment. Pure; the order of findings, images and packages does not matter. */
export function statisticsOf(assessment: Assessment): Statistics {
  const cells = instanceCells(assessment.findings);
  const scanned = assessment.images.filter((image) => image.digest !== undefined);
  const bySlot = groupBySlot(cells);
  return {
    ...headlineOf(assessment),
    ...threeBases(cells, scanned.length),
    net: threeBases(
      cells.filter((cell) => !cell.notAffected),
      scanned.length,
    ),
    fourClasses: fourClasses(cells),
    fixStates: fixStates(cells),
    severitySources: severitySources(cells),
    feeds: feedShares(cells),
    origins: { own: originFigures('own'), 'third-party': originFigures('third-party') },
    scannedImages: scanned.length,
    unreadImages: assessment.images.length - scanned.length,
    imagesWithCriticalOrHigh: [...bySlot.values()].filter((slot) => slot.some(isCriticalOrHigh)).length,
    histogram: histogram(scanned.map(({ slot }) => bySlot.get(slot)?.length ?? 0)),
  };

  function originFigures(origin: 'own' | 'third-party'): ThreeBases & { scannedImages: number } {
    const slots = new Set(scanned.filter((image) => image.origin === origin).map(({ slot }) => slot));
    const own = cells.filter(({ slot }) => slots.has(slot));
    return { ...threeBases(own, slots.size), scannedImages: slots.size };
  }
}

/** The figures of the three bases alone; `cells` are the assessment's instance cells, where they are at hand. */
export function threeBasesOf(assessment: Assessment, cells = instanceCells(assessment.findings)): ThreeBases {
  return threeBases(cells, assessment.images.filter(({ digest }) => digest !== undefined).length);
}

/** Cells of every slot of the assessment; slots without any have zeros. */
export function slotCounts(assessment: Assessment): ReadonlyMap<string, SlotCounts> {
  const bySlot = groupBySlot(instanceCells(assessment.findings));
  return new Map(
    assessment.images.map(({ slot }) => {
      const cells = bySlot.get(slot) ?? [];
      return [
        slot,
        {
          total: cells.length,
          ...bySeverity((level) => cells.filter(({ severity }) => severity === level).length),
          fixable: cells.filter(({ fixable }) => fixable).length,
        },
      ];
    }),
  );
}

function threeBases(cells: readonly InstanceCell[], scannedImages: number): ThreeBases {
  return {
    instances: cellFigures(cells),
    distinct: cellFigures(distinctCells(cells)),
    images: imageFigures([...groupBySlot(cells).values()], scannedImages),
  };
}

function cellFigures(cells: readonly CellState[]): BasisFigures {
  const classes = bySeverity((level) => cells.filter(({ severity }) => severity === level));
  const shares = percentages(SEVERITY_LEVELS.map((level) => classes[level].length));
  return {
    total: cells.length,
    ...bySeverity((level) => ({
      count: classes[level].length,
      percent: shares[SEVERITY_LEVELS.indexOf(level)] ?? 0,
      fixable: classes[level].filter(({ fixable }) => fixable).length,
      fullyFixable: classes[level].filter(({ fullyFixable }) => fullyFixable).length,
    })),
    fixable: cells.filter(({ fixable }) => fixable).length,
    fullyFixable: cells.filter(({ fullyFixable }) => fullyFixable).length,
  };
}

function imageFigures(slots: readonly (readonly InstanceCell[])[], scannedImages: number): BasisFigures {
  const withAny = (test: (cell: InstanceCell) => boolean): number => slots.filter((cells) => cells.some(test)).length;
  return {
    total: slots.length,
    ...bySeverity((level) => {
      const count = withAny(({ severity }) => severity === level);
      return {
        count,
        percent: percentOf(count, scannedImages),
        fixable: withAny((cell) => cell.severity === level && cell.fixable),
        fullyFixable: withAny((cell) => cell.severity === level && cell.fullyFixable),
      };
    }),
    fixable: withAny(({ fixable }) => fixable),
    fullyFixable: withAny(({ fullyFixable }) => fullyFixable),
  };
}

function fourClasses(cells: readonly InstanceCell[]): FourClasses {
  const counts = FOUR_CLASSES.map((level) => cells.filter(({ severity }) => severity === level).length);
  const shares = percentages(counts);
  const figure = (index: number) => ({ count: counts[index] ?? 0, percent: shares[index] ?? 0 });
  return {
    total: counts.reduce((sum, count) => sum + count, 0),
    critical: figure(0),
    high: figure(1),
    medium: figure(2),
    low: figure(3),
  };
}

function fixStates(cells: readonly InstanceCell[]): Readonly<Record<FixState, number>> {
  const counts = { fixed: 0, subscription: 0, deferred: 0, 'will-not-fix': 0, 'not-fixed': 0, unknown: 0 };
  for (const state of FIX_STATES) counts[state] = cells.filter(({ fixState }) => fixState === state).length;
  return counts;
}

function severitySources(cells: readonly InstanceCell[]): Statistics['severitySources'] {
  const counts = new Map<string, number>();
  for (const { severitySource } of cells) counts.set(severitySource, (counts.get(severitySource) ?? 0) + 1);
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const shares = percentages(sorted.map(([, count]) => count));
  return sorted.map(([source, count], index) => ({ source, count, percent: shares[index] ?? 0 }));
}

function feedShares(cells: readonly InstanceCell[]): Statistics['feeds'] {
  const counts = new Map<string, { count: number; fixable: number }>();
  for (const { feed, fixable } of cells.flatMap((cell) => cell.feeds)) {
    const entry = counts.get(feed) ?? { count: 0, fixable: 0 };
    counts.set(feed, { count: entry.count + 1, fixable: entry.fixable + (fixable ? 1 : 0) });
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([feed, { count, fixable }]) => ({ feed, count, fixable, fixablePercent: percentOf(fixable, count) }));
}

function histogram(counts: readonly number[]): Statistics['histogram'] {
  const buckets = BUCKETS.map((upper, index) => {
    const lower = index === 0 ? 0 : (BUCKETS[index - 1] ?? 0) + 1;
    const images = counts.filter((count) => count >= lower && count <= upper).length;
    return { bucket: lower === upper ? `${upper}` : `${lower}-${upper}`, images };
  });
  const last = BUCKETS[BUCKETS.length - 1] ?? 0;
  return [...buckets, { bucket: `>${last}`, images: counts.filter((count) => count > last).length }];
}

function groupBySlot(cells: readonly InstanceCell[]): ReadonlyMap<string, readonly InstanceCell[]> {
  return Map.groupBy(cells, ({ slot }) => slot);
}

function isCriticalOrHigh({ severity }: CellState): boolean {
  return severity === 'critical' || severity === 'high';
}

function bySeverity<T>(value: (level: SeverityLevel) => T): Record<SeverityLevel, T> {
  return {
    critical: value('critical'),
    high: value('high'),
    medium: value('medium'),
    low: value('low'),
    negligible: value('negligible'),
    unknown: value('unknown'),
  };
}
