// Opens an advisory set for reading. The file is taken as unchanging: no locks, no journal, so that it may lie on a read-only medium.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { type Digest, isDigest } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import type { Advisory, AdvisorySet, EndOfLife, Enrichment, FeedRecord } from '../advisory.ts';
import { shippedEndOfLife } from '../eol/shipped.ts';
import { checkSetFile } from './check-file.ts';
import { ContentDigest } from './content-digest.ts';
import { decodeEnrichment } from './enrichment.ts';
import { guarded } from './failure.ts';
import { readRow, unpackRow } from './row.ts';
import { APPLICATION_ID, FORMAT_VERSION } from './schema.ts';

/** All that a set says of one package, as stored. */
export interface PackageRow {
  readonly namespace: string;
  readonly name: string;
  /** Equal texts mean equal advisories. */
  readonly text: string;
}

/** A set with its whole content in reach, for export and comparison. Rows come sorted by the UTF-8 bytes of their keys. */
export interface StoredAdvisorySet extends AdvisorySet {
  packages(): IterableIterator<PackageRow>;
  /** The advisories of a row, withdrawn ones included. */
  advisoriesOf(row: PackageRow): readonly Advisory[];
  enrichments(): IterableIterator<{ readonly vulnerability: string } & Enrichment>;
  endsOfLife(): IterableIterator<{ readonly os: string } & EndOfLife>;
  /** The id computed again from the content; differs from `id` when the file was altered. Reads everything. */
  contentId(): Digest;
}

/** Look-ups whose answer is remembered: a release asks for the same packages again in image after image. */
const REMEMBERED = 20_000;

/**
 * Opens the set at `path`.
 * @throws PlimsollError `input-missing` when there is no file, `advisories` when it is damaged or no advisory set of this program.
 */
export function openAdvisorySet(path: string): StoredAdvisorySet {
  checkSetFile(path);
  return guarded(path, () => {
    const url = pathToFileURL(path);
    url.search = 'immutable=1';
    const database = new DatabaseSync(url, { readOnly: true });
    try {
      return openDatabase(database, path);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Opens a set that is already a database in memory; `name` stands for it in messages. */
export function openDatabase(database: DatabaseSync, name: string): StoredAdvisorySet {
  const application = numberOf(database, 'application_id');
  const format = numberOf(database, 'user_version');
  if (application !== APPLICATION_ID) {
    throw new PlimsollError(
      'advisories',
      `${name} is not an advisory set of this program; make one with "plimsoll advisories build"`,
    );
  }
  if (format !== FORMAT_VERSION) {
    const remedy = format > FORMAT_VERSION ? 'update plimsoll' : 'build it again from its feeds';
    throw new PlimsollError(
      'advisories',
      `${name} has format ${format}, this program reads ${FORMAT_VERSION}: ${remedy}`,
    );
  }
  return new SqliteAdvisorySet(database, name);
}

class SqliteAdvisorySet implements StoredAdvisorySet {
  readonly id: Digest;
  readonly builtAt: string;
  readonly starter: boolean;
  readonly feeds: readonly FeedRecord[];
  readonly #database: DatabaseSync;
  readonly #name: string;
  readonly #package: StatementSync;
  readonly #enrichment: StatementSync;
  readonly #endOfLife: StatementSync;
  readonly #remembered = new Map<string, readonly Advisory[]>();
  readonly #hasEndOfLife: boolean;

  constructor(database: DatabaseSync, name: string) {
    this.#database = database;
    this.#name = name;
    const meta = new Map(
      database
        .prepare('SELECT key, value FROM meta')
        .all()
        .map((row) => [row['key'], String(row['value'])]),
    );
    const id = meta.get('id') ?? '';
    if (!isDigest(id)) throw new PlimsollError('advisories', `${name} is damaged: it has no id; build it again`);
    this.id = id;
    this.builtAt = meta.get('builtAt') ?? '';
    this.starter = meta.get('starter') === 'true';
    this.feeds = database
      .prepare('SELECT record FROM feed ORDER BY id')
      .all()
      .map((row) => readFeedRecord(String(row['record']), name));
    this.#hasEndOfLife = this.feeds.some((feed) => feed.id === 'eol');
    this.#package = database.prepare('SELECT records FROM package WHERE namespace = ? AND name = ?');
    this.#enrichment = database.prepare('SELECT * FROM enrichment WHERE vulnerability = ?');
    this.#endOfLife = database.prepare('SELECT date, source FROM end_of_life WHERE os = ?');
  }

  lookup(namespace: string, packageName: string): readonly Advisory[] {
    const key = `${namespace}\n${packageName}`;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    const row = guarded(this.#name, () => this.#package.get(namespace, packageName));
    const found = row === undefined ? [] : this.#read(row['records'], namespace, packageName);
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, found);
    return found;
  }

  enrichment(vulnerability: string): Enrichment | undefined {
    const row = guarded(this.#name, () => this.#enrichment.get(vulnerability));
    return row === undefined ? undefined : decodeEnrichment(row);
  }

  endOfLife(os: string): EndOfLife | undefined {
    if (!this.#hasEndOfLife) return shippedEndOfLife(os);
    const row = guarded(this.#name, () => this.#endOfLife.get(os));
    return row === undefined ? undefined : { date: String(row['date']), source: String(row['source']) };
  }

  *packages(): IterableIterator<PackageRow> {
    const query = this.#database.prepare('SELECT namespace, name, records FROM package ORDER BY namespace, name');
    for (const row of this.#iterate(query)) {
      const text = unpackRow(row['records'], this.#name);
      yield { namespace: String(row['namespace']), name: String(row['name']), text };
    }
  }

  advisoriesOf(row: PackageRow): readonly Advisory[] {
    return readRow(row.text, row.namespace, row.name, this.#name);
  }

  *enrichments(): IterableIterator<{ readonly vulnerability: string } & Enrichment> {
    const query = this.#database.prepare('SELECT * FROM enrichment ORDER BY vulnerability');
    for (const row of this.#iterate(query)) {
      yield { vulnerability: String(row['vulnerability']), ...decodeEnrichment(row) };
    }
  }

  *endsOfLife(): IterableIterator<{ readonly os: string } & EndOfLife> {
    for (const row of this.#iterate(this.#database.prepare('SELECT * FROM end_of_life ORDER BY os'))) {
      yield { os: String(row['os']), date: String(row['date']), source: String(row['source']) };
    }
  }

  contentId(): Digest {
    const digest = new ContentDigest(this.starter);
    for (const { namespace, name, text } of this.packages()) digest.package(namespace, name, text);
    for (const { vulnerability, ...value } of this.enrichments()) digest.enrichment(vulnerability, value);
    for (const { os, ...value } of this.endsOfLife()) digest.endOfLife(os, value);
    for (const feed of this.feeds) digest.feed(feed);
    return digest.digest();
  }

  close(): void {
    this.#remembered.clear();
    this.#database.close();
  }

  #read(value: unknown, namespace: string, name: string): readonly Advisory[] {
    const advisories = readRow(unpackRow(value, this.#name), namespace, name, this.#name);
    return advisories.filter((advisory) => advisory.withdrawn === undefined);
  }

  *#iterate(query: StatementSync): Generator<Readonly<Record<string, unknown>>> {
    const rows = query.iterate();
    for (;;) {
      const next = guarded(this.#name, () => rows.next());
      if (next.done === true) return;
      yield next.value;
    }
  }
}

/** What was written is trusted as far as its shape: it tells a damaged file from a whole one. */
function readFeedRecord(text: string, name: string): FeedRecord {
  let record: Partial<FeedRecord> | null;
  try {
    record = JSON.parse(text);
  } catch {
    record = null;
  }
  if (typeof record?.id === 'string' && Array.isArray(record.namespaces) && Array.isArray(record.skippedReasons)) {
    return record as FeedRecord;
  }
  throw new PlimsollError('advisories', `${name} is damaged: what it says of its feeds cannot be read; build it again`);
}

function numberOf(database: DatabaseSync, pragma: string): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}
