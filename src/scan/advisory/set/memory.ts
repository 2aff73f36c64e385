// An advisory set in memory, from records at hand: for the starter set, the demo and tests. Same code as the file, same id.
import { DatabaseSync } from 'node:sqlite';
import { canonicalJson, digestOf } from '../../../platform/canonical.ts';
import type { Advisory, EndOfLife, FeedRecord, Severity, Ssvc } from '../advisory.ts';
import { openDatabase, type StoredAdvisorySet } from './open.ts';
import { Staging } from './staging.ts';
import { writeSet } from './write.ts';

/** What goes into the set. */
export interface SetRecords {
  readonly advisories: readonly Advisory[];
  /** CVE -> date added to the catalogue of known exploited vulnerabilities. */
  readonly kev?: Readonly<Record<string, string>>;
  /** CVE -> probability. */
  readonly epss?: Readonly<Record<string, number>>;
  /** CVE -> scores. Count as the feed `nvd`. */
  readonly severities?: Readonly<Record<string, readonly Severity[]>>;
  /** CVE -> answers. Count as the feed `vulnrichment`. */
  readonly ssvc?: Readonly<Record<string, Ssvc>>;
  /** `alpine:3.11` -> end of life. Counts as the feed `eol`. */
  readonly endOfLife?: Readonly<Record<string, EndOfLife>>;
  /** What to say of a feed, by id; every feed of the advisories has a record in any case. */
  readonly feeds?: Readonly<Record<string, Partial<FeedRecord>>>;
}

/** What a set says of itself. */
export interface SetIdentity {
  /** ISO 8601. */
  readonly builtAt: string;
  readonly starter?: boolean;
}

/** The set of these records. `source` and licence of a feed are "given records" unless `feeds` says otherwise. */
export function advisorySetFromRecords(records: SetRecords, identity: SetIdentity): StoredAdvisorySet {
  return openDatabase(databaseOf(records, identity), 'the advisory set in memory');
}

/** Writes the same set as a file, which must not be there yet. */
export function writeSetOfRecords(path: string, records: SetRecords, identity: SetIdentity): void {
  const database = databaseOf(records, identity);
  try {
    database.prepare('VACUUM INTO ?').run(path);
  } finally {
    database.close();
  }
}

function databaseOf(records: SetRecords, { builtAt, starter = false }: SetIdentity): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  const stagingDatabase = new DatabaseSync(':memory:');
  try {
    const staging = new Staging(stagingDatabase);
    for (const advisory of records.advisories) staging.addAdvisory(advisory);
    for (const [vulnerability, added] of Object.entries(records.kev ?? {})) staging.addKev(vulnerability, added);
    for (const [vulnerability, value] of Object.entries(records.epss ?? {})) staging.addEpss(vulnerability, value);
    for (const [vulnerability, list] of Object.entries(records.severities ?? {})) {
      for (const value of list) staging.addSeverity(vulnerability, value, undefined);
    }
    for (const [vulnerability, value] of Object.entries(records.ssvc ?? {})) {
      staging.addSsvc(vulnerability, value, undefined);
    }
    for (const [os, value] of Object.entries(records.endOfLife ?? {})) staging.addEndOfLife(os, value);
    const feeds = feedIds(records).map((id) => ({
      feed: { id },
      otherEntries: otherEntries(id, records),
      record: (count: number): FeedRecord => feedRecord(id, count, records),
    }));
    writeSet(database, staging, feeds, { builtAt, starter });
  } finally {
    stagingDatabase.close();
  }
  return database;
}

function feedIds(records: SetRecords): readonly string[] {
  const ids = new Set([...records.advisories.map((advisory) => advisory.feed), ...Object.keys(records.feeds ?? {})]);
  for (const [id, entries] of Object.entries(entriesByFeed(records))) if (entries !== undefined) ids.add(id);
  return [...ids].sort();
}

function otherEntries(id: string, records: SetRecords): number {
  return Object.keys(entriesByFeed(records)[id] ?? {}).length;
}

function entriesByFeed({
  kev,
  epss,
  severities,
  ssvc,
  endOfLife,
}: SetRecords): Readonly<Record<string, object | undefined>> {
  return { kev, epss, nvd: severities, vulnrichment: ssvc, eol: endOfLife };
}

function feedRecord(id: string, count: number, records: SetRecords): FeedRecord {
  const own = records.advisories.filter((advisory) => advisory.feed === id);
  return {
    id,
    source: 'given records',
    sha256: digestOf(canonicalJson(own)),
    licence: 'given records',
    skipped: 0,
    skippedReasons: [],
    namespaces: [...new Set(own.map((advisory) => advisory.namespace))].sort(),
    ...records.feeds?.[id],
    records: count,
  };
}
