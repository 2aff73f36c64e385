// The history of releases as every format shows it: the assessments that are listed, the series to draw with what is wrong with their lines, and, when
// they were asked for, ages and feed flaps. Pure.
import type { ListedAssessment } from '../scan/assess/assessment-store.ts';
import type { AgeLine } from './age.ts';
import { BASES } from './compare/change.ts';
import { firstOfVersions, latestOfVersions } from './history.ts';
import type { FeedFlap } from './history-flaps.ts';
import { type Series, type SeriesFlag, seriesFlags, storedSeries } from './history-series.ts';

/** A series with the flags of its lines. */
export interface FlaggedSeries extends Series {
  readonly flags: readonly SeriesFlag[];
}

/** What the findings of one release tell over time. */
export interface FindingsHistory {
  readonly release: string;
  /** Date at which the ages are counted. */
  readonly asOf: string;
  /** Number of assessments that were read. */
  readonly assessments: number;
  readonly ages: readonly AgeLine[];
  readonly flaps: readonly FeedFlap[];
}

/** The history. */
export interface HistoryReport {
  readonly assessments: readonly ListedAssessment[];
  readonly series: readonly FlaggedSeries[];
  /** Present when the findings were to be read. */
  readonly findings?: readonly FindingsHistory[];
}

/**
 * The series of each release name on each basis: as published, which is the first assessment of each version; and judged again, which is `reassessed` where it
 * is given, else the latest of each version where any is another.
 */
export function releaseSeries(
  listed: readonly ListedAssessment[],
  reassessed?: readonly ListedAssessment[],
): readonly FlaggedSeries[] {
  return [...Map.groupBy(listed, ({ release }) => release.name)].flatMap(([name, own]) => {
    const published = byDate(firstOfVersions(own));
    const again = reassessed?.filter(({ release }) => release.name === name) ?? latestOfVersions(own);
    const differs = again.some(({ id }) => !published.some((first) => first.id === id));
    const asPublished = new Map(published.map(({ release, asOf }) => [release.version, asOf]));
    // Drawn where the version stood, not on the day of the later judgement.
    const placed = again.map((entry) => ({ ...entry, asOf: asPublished.get(entry.release.version) ?? entry.asOf }));
    return BASES.flatMap((basis) => [
      flagged(storedSeries(name, 'published', basis, published)),
      ...(differs ? [flagged(storedSeries(name, 'reassessed', basis, byDate(placed)))] : []),
    ]);
  });
}

/** A series with what is wrong with its lines. */
export function flagged(series: Series): FlaggedSeries {
  return { ...series, flags: seriesFlags(series) };
}

function byDate(listed: readonly ListedAssessment[]): readonly ListedAssessment[] {
  return listed.toSorted((a, b) => (a.asOf === b.asOf ? 0 : a.asOf < b.asOf ? -1 : 1));
}
