// Opens an advisory set for reading. The file is taken as unchanging: no locks, no journal, so that it may lie on a read-only medium.
// What it answers follows from its id: the head is checked at opening, each row at its first look-up (tree.ts).
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { type Digest, isDigest } from '../../../platform/canonical.ts';
import { APPLICATION_IDS, headerNumber } from '../../../platform/database-file.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import type { Advisory, AdvisorySet, EndOfLife, Enrichment, FeedRecord } from '../advisory.ts';
import { shippedEndOfLife } from '../eol/shipped.ts';
import { checkSetFile } from './check-file.ts';
import { altered, CheckedTable } from './checked-table.ts';
import { contentDigest } from './content-digest.ts';
import { decodeEnrichment, enrichmentText } from './enrichment.ts';
import { guarded } from './failure.ts';
import { comparePackages } from './key-order.ts';
import { readRow, unpackRow } from './row.ts';
import { FORMAT_VERSION, hasOwnTablesOnly } from './schema.ts';
import { Buckets, ENRICHMENTS_PER_BUCKET, PACKAGES_PER_BUCKET, packageKey, TreeBuilder } from './tree.ts';

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
  /** The id computed again from the whole content; differs from `id` when the file was altered. */
  contentId(): Digest;
}

/** Look-ups whose answer is remembered: a release asks for the same packages again in image after image. */
const REMEMBERED = 20_000;

/** Bytes of a digest that tell rows apart: 128 bits. */
const FINGERPRINT_BYTES = 16;

/** Whether a set is opened to be worked with, or to be looked at: then also when it was altered. */
export type SetUse = 'answer' | 'inspect';

/**
 * Opens the set at `path`.
 * @throws PlimsollError `input-missing` when there is no file, `advisories` when it is damaged, altered or no advisory set of this program; so do
 * look-ups when they meet an altered row.
 */
export function openAdvisorySet(path: string, use: SetUse = 'answer'): StoredAdvisorySet {
  checkSetFile(path);
  return guarded(path, () => {
    const url = pathToFileURL(path);
    url.search = 'immutable=1';
    const database = new DatabaseSync(url, { readOnly: true });
    try {
      return openDatabase(database, path, use);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Opens a set that is already a database in memory; `name` stands for it in messages. */
export function openDatabase(database: DatabaseSync, name: string, use: SetUse = 'answer'): StoredAdvisorySet {
  const application = headerNumber(database, 'application_id');
  const format = headerNumber(database, 'user_version');
  if (application === APPLICATION_IDS.store) {
    throw new PlimsollError(
      'advisories',
      `${name} is a store of scans, no advisory set; a store is named with --store`,
    );
  }
  if (application !== APPLICATION_IDS.advisorySet) {
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
  if (!hasOwnTablesOnly(database)) {
    throw new PlimsollError('advisories', `${name} is damaged: its tables are not those of a set; build it again`);
  }
  return new SqliteAdvisorySet(database, name, use);
}

class SqliteAdvisorySet implements StoredAdvisorySet {
  readonly id: Digest;
  readonly builtAt: string;
  readonly starter: boolean;
  readonly feeds: readonly FeedRecord[];
  readonly #database: DatabaseSync;
  readonly #name: string;
  readonly #packages: CheckedTable;
  readonly #enrichments: CheckedTable;
  readonly #endsOfLife: ReadonlyMap<string, EndOfLife> | undefined;
  readonly #remembered = new Map<string, readonly Advisory[]>();

  constructor(database: DatabaseSync, name: string, use: SetUse) {
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
    const endsOfLife = [...this.endsOfLife()];
    this.#endsOfLife = this.feeds.some((feed) => feed.id === 'eol' && feed.records > 0)
      ? new Map(endsOfLife.map(({ os, ...end }) => [os, end]))
      : undefined;
    const trees = new Map(
      database
        .prepare('SELECT of, digests FROM tree')
        .all()
        .map((row) => [row['of'], row['digests']]),
    );
    const [packages, enrichments] = ['packages', 'enrichments'].map((of) => bytes(trees.get(of)));
    if (packages === undefined || enrichments === undefined) throw altered(name);
    const { starter, feeds } = this;
    if (use === 'answer' && contentDigest({ starter, packages, enrichments, endsOfLife, feeds }) !== id)
      throw altered(name);
    this.#packages = new CheckedTable(new Buckets(packages), name, {
      rows: database.prepare('SELECT * FROM package WHERE place BETWEEN ? AND ? ORDER BY place, rowid'),
      keyOf: (row) => packageKey(String(row['namespace']), String(row['name'])),
      textOf: (row) => unpackRow(row['records'], name),
    });
    this.#enrichments = new CheckedTable(new Buckets(enrichments), name, {
      rows: database.prepare('SELECT * FROM enrichment WHERE place BETWEEN ? AND ? ORDER BY place, vulnerability'),
      keyOf: (row) => String(row['vulnerability']),
      textOf: enrichmentText,
    });
  }

  lookup(namespace: string, packageName: string): readonly Advisory[] {
    const key = `${namespace}\n${packageName}`;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    const row = this.#packages.row(packageKey(namespace, packageName));
    const found = row === undefined ? [] : this.#read(row['records'], namespace, packageName);
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, found);
    return found;
  }

  fingerprint(namespace: string, packageName: string): string {
    const stated = this.#packages.fingerprint(packageKey(namespace, packageName));
    return `${FORMAT_VERSION}:${Buffer.from(stated).toString('base64', 0, FINGERPRINT_BYTES)}`;
  }

  enrichment(vulnerability: string): Enrichment | undefined {
    const row = this.#enrichments.row(vulnerability);
    return row === undefined ? undefined : decodeEnrichment(row);
  }

  endOfLife(os: string): EndOfLife | undefined {
    return this.#endsOfLife === undefined ? shippedEndOfLife(os) : this.#endsOfLife.get(os);
  }

  *packages(): IterableIterator<PackageRow> {
    // They were written in the order of their keys.
    const query = this.#database.prepare('SELECT namespace, name, records FROM package ORDER BY rowid');
    let before: PackageRow | undefined;
    for (const row of this.#iterate(query)) {
      const text = unpackRow(row['records'], this.#name);
      const next = { namespace: String(row['namespace']), name: String(row['name']), text };
      if (before !== undefined && comparePackages(before, next) >= 0) throw altered(this.#name);
      yield next;
      before = next;
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
    const packages = new TreeBuilder(PACKAGES_PER_BUCKET);
    for (const { namespace, name, text } of this.packages()) packages.add(packageKey(namespace, name), text);
    const enrichments = new TreeBuilder(ENRICHMENTS_PER_BUCKET);
    for (const row of this.#iterate(this.#database.prepare('SELECT * FROM enrichment ORDER BY vulnerability'))) {
      enrichments.add(String(row['vulnerability']), enrichmentText(row));
    }
    return contentDigest({
      starter: this.starter,
      packages: packages.digests(),
      enrichments: enrichments.digests(),
      endsOfLife: this.endsOfLife(),
      feeds: this.feeds,
    });
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

function bytes(value: unknown): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
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
