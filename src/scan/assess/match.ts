// Matches one installed package against the advisories on it: which vulnerabilities it has, how they are fixed, what could not be told.
// Rules: docs/guide/counting.md, "Matching" and "Feeds that disagree". Pure.
import type { Advisory, FixState } from '../advisory/advisory.ts';
import type { Package } from '../inventory/package.ts';
import { type Build, buildOf, concerns, isElsewhere } from './concerns.ts';
import { type Answer, covers, type Versioned } from './covers.ts';
import { fixOf, fixOfOneFeed } from './fix.ts';
import type { Identities } from './identity.ts';
import { feedRank } from './main-feeds.ts';
import { type ChosenSeverity, chooseSeverity, type SeverityPolicy } from './severity.ts';

/** What advisories are looked up and judged by: packages with an equal subject have equal matches. */
export interface Subject extends Versioned {
  readonly namespace: string;
  /** The source package for distributions, the package for ecosystems. */
  readonly name: string;
  /** The installed package of an rpm distribution, whose advisories may be about it instead of its source. */
  readonly binary?: Build;
  /** `OS/ARCHITECTURE` that the package was built for; only where advisories speak of it. */
  readonly platform?: string;
}

/** A vulnerability that a package has. */
export interface Match {
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  readonly severity: ChosenSeverity;
  readonly fixedIn?: string;
  readonly fixState: FixState;
  /** `feed/id` of the records that say so, sorted. */
  readonly advisories: readonly string[];
  /** Fixed version by feed, when several feeds say so. */
  readonly fixes?: Readonly<Record<string, string>>;
}

/** A vulnerability of which a feed cannot be heard, because versions cannot be ordered; the package is not counted as having it. */
export interface Undecided {
  readonly vulnerability: string;
  readonly feed: string;
}

/** All that advisories say of one subject. Both lists are sorted by vulnerability. */
export interface Judgement {
  readonly matches: readonly Match[];
  readonly undecided: readonly Undecided[];
}

/** What one feed says of one vulnerability in the subject. */
interface FeedWord {
  readonly feed: string;
  readonly rank: number;
  readonly word: 'affected' | 'free' | 'undecided';
  /** The feed's `affected` records that it does not cancel. */
  readonly records: readonly Advisory[];
  /** Those of them that hold the version. */
  readonly holding: readonly Advisory[];
}

/** Types whose packages are built from a source package that advisories name. */
const BUILT_FROM_SOURCE: ReadonlySet<Package['type']> = new Set(['apk', 'deb', 'rpm']);

/**
 * What a package is matched by: for distributions its source package with the source's own version, for ecosystems itself.
 * `platform` is that of its image. Undefined when it is not matched: its distribution is not known, or it belongs to another package, whose distribution speaks for it.
 */
export function subjectOf(installed: Package, platform?: string): Subject | undefined {
  const { namespace, ownedBy, scheme, type } = installed;
  if (namespace === undefined || ownedBy !== undefined) return undefined;
  const { name, version } = (BUILT_FROM_SOURCE.has(type) ? installed.source : undefined) ?? installed;
  return {
    namespace,
    name,
    version,
    scheme,
    ...(type === 'rpm' ? { binary: buildOf(installed) } : {}),
    ...(type === 'golang' && platform !== undefined ? { platform } : {}),
  };
}

/** Judges a subject by the advisories looked up for it. The order of the advisories does not matter. */
export function matchSubject(
  subject: Subject,
  advisories: readonly Advisory[],
  identities: Identities,
  policy: SeverityPolicy,
): Judgement {
  const matches: Match[] = [];
  const undecided: Undecided[] = [];
  const relevant = advisories.filter((advisory) => concerns(advisory, subject) !== 'no');
  for (const [vulnerability, records] of recordsByVulnerability(relevant, identities)) {
    const words = feedWords(subject, records);
    const deciding = decidingWords(words);
    if (saysAffected(deciding)) {
      const severity = chooseSeverity(subject.namespace, records.filter(isAffected), policy);
      const aliases = identities.aliasesOf(vulnerability);
      matches.push({ vulnerability, aliases, severity, ...evidenceOf(subject, records, words, deciding) });
      continue;
    }
    for (const { feed, rank, word } of words) {
      const outranked = deciding.some((other) => other.rank < rank);
      if (word === 'undecided' && !outranked) undecided.push({ vulnerability, feed });
    }
  }
  return { matches, undecided };
}

function recordsByVulnerability(
  advisories: readonly Advisory[],
  identities: Identities,
): readonly (readonly [string, readonly Advisory[]])[] {
  const groups = new Map<string, Advisory[]>();
  for (const advisory of advisories) {
    for (const id of identities.reportedIds(advisory)) {
      const group = groups.get(id);
      if (group === undefined) groups.set(id, [advisory]);
      else group.push(advisory);
    }
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * The feeds' words, strongest first. A feed's "not affected" cancels what it says of the same vulnerability under other ids; of the very
 * same id it says both by mistake, and the affected versions hold, so that nothing is hidden. That only builds for other platforms are
 * affected says the same.
 */
function feedWords(subject: Subject, records: readonly Advisory[]): readonly FeedWord[] {
  const words: FeedWord[] = [];
  for (const [feed, said] of Map.groupBy(records, (record) => record.feed)) {
    const [against, here] = [said.filter(isDenial), said.filter((record) => !isDenial(record))];
    const denials = against.filter((record) => answerTo(record, subject) === 'yes');
    const kept = here.filter((record) => denials.every(({ id }) => id === record.id));
    if (denials.length === 0 && kept.length === 0) continue;
    const answers = kept.map((record) => answerTo(record, subject));
    words.push({
      feed,
      rank: feedRank(subject.namespace, feed),
      word: answers.includes('yes') ? 'affected' : answers.includes('unknown') ? 'undecided' : 'free',
      records: kept.filter((record) => concerns(record, subject) === 'yes'),
      holding: kept.filter((_record, index) => answers[index] === 'yes'),
    });
  }
  return words.sort((a, b) => a.rank - b.rank || (a.feed < b.feed ? -1 : 1));

  function isDenial(record: Advisory): boolean {
    return !isAffected(record) || isElsewhere(record, subject);
  }
}

/** Whether the record holds the version, as far as it can be told that it is about this build of the package. */
function answerTo(record: Advisory, subject: Subject): Answer {
  const answer = covers(record, subject);
  return answer === 'yes' ? concerns(record, subject) : answer;
}

/** The words of the strongest rank at which any feed could tell. Of equals, one that says affected is enough. */
function decidingWords(words: readonly FeedWord[]): readonly FeedWord[] {
  const telling = words.find(({ word }) => word !== 'undecided');
  return telling === undefined ? [] : words.filter(({ rank, word }) => rank === telling.rank && word !== 'undecided');
}

function saysAffected(words: readonly FeedWord[]): boolean {
  return words.some(({ word }) => word === 'affected');
}

function evidenceOf(
  subject: Subject,
  records: readonly Advisory[],
  words: readonly FeedWord[],
  deciding: readonly FeedWord[],
): Pick<Match, 'fixedIn' | 'fixState' | 'advisories' | 'fixes'> {
  const saying = words.filter(({ word }) => word === 'affected');
  const isAffectedIn = (version: string) => saysAffected(decidingWords(feedWords(updated(subject, version), records)));
  const weaker = saying.filter((word) => !deciding.includes(word));
  return {
    ...fixOf(recordsOf(deciding), recordsOf(weaker), subject, isAffectedIn),
    advisories: [...new Set(saying.flatMap(({ feed, holding }) => holding.map(({ id }) => `${feed}/${id}`)))].sort(),
    ...(saying.length > 1 ? { fixes: fixesByFeed(saying, subject) } : {}),
  };
}

function recordsOf(words: readonly FeedWord[]): readonly Advisory[] {
  return words.flatMap(({ records }) => records);
}

/** The subject in another version, source and installed package alike. */
function updated(subject: Subject, version: string): Subject {
  const { binary } = subject;
  return { ...subject, version, ...(binary === undefined ? {} : { binary: { ...binary, version } }) };
}

function fixesByFeed(words: readonly FeedWord[], subject: Subject): Readonly<Record<string, string>> {
  const fixes: [string, string][] = [];
  for (const { feed, records } of words) {
    const fixedIn = fixOfOneFeed(records, subject);
    if (fixedIn !== undefined) fixes.push([feed, fixedIn]);
  }
  return Object.fromEntries(fixes.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isAffected({ status }: Advisory): boolean {
  return status === 'affected';
}
