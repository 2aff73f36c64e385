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
    if (silent === undefined || isLess(silent, speaking, namespaces)) return comes ? 'feed-added' : 'feed-missing';
    if (a === undefined || b === undefined) continue;
    if (dateOf(a, sets.a) === dateOf(b, sets.b) && a.content !== b.content) return 'feed-changed';
  }
  return undefined;
}

/**
 * Judges a cell whose severity or fix changed by the feeds that told them on each side: one that the other side does not have, or has in part, was not
 * asked there. Sources that are no feed of their own side are not judged.
 */
export function tellerAbsence(
  { a, b }: Sets,
  tellersA: readonly string[],
  tellersB: readonly string[],
  namespaces: readonly string[],
): FeedAbsence | undefined {
  const lost = tellersA.some((id) => isSilenced(id, a, b, namespaces));
  const gained = tellersB.some((id) => isSilenced(id, b, a, namespaces));
  if (lost && gained) return 'feed-changed';
  return lost ? 'feed-missing' : gained ? 'feed-added' : undefined;
}

function isSilenced(id: string, there: Side, here: Side, namespaces: readonly string[]): boolean {
  const speaking = there.advisorySet.feeds.find((feed) => feed.id === id);
  const silent = here.advisorySet.feeds.find((feed) => feed.id === id);
  return speaking !== undefined && (silent === undefined || isLess(silent, speaking, namespaces));
}

/** Whether the feed knows one of the namespaces only in part, or not, that it knows whole on the other side. */
function isLess(feed: FeedFacts, other: FeedFacts | undefined, namespaces: readonly string[]): boolean {
  return namespaces.some((namespace) => covers(other, namespace) && !covers(feed, namespace));
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
