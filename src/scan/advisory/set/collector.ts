// Takes what one feed reads: checks and counts it, and puts it into the staging area. A record out of bounds is skipped with the reason.
import type { Digest } from '../../../platform/canonical.ts';
import type { Advisory, EndOfLife, FailedUpdate, FeedRecord, Severity, SkippedReason, Ssvc } from '../advisory.ts';
import type { Feed, FeedSink } from '../feed.ts';
import { digestOfFiles } from '../input/read-input.ts';
import { isName, problemOf } from './record-check.ts';
import type { Staging } from './staging.ts';

/** Different reasons that are told apart; messages of broken files could otherwise fill the set. */
const MAX_REASONS = 200;
const OTHER_REASON = 'other reasons';
/** Characters of a reason or of its example that are kept. */
const SHOWN = 200;
/** Characters of a failure that are kept: it names an address. */
const SHOWN_FAILURE = 1000;

/** The sink behind one feed, across all of its inputs. */
export class FeedCollector implements FeedSink {
  /** Entries taken that are no advisories. */
  entries = 0;
  readonly #feed: Feed;
  readonly #staging: Staging;
  readonly #sources = new Set<string>();
  readonly #digests: Digest[] = [];
  readonly #reasons = new Map<string, { count: number; example: string }>();
  readonly #namespaces = new Map<string, 'whole' | 'part'>();
  #updated: string | undefined;
  #told: string | undefined;
  #failed: FailedUpdate | undefined;
  #skipped = 0;

  constructor(feed: Feed, staging: Staging) {
    this.#feed = feed;
    this.#staging = staging;
  }

  advisory(record: Advisory): void {
    const problem = problemOf(record);
    if (problem !== undefined) {
      this.skip(problem, `${record.namespace} ${record.package} ${record.id}`);
      return;
    }
    this.#staging.addAdvisory(record);
  }

  kev(vulnerability: string, added: string): void {
    this.#staging.addKev(vulnerability, added);
    this.entries += 1;
  }

  epss(vulnerability: string, probability: number): void {
    this.#staging.addEpss(vulnerability, probability);
    this.entries += 1;
  }

  severity(vulnerability: string, value: Severity, modified: string | undefined): void {
    this.#staging.addSeverity(vulnerability, value, modified);
    this.entries += 1;
  }

  ssvc(vulnerability: string, value: Ssvc, modified: string | undefined): void {
    this.#staging.addSsvc(vulnerability, value, modified);
    this.entries += 1;
  }

  endOfLife(os: string, value: EndOfLife): void {
    this.#staging.addEndOfLife(os, value);
    this.entries += 1;
  }

  skip(reason: string, place: string): void {
    this.#skipped += 1;
    const shown = reason.slice(0, SHOWN);
    const key = this.#reasons.has(shown) || this.#reasons.size < MAX_REASONS ? shown : OTHER_REASON;
    const known = this.#reasons.get(key);
    const example = place.slice(0, SHOWN);
    if (known === undefined) {
      this.#reasons.set(key, { count: 1, example });
    } else {
      known.count += 1;
      if (example < known.example) known.example = example;
    }
  }

  covers(namespace: string, extent: 'whole' | 'part' = 'whole'): void {
    if (!isName(namespace)) return;
    if (extent === 'whole' || !this.#namespaces.has(namespace)) this.#namespaces.set(namespace, extent);
  }

  updated(date: string): void {
    if (this.#updated === undefined || date > this.#updated) this.#updated = date;
  }

  /** A date told beside the files; the newest is kept, and holds where no file says one. */
  toldDate(date: string): void {
    if (this.#told === undefined || date > this.#told) this.#told = date;
  }

  /** That the feed could not be brought up to date. */
  failed({ at, reason }: FailedUpdate): void {
    this.#failed = { at, reason: reason.slice(0, SHOWN_FAILURE) };
  }

  /** An input that was read, and one of its files. */
  source(source: string): void {
    this.#sources.add(source);
  }

  file(digest: Digest): void {
    this.#digests.push(digest);
  }

  /** What the set keeps of the feed. Its records are counted when the set is written, each id of a package once. */
  record(records: number): FeedRecord {
    const reasons: SkippedReason[] = [...this.#reasons].map(([reason, rest]) => ({ reason, ...rest }));
    reasons.sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
    const parts = [...this.#namespaces].filter(([, extent]) => extent === 'part').map(([namespace]) => namespace);
    const partial = this.#feed.partial === true || (parts.length > 0 && parts.length === this.#namespaces.size);
    const date = this.#updated ?? this.#told;
    return {
      id: this.#feed.id,
      source: [...this.#sources].sort().join(', '),
      ...(date !== undefined ? { upstreamUpdatedAt: date } : {}),
      sha256: digestOfFiles(this.#digests),
      licence: this.#feed.licence,
      records,
      skipped: this.#skipped,
      skippedReasons: reasons,
      namespaces: [...this.#namespaces.keys()].sort(),
      ...(partial ? { partial } : {}),
      ...(!partial && parts.length > 0 ? { partialNamespaces: parts.sort() } : {}),
      ...(this.#failed === undefined ? {} : { failedUpdate: this.#failed }),
    };
  }
}
