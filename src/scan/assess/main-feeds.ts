// Which feeds speak for a namespace: the distribution's own, the main ones that know all there is, and the rest.
// Decides whose word counts when feeds disagree, and what counts as covered (docs/guide/counting.md, "Feeds").
import type { FeedFacts } from '../advisory/advisory.ts';
import { LANGUAGE_NAMESPACES } from '../inventory/package-types.ts';

interface Speakers {
  /** Feeds of the distribution itself, the most detailed first. */
  readonly own: readonly string[];
  /** Feeds that know every known vulnerability of the namespace. */
  readonly main: readonly string[];
}

const LANGUAGE_SPEAKERS: Speakers = { own: [], main: ['osv', 'ghsa'] };
const CARGO_SPEAKERS: Speakers = { own: [], main: ['osv', 'ghsa', 'rustsec'] };
const REDHAT: Speakers = speakers('redhat-csaf', 'rpm-updateinfo');
const SUSE: Speakers = speakers('suse-cvrf', 'rpm-updateinfo');
/** Its publisher writes into OSV, and nowhere else that this program reads. */
const OSV_ALONE: Speakers = speakers();
const SPEAKERS: ReadonlyMap<string, Speakers> = new Map([
  ['alpine', speakers('alpine-secdb')],
  ['debian', speakers('debian-tracker')],
  ...['ubuntu', 'wolfi', 'chainguard'].map((id) => [id, OSV_ALONE] as const),
  ...['rhel', 'redhat'].map((id) => [id, REDHAT] as const),
  ...['sles', 'sled', 'sle-micro', 'sl-micro', 'suse', 'opensuse', 'opensuse-leap', 'opensuse-tumbleweed'].map(
    (id) => [id, SUSE] as const,
  ),
]);
/** Fedora, Rocky, Alma, Oracle, Amazon, Azure Linux and other kin of Red Hat: the repository itself, and OSV for those that write into it. */
const OTHERS: Speakers = speakers('rpm-updateinfo');
/** Feeds of which `osv` reads the files, so that nobody is told to get them. */
const READ_BY_OSV: ReadonlySet<string> = new Set(['ghsa']);

/** How well the feeds of a set cover a namespace. */
export type NamespaceCoverage =
  | { readonly kind: 'covered'; readonly mainFeeds: readonly FeedFacts[] }
  | { readonly kind: 'partial'; readonly feeds: readonly FeedFacts[] }
  | { readonly kind: 'absent' };

/** Whether the namespace is a language ecosystem's and not a distribution's. */
export function isLanguage(namespace: string): boolean {
  return LANGUAGE_NAMESPACES.has(namespace);
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

/** The feeds that would cover the namespace, as the user can name them. */
export function mainFeedsOf(namespace: string): readonly string[] {
  return speakersOf(namespace).main.filter((feed) => !READ_BY_OSV.has(feed));
}

/** Covered by a whole main feed; else partial, when a partial main feed or any other feed says something; else absent. */
export function coverageOf(namespace: string, feeds: readonly FeedFacts[]): NamespaceCoverage {
  const { main } = speakersOf(namespace);
  const speaking = feeds.filter((feed) => feed.namespaces.includes(namespace));
  const whole = speaking.filter((feed) => main.includes(feed.id) && isWhole(feed, namespace));
  if (whole.length > 0) return { kind: 'covered', mainFeeds: whole };
  return speaking.length > 0 ? { kind: 'partial', feeds: speaking } : { kind: 'absent' };
}

function isWhole({ partial, partialNamespaces }: FeedFacts, namespace: string): boolean {
  return partial !== true && partialNamespaces?.includes(namespace) !== true;
}

function speakersOf(namespace: string): Speakers {
  if (isLanguage(namespace)) return namespace === 'cargo' ? CARGO_SPEAKERS : LANGUAGE_SPEAKERS;
  const distribution = namespace.split(':', 1)[0] ?? namespace;
  return SPEAKERS.get(distribution) ?? OTHERS;
}

/** A distribution with feeds of its own, and OSV. */
function speakers(...own: readonly string[]): Speakers {
  return { own, main: [...own, 'osv'] };
}
