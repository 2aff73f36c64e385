// The burn-down: the figures of one release's versions over time, from what the store lists. Pure.
import type { Assessment } from '../scan/assess/assessment.ts';
import type { ListedAssessment, ListedCounts, ListedFigures } from '../scan/assess/assessment-store.ts';
import type { BasisFigures, Statistics } from './statistics.ts';

/** The figures of an assessment that the store lists it with. */
export function listedFigures(assessment: Assessment, statistics: Statistics): ListedFigures {
  const { instances, distinct, scannedImages, unreadImages, imagesWithCriticalOrHigh, headline } = statistics;
  return {
    total: instances.total,
    critical: instances.critical.count,
    high: instances.high.count,
    medium: instances.medium.count,
    low: instances.low.count,
    negligible: instances.negligible.count,
    unknown: instances.unknown.count,
    fixable: instances.fixable,
    distinct: distinct.total,
    images: scannedImages,
    unreadImages,
    imagesWithCriticalOrHigh,
    gaps: assessment.gaps.length,
    headline,
    bases: { distinct: countsOf(distinct), images: countsOf(statistics.images) },
  };
}

function countsOf(figures: BasisFigures): ListedCounts {
  const { total, critical, high, medium, low, negligible, unknown, fixable } = figures;
  return {
    total,
    critical: critical.count,
    high: high.count,
    medium: medium.count,
    low: low.count,
    negligible: negligible.count,
    unknown: unknown.count,
    fixable,
  };
}

/**
 * One line a version of a release: of several assessments the one with the latest date of judgement, then the last kept. The order of the
 * listing stays.
 */
export function latestOfVersions(listed: readonly ListedAssessment[]): readonly ListedAssessment[] {
  return oneOfVersions(listed, (entry, known) => isLater(entry, known));
}

/** The first assessment of each version: what was published of it when it was new. */
export function firstOfVersions(listed: readonly ListedAssessment[]): readonly ListedAssessment[] {
  return oneOfVersions(listed, (entry, known) => !isLater(entry, known));
}

function oneOfVersions(
  listed: readonly ListedAssessment[],
  isBetter: (entry: ListedAssessment, known: ListedAssessment) => boolean,
): readonly ListedAssessment[] {
  const best = new Map<string, ListedAssessment>();
  for (const entry of listed) {
    const key = JSON.stringify([entry.release.name, entry.release.version]);
    const known = best.get(key);
    if (known === undefined || isBetter(entry, known)) best.set(key, entry);
  }
  const kept = new Set(best.values());
  return listed.filter((entry) => kept.has(entry));
}

function isLater(a: ListedAssessment, b: ListedAssessment): boolean {
  return a.asOf === b.asOf ? a.savedAt >= b.savedAt : a.asOf > b.asOf;
}
