// Whether what a ticket listed is really gone: only an assessment that could have found it can say so. The notion of coverage is the comparison's
// (docs/guide/comparing.md, "Coverage"). Pure.
import { feedAbsence } from '../../explain/compare/feed-coverage.ts';
import { HIDING, hides } from '../../explain/compare/image-coverage.ts';
import type { GapKind } from '../../platform/gap.ts';
import type { Assessment, Finding } from '../../scan/assess/assessment.ts';
import { placeOf } from '../../scan/release/slots.ts';
import type { SeenIn, TicketItem } from './ticket.ts';

/** What an assessment says of an item. */
export type ItemState =
  | { readonly state: 'present' }
  /** A statement says that it does not affect. */
  | { readonly state: 'not-affected' }
  | { readonly state: 'gone' }
  | { readonly state: 'not-judged'; readonly reason: string };

/** Judges one item. */
export type ItemJudge = (item: TicketItem, seen: SeenIn) => ItemState;

/** Gaps behind which a release may hold images that nobody knows. */
const HIDING_IMAGES: ReadonlySet<GapKind> = new Set([...HIDING, 'not-scanned']);

/** What of the release itself, not of its images, was not read: what is behind it has not left the release. In the order of the gaps. */
export function releaseGaps({ images, gaps }: Pick<Assessment, 'images' | 'gaps'>): readonly string[] {
  const slots = new Set(images.map(({ slot }) => slot));
  const ofRelease = gaps.filter(({ kind, target }) => HIDING_IMAGES.has(kind) && !slots.has(target));
  return [...new Set(ofRelease.map(({ kind, target, reason }) => `${kind} ${target}: ${reason}`))];
}

/** The judge by an assessment. */
export function itemJudge(assessment: Assessment): ItemJudge {
  const found = new Map<string, Finding[]>();
  for (const finding of assessment.findings) {
    for (const id of [finding.vulnerability, ...finding.aliases]) {
      const key = `${placeOf(finding.slot)}\0${id}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, [finding]);
      else known.push(finding);
    }
  }
  const images = Map.groupBy(assessment.images, ({ slot }) => placeOf(slot));
  const platforms = new Set([...images.keys()].map(platformOf));
  const unread = releaseGaps(assessment);
  return (item, seen) => {
    const place = placeOf(item.slot);
    const rows = [item.vulnerability, ...item.aliases].flatMap((id) => found.get(`${place}\0${id}`) ?? []);
    if (rows.length > 0) return { state: rows.every(isNotAffected) ? 'not-affected' : 'present' };
    if (!platforms.has(platformOf(place))) return notJudged(`the assessment has no image for ${platformOf(place)}`);
    if (assessment.asOf < seen.asOf)
      return notJudged(`the assessment is older than that of ${seen.asOf}, which has it`);
    if (assessment.advisorySet.starter) return notJudged('the advisory set is the starter set');
    const now = images.get(place) ?? [];
    if (now.some(({ digest }) => digest === undefined)) return notJudged(`${place} could not be read`);
    const rowsBefore = item.rows.map((row) => ({ ...row, vulnerability: item.vulnerability }));
    const gaps = now.flatMap((image) => [
      ...image.gaps,
      ...assessment.gaps.filter(({ target }) => target === image.slot),
    ]);
    if (hides(gaps, rowsBefore)) return notJudged(`${place} could not be read in full`);
    if (now.length === 0) {
      const added = unread.find((gap) => seen.releaseGaps?.includes(gap) !== true);
      // Of an image that left the release there is nothing left to judge.
      return added === undefined ? { state: 'gone' } : notJudged(`${place} may still be in the release (${added})`);
    }
    if (item.feeds.length === 0) return notJudged(`no feed is known to have spoken of ${item.vulnerability}`);
    const absence = feedAbsence(sidesOf(seen, assessment), item.feeds, item.namespaces, false);
    return absence === undefined ? { state: 'gone' } : notJudged(`feed ${item.feeds.join(', ')}: ${absence}`);
  };
}

function sidesOf({ asOf, builtAt, feeds }: SeenIn, b: Assessment): Parameters<typeof feedAbsence>[0] {
  const advisorySet = {
    id: b.advisorySet.id,
    starter: false,
    feeds,
    ...(builtAt === undefined ? {} : { builtAt }),
  };
  return { a: { asOf, advisorySet }, b };
}

function platformOf(place: string): string {
  return place.slice(place.lastIndexOf('|') + 1);
}

function notJudged(reason: string): ItemState {
  return { state: 'not-judged', reason };
}

function isNotAffected({ statement = '' }: Finding): boolean {
  const [status] = statement.split(':', 1);
  return status === 'not_affected' || status === 'fixed';
}
