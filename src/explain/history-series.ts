// A series of published figures over time, whoever published them, and what is wrong with its lines: shares that do not add up, counts that
// contradict each other, values that come and go. Rules: docs/guide/history.md. Pure.
import { SEVERITY_LEVELS, type SeverityLevel } from '../scan/advisory/advisory.ts';
import type { ListedAssessment, ListedCounts } from '../scan/assess/assessment-store.ts';
import type { Basis } from './compare/change.ts';
import { checkPrintedShares } from './printed-shares.ts';

/** What a line of a series can count. */
export const SERIES_MEASURES = [...SEVERITY_LEVELS, 'total', 'fixable'] as const;
export type SeriesMeasure = (typeof SERIES_MEASURES)[number];

/** The figures of one date. What the source does not say is absent. */
export interface SeriesPoint {
  /** ISO day. */
  readonly date: string;
  /** Version of the release, or what else the source calls the line. */
  readonly name: string;
  readonly counts: Readonly<Partial<Record<SeriesMeasure, number>>>;
  /** In percent, as printed. */
  readonly shares: Readonly<Partial<Record<SeverityLevel, number>>>;
  /** Images read, or all where the source does not say. */
  readonly images?: number;
  readonly unreadImages?: number;
  readonly imagesWithCriticalOrHigh?: number;
  readonly note?: string;
}

/** Figures of one kind on one basis, in the order of their dates. */
export interface Series {
  /** The release, or the file. */
  readonly name: string;
  /** `reassessed`: judged again, with what is known now. */
  readonly kind: 'published' | 'reassessed' | 'imported';
  readonly basis: Basis;
  readonly points: readonly SeriesPoint[];
}

/** What is wrong with a point. */
export interface SeriesFlag {
  readonly date: string;
  readonly name: string;
  /** `shares`, `counts`: the line contradicts itself. `spike`: a value that came and went; it may be right. */
  readonly kind: 'shares' | 'counts' | 'spike';
  readonly reason: string;
}

/** Shares that minutes print together. */
const PRINTED = ['critical', 'high', 'medium', 'low'] as const;
/** A value is a spike when it stands out from both neighbours by so many, and by this part of the higher one. */
const SPIKE = { least: 10, part: 0.2 } as const;
/** So many images more that were not read than on the neighbouring lines explain a spike, as a part of all. */
const UNREAD_PART = 0.05;

/** The series of stored assessments on a basis; those kept before a basis was listed have no counts on it. */
export function storedSeries(
  name: string,
  kind: Series['kind'],
  basis: Basis,
  listed: readonly ListedAssessment[],
): Series {
  return {
    name,
    kind,
    basis,
    points: listed.map(({ asOf, release, figures }) => ({
      date: asOf,
      name: release.version,
      counts: countsOn(figures, basis) ?? {},
      shares: {},
      images: figures.images,
      unreadImages: figures.unreadImages,
      imagesWithCriticalOrHigh: figures.imagesWithCriticalOrHigh,
    })),
  };
}

function countsOn(figures: ListedAssessment['figures'], basis: Basis): ListedCounts | undefined {
  if (basis !== 'instances') return figures.bases?.[basis];
  const { total, critical, high, medium, low, negligible, unknown, fixable } = figures;
  return { total, critical, high, medium, low, negligible, unknown, fixable };
}

/** What is wrong with the lines of a series, in their order. */
export function seriesFlags({ points, basis }: Series): readonly SeriesFlag[] {
  return points.flatMap((point, index) => {
    const { date, name } = point;
    const flag = (kind: SeriesFlag['kind'], reason: string): SeriesFlag => ({ date, name, kind, reason });
    return [
      ...wrongShares(point).map((reason) => flag('shares', reason)),
      ...wrongCounts(point, basis).map((reason) => flag('counts', reason)),
      ...spikes(points[index - 1], point, points[index + 1]).map((reason) => flag('spike', reason)),
    ];
  });
}

/** Only a line with all four classes says that it is the whole. */
function wrongShares({ shares }: SeriesPoint): readonly string[] {
  const printed = PRINTED.flatMap((level) => shares[level] ?? []);
  const all = SEVERITY_LEVELS.flatMap((level) => shares[level] ?? []);
  if (printed.length < PRINTED.length) {
    return all.some((share) => !(share >= 0 && share <= 100)) ? ['a share is not within 0 and 100 percent'] : [];
  }
  const { ok, reason } = checkPrintedShares(all);
  return ok ? [] : [reason];
}

/** On `images` an image counts in every severity that it has, so the classes do not add to the total. */
function wrongCounts(
  { counts, images, unreadImages, imagesWithCriticalOrHigh }: SeriesPoint,
  basis: Basis,
): readonly string[] {
  const { total, fixable } = counts;
  const classes = SEVERITY_LEVELS.flatMap((level) => counts[level] ?? []);
  const sum = classes.reduce((all, count) => all + count, 0);
  const addsUp = basis !== 'images';
  const isWhole = PRINTED.every((level) => counts[level] !== undefined);
  const problems: string[] = [];
  if (addsUp && total !== undefined && isWhole && sum !== total)
    problems.push(`the classes add to ${sum}, the total is ${total}`);
  if (addsUp && total !== undefined && !isWhole && sum > total)
    problems.push(`the classes add to ${sum}, more than the total ${total}`);
  if (fixable !== undefined && fixable > (total ?? sum)) problems.push(`${fixable} fixable are more than there are`);
  if (images === undefined) return problems;
  if ((imagesWithCriticalOrHigh ?? 0) > images) {
    problems.push(`${imagesWithCriticalOrHigh} images with critical or high are more than the ${images} images`);
  }
  if ((unreadImages ?? 0) > images) problems.push(`${unreadImages} images not read are more than the ${images} images`);
  return problems;
}

/** A feed's mistake, or its repair, shows as a value that comes and goes while the number of images stays; so do images that were not read. */
function spikes(
  before: SeriesPoint | undefined,
  point: SeriesPoint,
  after: SeriesPoint | undefined,
): readonly string[] {
  if (before === undefined || after === undefined) return [];
  if (before.images !== point.images || after.images !== point.images) return [];
  const moved = SEVERITY_LEVELS.flatMap((level): readonly string[] => {
    const [earlier, value, later] = [before, point, after].map(({ counts }) => counts[level]);
    if (earlier === undefined || value === undefined || later === undefined) return [];
    const least = Math.max(SPIKE.least, SPIKE.part * Math.max(earlier, later));
    const stands = (sign: 1 | -1): boolean => sign * (value - earlier) >= least && sign * (value - later) >= least;
    return stands(1) || stands(-1) ? [`${level} ${earlier} → ${value} → ${later}`] : [];
  });
  if (moved.length === 0) return [];
  const unread = point.unreadImages ?? 0;
  const more = unread - Math.max(before.unreadImages ?? 0, after.unreadImages ?? 0);
  const isBlind = more > 0 && more >= UNREAD_PART * (point.images ?? 0);
  const why = isBlind
    ? `${unread} of ${point.images} images were not read: that is coverage`
    : 'the number of images is the same: perhaps a feed flap';
  return [`${moved.join(', ')}; ${why}`];
}
