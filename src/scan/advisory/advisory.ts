// One statement of a feed about one package: affected or not, in which versions, how severe.
import type { Digest } from '../../platform/canonical.ts';

/** Reported severity levels, highest first. */
export const SEVERITY_LEVELS = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const;
export type SeverityLevel = (typeof SEVERITY_LEVELS)[number];

/** A severity as its source gives it. `raw` keeps the source's own word or CVSS vector. */
export interface Severity {
  /** `vendor`: the distribution's or ecosystem's own word; `cvss`: a vector; `nvd`: NVD's. */
  readonly kind: 'vendor' | 'cvss' | 'nvd';
  /** Who says so: a feed id or CNA. */
  readonly source: string;
  readonly raw: string;
  readonly level: SeverityLevel;
  /** CVSS base score, 0.0 to 10.0. */
  readonly score?: number;
}

/** Version interval; OSV events semantics. An absent bound is open. `fixed` and `limit` exclude, `lastAffected` includes. */
export interface AffectedRange {
  readonly introduced?: string;
  readonly fixed?: string;
  readonly lastAffected?: string;
  /** Upper bound that excludes and claims no fix; with `fixed` or `lastAffected` the lower of the two holds. */
  readonly limit?: string;
}

/** Whether and how a fix can be had. */
export type FixState = 'fixed' | 'not-fixed' | 'will-not-fix' | 'deferred' | 'subscription' | 'unknown';

/** What one feed says about one vulnerability in one package. */
export interface Advisory {
  readonly feed: string;
  /** The id that the feed keys its record by (CVE-…, GHSA-…, USN-…). */
  readonly id: string;
  /** Ids that mean the same vulnerability, sorted; the only ground for merging. */
  readonly aliases: readonly string[];
  /**
   * With an id that is no CVE: the ids to report under, to which the advisory expands (Ubuntu's `upstream`, the CVEs of a SUSE update).
   * With a CVE as id: other names under which the publisher speaks of it (DSA-5111-1, XSA-273). Never a ground for merging.
   */
  readonly related: readonly string[];
  /** `alpine:3.11`, `debian:12`, `npm`, `go`, `pypi`, `maven`, … */
  readonly namespace: string;
  /** Name matched against: the source package for distributions, the package for ecosystems. */
  readonly package: string;
  /** In a distribution: `package` and the versions are those of an installed (binary) package, not of its source. */
  readonly binary?: true;
  /**
   * The module that the build must come from, `NAME:STREAM` (modularity of Red Hat and kin); `none`: a build outside of all modules; `unnamed`: of
   * a module that the publisher does not name. Absent where the publisher does not speak of modules.
   */
  readonly module?: string;
  /** Architectures of the builds that it is about; absent for all. */
  readonly architectures?: readonly string[];
  /** Platforms that alone are affected, `GOOS/GOARCH` with `*` for any: `windows/*`. Absent for all. */
  readonly platforms?: readonly string[];
  /** `not-affected` cancels (Alpine "0"). */
  readonly status: 'affected' | 'not-affected';
  /** Affected intervals; empty with no `versions` means all versions. */
  readonly ranges: readonly AffectedRange[];
  /** Single affected versions. */
  readonly versions?: readonly string[];
  /** State for versions that no interval with `fixed` covers. */
  readonly fixState: FixState;
  readonly severities: readonly Severity[];
  readonly published?: string;
  readonly modified?: string;
  readonly withdrawn?: string;
  /** Something a reader can open or quote. */
  readonly reference?: string;
}

/** Why records were skipped. */
export interface SkippedReason {
  readonly reason: string;
  readonly count: number;
  /** Where the first of them stands. */
  readonly example?: string;
}

/** An update of a feed that failed. */
export interface FailedUpdate {
  /** ISO 8601 instant. */
  readonly at: string;
  readonly reason: string;
}

/** What the set knows of one feed. */
export interface FeedRecord {
  readonly id: string;
  /** Where the data came from, as the builder was told. */
  readonly source: string;
  /** Date of the newest upstream content, ISO 8601; absent when the feed does not say. */
  readonly upstreamUpdatedAt?: string;
  /** SHA-256 of the input: a single file's bytes; for several files, a folder or an archive, the sorted list of their digests, one a line. */
  readonly sha256: Digest;
  /** SHA-256 over the advisories that the set holds of it, whatever files they came in; absent when it gave none. */
  readonly content?: Digest;
  readonly licence: string;
  readonly records: number;
  readonly skipped: number;
  /** Why records were skipped, with counts, most frequent first. */
  readonly skippedReasons: readonly SkippedReason[];
  /** Namespaces that the feed covers. */
  readonly namespaces: readonly string[];
  /** A feed that knows only part of what there is (the starter set), or whose input held only part of each namespace. */
  readonly partial?: boolean;
  /** Namespaces of which the input held only part, when others are whole (Debian releases known from security announcements alone). */
  readonly partialNamespaces?: readonly string[];
  /** It could not be brought up to date for this set: what the set holds of it is from an earlier download, or nothing. No part of the id. */
  readonly failedUpdate?: FailedUpdate;
}

/** What an assessment says of a feed: what the set's id vouches for, and nothing of files, places and the hour of building. */
export type FeedFacts = Pick<
  FeedRecord,
  | 'id'
  | 'upstreamUpdatedAt'
  | 'content'
  | 'licence'
  | 'records'
  | 'skipped'
  | 'namespaces'
  | 'partial'
  | 'partialNamespaces'
>;

/** The facts of the feeds; one that could not be had, and of which nothing was kept, is as good as absent. */
export function feedFacts(feeds: readonly FeedRecord[]): readonly FeedFacts[] {
  return feeds.filter((feed) => !isEmpty(feed)).map(factsOf);
}

function isEmpty({ records, namespaces, failedUpdate }: FeedRecord): boolean {
  return failedUpdate !== undefined && records === 0 && namespaces.length === 0;
}

function factsOf(feed: FeedRecord): FeedFacts {
  const { id, upstreamUpdatedAt, content, licence, records, skipped, namespaces, partial, partialNamespaces } = feed;
  return {
    id,
    ...(upstreamUpdatedAt === undefined ? {} : { upstreamUpdatedAt }),
    ...(content === undefined ? {} : { content }),
    licence,
    records,
    skipped,
    namespaces,
    ...(partial === undefined ? {} : { partial }),
    ...(partialNamespaces === undefined ? {} : { partialNamespaces }),
  };
}

/** Date of the newest content that any feed states, as an ISO 8601 instant; undefined when none states one. */
export function newestContent(feeds: readonly Pick<FeedRecord, 'upstreamUpdatedAt'>[]): string | undefined {
  const instants = feeds.flatMap(({ upstreamUpdatedAt: date }) => (date === undefined ? [] : [instantOf(date)]));
  return instants.sort().at(-1);
}

function instantOf(date: string): string {
  return date.length === 10 ? `${date}T00:00:00Z` : date;
}

/** Enrichment of one CVE. */
export interface Enrichment {
  /** Date added to the catalogue of known exploited vulnerabilities (CISA KEV). */
  readonly kev?: string;
  /** EPSS probability, 0 to 1. */
  readonly epss?: number;
  /** Scores of the CVE by those who publish no advisories on packages (NVD, CISA), each source once, in a fixed order. */
  readonly severities?: readonly Severity[];
  readonly ssvc?: Ssvc;
}

/** CISA's answers to the questions of its decision tree (Stakeholder-Specific Vulnerability Categorization). */
export interface Ssvc {
  readonly exploitation: 'none' | 'poc' | 'active';
  readonly automatable: 'yes' | 'no';
  readonly technicalImpact: 'partial' | 'total';
}

/** End of life of a distribution release. */
export interface EndOfLife {
  /** ISO date after which no fixes are published. */
  readonly date: string;
  readonly source: string;
}

/** An opened advisory set: one dated snapshot of all feeds. Look-ups are synchronous: the set is a local read-only file. */
export interface AdvisorySet {
  /** Digest of the content, not of the file. */
  readonly id: Digest;
  /** When the file was made, ISO 8601; no part of the id. */
  readonly builtAt: string;
  /** The set that ships with the program for the demo: headline figures are not allowed on it. */
  readonly starter: boolean;
  /** Sorted by id. */
  readonly feeds: readonly FeedRecord[];
  /** All advisories on one package, withdrawn ones left out, sorted by feed, id. */
  lookup(namespace: string, packageName: string): readonly Advisory[];
  /**
   * A digest over what `lookup` answers from: equal digests, of another set as well, mean equal advisories; unequal ones may be equal all the same.
   * Costs no reading of the advisories. Sets that keep no digests have none.
   */
  fingerprint?(namespace: string, packageName: string): string;
  enrichment(vulnerability: string): Enrichment | undefined;
  /** `os` is `alpine:3.11` or `debian:12`; the table that ships with the program answers when the set has no `eol` feed. */
  endOfLife(os: string): EndOfLife | undefined;
  close(): void;
}
