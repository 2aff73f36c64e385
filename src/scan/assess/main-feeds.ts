// Which feeds speak for a namespace: the distribution's own, the main ones that know all there is, and the rest.
// Decides whose word counts when feeds disagree, and what counts as covered (docs/guide/counting.md, "Feeds").
import type { FeedRecord } from '../advisory/advisory.ts';

/** Namespaces of language ecosystems; every other namespace is a release of a distribution, `alpine:3.11`. */
const LANGUAGES: ReadonlySet<string> = new Set(['npm', 'go', 'pypi', 'maven', 'gem', 'cargo', 'nuget']);

interface Speakers {
  /** Feeds of the distribution itself, the most detailed first. */
  readonly own: readonly string[];
  /** Feeds that know every known vulnerability of the namespace. */
  readonly main: readonly string[];
}

const LANGUAGE_SPEAKERS: Speakers = { own: [], main: ['osv', 'ghsa'] };
const CARGO_SPEAKERS: Speakers = { own: [], main: ['osv', 'ghsa', 'rustsec'] };
const VENDOR_FEEDS = ['redhat-csaf', 'redhat-oval', 'suse-csaf', 'suse-cvrf', 'suse-oval', 'ubuntu-oval'] as const;
/** Ubuntu, SUSE, Red Hat and kin: CSAF or OVAL of the vendor, the update information of the repository, or OSV, which the vendors fill. */
const VENDOR_SPEAKERS: Speakers = {
  own: [...VENDOR_FEEDS, 'rpm-updateinfo'],
  main: [...VENDOR_FEEDS, 'rpm-updateinfo', 'osv'],
};
const SPEAKERS: ReadonlyMap<string, Speakers> = new Map([
  ['alpine', { own: ['alpine-secdb'], main: ['alpine-secdb', 'osv'] }],
  ['debian', { own: ['debian-tracker'], main: ['debian-tracker', 'osv'] }],
]);

/** How well the feeds of a set cover a namespace. */
export type NamespaceCoverage =
  | { readonly kind: 'covered'; readonly mainFeeds: readonly FeedRecord[] }
  | { readonly kind: 'partial'; readonly feeds: readonly FeedRecord[] }
  | { readonly kind: 'absent' };

/** Whether the namespace is a language ecosystem's and not a distribution's. */
export function isLanguage(namespace: string): boolean {
  return LANGUAGES.has(namespace);
}

/**
 * Whose word outranks whose about a package of the namespace: the distribution's own feeds first, each above the next; then the main
 * feeds as equals; then all others as equals. Lower is stronger.
 */
export function feedRank(namespace: string, feed: string): number {
  const { own, main } = speakersOf(namespace);
  const position = own.indexOf(feed);
  if (position !== -1) return position;
  return own.length + (main.includes(feed) ? 0 : 1);
}

/** Main feeds of the namespace that the program knows, for messages. */
export function mainFeedsOf(namespace: string): readonly string[] {
  return speakersOf(namespace).main;
}

/** Covered by a whole main feed; else partial, when a partial main feed or any other feed says something; else absent. */
export function coverageOf(namespace: string, feeds: readonly FeedRecord[]): NamespaceCoverage {
  const { main } = speakersOf(namespace);
  const speaking = feeds.filter((feed) => feed.namespaces.includes(namespace));
  const whole = speaking.filter((feed) => main.includes(feed.id) && isWhole(feed, namespace));
  if (whole.length > 0) return { kind: 'covered', mainFeeds: whole };
  return speaking.length > 0 ? { kind: 'partial', feeds: speaking } : { kind: 'absent' };
}

function isWhole({ partial, partialNamespaces }: FeedRecord, namespace: string): boolean {
  return partial !== true && partialNamespaces?.includes(namespace) !== true;
}

function speakersOf(namespace: string): Speakers {
  if (isLanguage(namespace)) return namespace === 'cargo' ? CARGO_SPEAKERS : LANGUAGE_SPEAKERS;
  const distribution = namespace.split(':', 1)[0] ?? namespace;
  return SPEAKERS.get(distribution) ?? VENDOR_SPEAKERS;
}
