// What an assessment does not cover, as gaps beside its figures: end of life, missing, partial and old feeds, undecidable versions.
// Rules: docs/guide/counting.md, "Gaps". Pure.
import { compareGaps, type Gap, type GapKind } from '../../platform/gap.ts';
import type { AdvisorySet, FeedFacts } from '../advisory/advisory.ts';
import type { Package } from '../inventory/package.ts';
import type { UndecidedPackage } from './judge.ts';
import { coverageOf, mainFeedsOf } from './main-feeds.ts';

/** Kinds that only the assessment finds; `undecidable` is found by the reading of images, too. */
const JUDGED_KINDS: ReadonlySet<GapKind> = new Set([
  'end-of-life',
  'no-feed',
  'partial-feed',
  'set-older-than-image',
  'starter-set',
]);

/** Target of the gaps that concern the whole advisory set. */
export const SET_TARGET = 'advisory set';

const NO_SYSTEM_PACKAGE =
  'the image names a distribution, but no package of it was found: its package database is missing or could not be followed';
const SYSTEM_TYPES: ReadonlySet<Package['type']> = new Set(['apk', 'deb', 'rpm']);
const NO_PACKAGE = 'no package was found in the image: what it holds could not be matched';

/** How many ids an undecidable gap names before it only counts. */
const NAMED_IDS = 5;

/** The gap of the set that ships with the program, if it is that one. */
export function starterGaps(set: Pick<AdvisorySet, 'starter'>): readonly Gap[] {
  if (!set.starter) return [];
  const reason =
    'no advisory set was given: the one that ships with the program knows only a few packages (use --advisories)';
  return [{ kind: 'starter-set', target: SET_TARGET, reason }];
}

/** End of life of a slot's distribution, past at the date of the assessment. */
export function endOfLifeGaps(slot: string, os: string, endOfLife: string, asOf: string): readonly Gap[] {
  if (dayOf(asOf) <= dayOf(endOfLife)) return [];
  const reason = `${os} is past its end of life since ${endOfLife}: vulnerabilities found later are not in its feeds`;
  return [{ kind: 'end-of-life', target: slot, reason }];
}

/** Namespaces of a slot that no main feed covers, or only in part. `packages` are counts by namespace; '' is a distribution that is not known. */
export function coverageGaps(
  slot: string,
  packages: ReadonlyMap<string, number>,
  set: Pick<AdvisorySet, 'feeds' | 'starter'>,
): readonly Gap[] {
  const gaps: Gap[] = [];
  for (const [namespace, count] of packages) {
    const what = `${count} package${count === 1 ? '' : 's'}`;
    if (namespace === '') {
      const reason = `the distribution is not known: ${what} not judged`;
      gaps.push({ kind: 'no-feed', target: slot, reason });
      continue;
    }
    const coverage = coverageOf(namespace, set.feeds);
    if (coverage.kind === 'absent') {
      const reason = `no feed for ${namespace} in the advisory set: ${what} not judged; ${mainFeedsOf(namespace).join(' or ')} would know them`;
      gaps.push({ kind: 'no-feed', target: slot, location: namespace, reason });
    } else if (coverage.kind === 'partial' && !set.starter) {
      const feeds = coverage.feeds.map(({ id }) => id).join(', ');
      const reason = `only ${feeds} for ${namespace}, which knows a part of what there is: ${what} judged in part`;
      gaps.push({ kind: 'partial-feed', target: slot, location: namespace, reason });
    }
  }
  return gaps;
}

/** Feeds whose newest content is from before the day on which the image was made. Images without a date are not judged. */
export function olderThanImageGaps(
  slot: string,
  created: string | undefined,
  namespaces: Iterable<string>,
  feeds: readonly FeedFacts[],
): readonly Gap[] {
  if (created === undefined) return [];
  const made = dayOf(created);
  const gaps: Gap[] = [];
  for (const namespace of namespaces) {
    const newest = newestOf(speakingFeeds(namespace, feeds));
    if (newest === undefined || newest.day >= made) continue;
    const reason = `${newest.id} for ${namespace} is of ${newest.day}, the image of ${made}: what became known between is missing`;
    gaps.push({ kind: 'set-older-than-image', target: slot, location: namespace, reason });
  }
  return gaps;
}

/** Namespaces whose feeds state no date: nobody can tell whether they are older than the images, so they count as if they were. */
export function undatedGaps(
  namespaces: Iterable<string>,
  { feeds, starter }: Pick<AdvisorySet, 'feeds' | 'starter'>,
): readonly Gap[] {
  if (starter) return [];
  const gaps: Gap[] = [];
  for (const namespace of namespaces) {
    const speaking = speakingFeeds(namespace, feeds);
    if (speaking.length === 0 || newestOf(speaking) !== undefined) continue;
    const names = speaking.map(({ id }) => id).join(', ');
    const reason = `${names} for ${namespace}: no date is stated, so whether what is known is older than the images cannot be told`;
    gaps.push({ kind: 'set-older-than-image', target: SET_TARGET, location: namespace, reason });
  }
  return gaps;
}

/** Vulnerabilities of a package that could not be judged; `location` is the package. */
export function undecidedGaps(slot: string, { purl, subject, vulnerabilities }: UndecidedPackage): readonly Gap[] {
  const ids = vulnerabilities.map(({ vulnerability, feed }) => `${vulnerability} (${feed})`);
  const more = ids.length - NAMED_IDS;
  const named = ids.slice(0, NAMED_IDS).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const reason = `${subject.name} ${subject.version} cannot be ordered against the versions of ${named}`;
  return [{ kind: 'undecidable', target: slot, location: purl, reason }];
}

/**
 * An image that was read and holds no package that is known, or none of the distribution that it names: no finding says nothing about it. A
 * distribution's database can be missing, or lie where no link leads.
 */
export function emptyGaps(
  slot: string,
  packages: readonly Pick<Package, 'type'>[],
  os: { readonly id: string } | undefined,
): readonly Gap[] {
  if (packages.length === 0) return [{ kind: 'undecidable', target: slot, reason: NO_PACKAGE }];
  if (os === undefined || packages.some(({ type }) => SYSTEM_TYPES.has(type))) return [];
  return [{ kind: 'undecidable', target: slot, reason: NO_SYSTEM_PACKAGE }];
}

/** Whether the assessment found this gap itself; the others were given to it and stay when it is made again. */
export function isJudged({ kind, location, reason }: Gap): boolean {
  if (kind !== 'undecidable') return JUDGED_KINDS.has(kind);
  return location === undefined ? reason === NO_PACKAGE || reason === NO_SYSTEM_PACKAGE : location.startsWith('pkg:');
}

/** Sorted, each once; with another target when one is given. */
export function uniqueGaps(gaps: readonly Gap[], target?: string): readonly Gap[] {
  const named = target === undefined ? gaps : gaps.map((gap) => ({ ...gap, target }));
  return named.toSorted(compareGaps).filter((gap, index, all) => {
    const before = all[index - 1];
    return before === undefined || compareGaps(before, gap) !== 0;
  });
}

function speakingFeeds(namespace: string, feeds: readonly FeedFacts[]): readonly FeedFacts[] {
  const coverage = coverageOf(namespace, feeds);
  if (coverage.kind === 'absent') return [];
  return coverage.kind === 'covered' ? coverage.mainFeeds : coverage.feeds;
}

function newestOf(feeds: readonly FeedFacts[]): { readonly id: string; readonly day: string } | undefined {
  let newest: { readonly id: string; readonly day: string } | undefined;
  for (const { id, upstreamUpdatedAt } of feeds) {
    if (upstreamUpdatedAt === undefined) continue;
    const day = dayOf(upstreamUpdatedAt);
    if (newest === undefined || day > newest.day) newest = { id, day };
  }
  return newest;
}

/** The UTC day of an ISO 8601 date or time; a time without a zone is UTC. Feeds often give only a day, so nothing finer is compared. */
function dayOf(date: string): string {
  const hasZone = !date.includes('T') || /(?:Z|[+-]\d{2}:?\d{2})$/i.test(date);
  const time = Date.parse(hasZone ? date : `${date}Z`);
  return Number.isNaN(time) ? date.slice(0, 10) : new Date(time).toISOString().slice(0, 10);
}
