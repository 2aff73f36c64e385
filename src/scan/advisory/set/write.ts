// Writes the file of a set from the staging area: records grouped by package, each id of a feed once, and the id of the whole.
import { createHash, type Hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Digest } from '../../../platform/canonical.ts';
import { compareText } from '../../../platform/order.ts';
import type { Advisory, FeedRecord } from '../advisory.ts';
import type { Feed } from '../feed.ts';
import { contentDigest } from './content-digest.ts';
import { encodeEnrichment } from './enrichment.ts';
import { decodeRecord, encodeRecord } from './record.ts';
import { packRow, rowText } from './row.ts';
import { createIndex, createTables } from './schema.ts';
import type { StagedRecord, Staging } from './staging.ts';
import { ENRICHMENTS_PER_BUCKET, PACKAGES_PER_BUCKET, packageKey, TreeBuilder } from './tree.ts';

/** One feed of the set in the making. */
export interface WrittenFeed {
  readonly feed: Pick<Feed, 'id' | 'settle'>;
  /** Makes the feed's record once its records are counted. */
  readonly record: (records: number) => FeedRecord;
  /** Entries that are no advisories (KEV, EPSS, end of life). */
  readonly otherEntries: number;
}

/** Fills the empty database and gives the set's id. */
export function writeSet(
  database: DatabaseSync,
  staging: Staging,
  feeds: readonly WrittenFeed[],
  identity: { readonly builtAt: string; readonly starter: boolean },
): Digest {
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
  createTables(database);
  database.exec('BEGIN');
  const packages = new TreeBuilder(PACKAGES_PER_BUCKET);
  const records = writePackages(database, staging, feeds, packages);
  const enrichments = new TreeBuilder(ENRICHMENTS_PER_BUCKET);
  const insertEnrichment = database.prepare('INSERT INTO enrichment VALUES (?, ?, ?, ?, ?, ?)');
  for (const { vulnerability, ...value } of staging.enrichments()) {
    const columns = encodeEnrichment(value);
    insertEnrichment.run(enrichments.add(vulnerability, JSON.stringify(columns)), vulnerability, ...columns);
  }
  const endsOfLife = [...staging.endsOfLife()];
  const insertEnd = database.prepare('INSERT INTO end_of_life VALUES (?, ?, ?)');
  for (const { os, date, source } of endsOfLife) insertEnd.run(os, date, source);
  const insertFeed = database.prepare('INSERT INTO feed VALUES (?, ?)');
  const made = [...feeds]
    .sort((a, b) => compareText(a.feed.id, b.feed.id))
    .map(({ feed, record, otherEntries }): FeedRecord => {
      const written = records.get(feed.id);
      const { content: _, ...made } = record((written?.records ?? 0) + otherEntries);
      return written === undefined ? made : { ...made, content: `sha256:${written.content.digest('hex')}` };
    });
  for (const feed of made) insertFeed.run(feed.id, JSON.stringify(feed));
  const trees = { packages: packages.digests(), enrichments: enrichments.digests() };
  const insertTree = database.prepare('INSERT INTO tree VALUES (?, ?)');
  for (const [of, digests] of Object.entries(trees)) insertTree.run(of, digests);
  const id = contentDigest({ starter: identity.starter, ...trees, endsOfLife, feeds: made });
  const insertMeta = database.prepare('INSERT INTO meta VALUES (?, ?)');
  insertMeta.run('id', id);
  insertMeta.run('builtAt', identity.builtAt);
  insertMeta.run('starter', String(identity.starter));
  database.exec('COMMIT');
  createIndex(database);
  return id;
}

/** What was written of one feed's advisories. */
interface WrittenRecords {
  readonly records: number;
  readonly content: Hash;
}

function writePackages(
  database: DatabaseSync,
  staging: Staging,
  feeds: readonly WrittenFeed[],
  tree: TreeBuilder,
): ReadonlyMap<string, WrittenRecords> {
  const written = new Map<string, WrittenRecords>();
  const settlers = new Map(feeds.map(({ feed }) => [feed.id, feed.settle ?? newest]));
  const insert = database.prepare('INSERT INTO package VALUES (?, ?, ?, ?)');
  for (const group of grouped(staging.records(), (a, b) => a.package === b.package && a.namespace === b.namespace)) {
    const [first] = group;
    if (first === undefined) continue;
    const byFeed = [...grouped(group, (a, b) => a.feed === b.feed)].map((records) => {
      const feed = records[0]?.feed ?? '';
      const texts = settledTexts(records, settlers.get(feed) ?? newest);
      const { records: before, content } = written.get(feed) ?? { records: 0, content: createHash('sha256') };
      content.update(`${packageKey(first.namespace, first.package)}\n${texts.join('\n')}\n`);
      written.set(feed, { records: before + texts.length, content });
      return { feed, records: texts };
    });
    const text = rowText(byFeed);
    const place = tree.add(packageKey(first.namespace, first.package), text);
    insert.run(place, first.namespace, first.package, packRow(text));
  }
  return written;
}

type Settle = NonNullable<Feed['settle']>;

/** Record texts of one feed on one package, every id settled; the same text twice counts once. */
function settledTexts(records: readonly StagedRecord[], settle: Settle): readonly string[] {
  return [...grouped(records, (a, b) => a.id === b.id)].flatMap((sameId) => {
    const texts = [...new Set(sameId.map((record) => record.text))];
    const [first] = sameId;
    if (texts.length === 1 || first === undefined) return texts;
    const { feed, namespace, package: name } = first;
    const held = settle(texts.map((text) => decodeRecord(JSON.parse(text), feed, namespace, name)));
    return held.map(encodeRecord).sort();
  });
}

/** The newest copy by `modified`; all copies that no date sets apart. */
function newest(records: readonly Advisory[]): readonly Advisory[] {
  let latest = '';
  for (const { modified = '' } of records) if (modified > latest) latest = modified;
  return records.filter(({ modified = '' }) => modified === latest);
}

/** Neighbours that belong together, as lists. */
function* grouped<T>(items: Iterable<T>, same: (a: T, b: T) => boolean): Generator<readonly T[]> {
  let group: T[] = [];
  for (const item of items) {
    const [first] = group;
    if (first !== undefined && !same(first, item)) {
      yield group;
      group = [];
    }
    group.push(item);
  }
  if (group.length > 0) yield group;
}
