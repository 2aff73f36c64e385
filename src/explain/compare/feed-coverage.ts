// Whether a cell came or went because a feed was not there, or not in a state that can be compared. Rule: docs/guide/comparing.md, "Coverage".
import type { FeedFacts } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import type { ChangeEvidence, ChangeLabel } from './change.ts';

/** Why a feed's silence on one side is no answer; undefined when it is one. */
export type FeedAbsence = Extract<ChangeLabel, 'feed-added' | 'feed-missing' | 'feed-changed'>;

type Side = Pick<Assessment, 'advisorySet' | 'asOf'>;
type Sets = { readonly a: Side; readonly b: Side };

/**
 * Judges a cell that came or went by the feeds that spoke of it in these namespaces. The silent side must have the feed, for the namespace, whole where
 * the other side has it whole, and of another date: only then was its silence somebody's decision.
 */
export function feedAbsence(
  sets: Sets,
  feeds: readonly string[],
  namespaces: readonly string[],
  comes: boolean,
): FeedAbsence | undefined {
  for (const id of feeds) {
    const a = sets.a.advisorySet.feeds.find((feed) => feed.id === id);
    const b = sets.b.advisorySet.feeds.find((feed) => feed.id === id);
    const [silent, speaking] = comes ? [a, b] : [b, a];
    const missing = namespaces.some((namespace) => covers(speaking, namespace) && !covers(silent, namespace));
    if (silent === undefined || missing) return comes ? 'feed-added' : 'feed-missing';
    if (a === undefined || b === undefined) continue;
    if (dateOf(a, sets.a) === dateOf(b, sets.b) && a.content !== b.content) return 'feed-changed';
  }
  return undefined;
}

/** Dates of feeds on both sides, for the evidence. */
export function feedDates({ a, b }: Sets, feeds: readonly string[]): NonNullable<ChangeEvidence['feeds']> {
  return feeds.map((feed) => {
    const from = a.advisorySet.feeds.find(({ id }) => id === feed)?.upstreamUpdatedAt;
    const to = b.advisorySet.feeds.find(({ id }) => id === feed)?.upstreamUpdatedAt;
    return { feed, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  });
}

/** The feeds that advisory ids (`feed/id`) are of, sorted. */
export function feedsOf(advisories: Iterable<string>): readonly string[] {
  return [...new Set([...advisories].map((id) => id.split('/', 1)[0] ?? id))].sort();
}

/** Whether the feed knows the whole namespace. */
function covers(feed: FeedFacts | undefined, namespace: string): boolean {
  if (feed === undefined || feed.partial === true) return false;
  return feed.namespaces.includes(namespace) && feed.partialNamespaces?.includes(namespace) !== true;
}

/** A feed that does not say its date is as old as its set, and an undated set as the day that it was used on. */
function dateOf({ upstreamUpdatedAt }: FeedFacts, { advisorySet, asOf }: Side): string {
  return upstreamUpdatedAt ?? advisorySet.builtAt ?? asOf;
}
