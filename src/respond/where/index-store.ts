// The index of stored assessments: from a word to the entries that have it, which are kept in packed blocks. Made from an assessment when it is
// first asked about and never changed after, because its content never changes. Without it every question would read all assessments whole,
// eight seconds for fifty of 20,000 packages; with it some hundredths of a second. It holds what questions are usually about, the latest assessments.
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { PlimsollError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { Migration, SqlValue, Store } from '../../platform/store.ts';
import { readAssessment } from '../../scan/assess/assessment-store.ts';
import { type Entry, entriesOf, termsOf } from './entry.ts';

/** Tables of this area. */
export const WHERE_MIGRATIONS: readonly Migration[] = [
  {
    area: 'where',
    version: 1,
    derived: true,
    sql: `
      CREATE TABLE where_assessment (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, images TEXT NOT NULL) STRICT;
      CREATE TABLE where_block (
        assessment INTEGER NOT NULL REFERENCES where_assessment, number INTEGER NOT NULL, entries BLOB NOT NULL,
        PRIMARY KEY (assessment, number)
      ) STRICT;
      CREATE TABLE where_term (
        term TEXT NOT NULL, assessment INTEGER NOT NULL REFERENCES where_assessment, block INTEGER NOT NULL,
        PRIMARY KEY (term, assessment, block)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    // Without references: to take an assessment out, the database would search all words for each.
    area: 'where',
    version: 2,
    derived: true,
    sql: `
      DROP TABLE where_term; DROP TABLE where_block; DROP TABLE where_assessment;
      CREATE TABLE where_assessment (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, images TEXT NOT NULL) STRICT;
      CREATE TABLE where_block (
        assessment INTEGER NOT NULL, number INTEGER NOT NULL, entries BLOB NOT NULL, PRIMARY KEY (assessment, number)
      ) STRICT;
      CREATE TABLE where_term (
        term TEXT NOT NULL, assessment INTEGER NOT NULL, block INTEGER NOT NULL, PRIMARY KEY (term, assessment, block)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

/** Entries that are packed together: enough to be packed well, few enough to be read for the sake of one. */
const BLOCK = 64;
/** Values of one statement. */
const FORGOTTEN_AT_ONCE = 500;

/** An image of an indexed assessment. */
export interface IndexedImage {
  readonly slot: string;
  readonly logical: string;
  readonly digest?: string;
}

/**
 * The number of an assessment in the index; it is put there when it is not.
 * @throws PlimsollError `store` when its kept copy cannot be read.
 */
export async function indexedAssessment(store: Store, id: string): Promise<number> {
  return (await findIndexed(store, id)) ?? addToIndex(store, id);
}

/** How many of the assessments are not in the index. */
export async function countUnindexed(store: Store, ids: readonly string[]): Promise<number> {
  let missing = 0;
  for (const id of ids) if ((await findIndexed(store, id)) === undefined) missing += 1;
  return missing;
}

/**
 * Takes assessments out of the index, those that are not in it passed over. A release that is judged again every day would otherwise be in it
 * once a day, and the index outgrow the assessments.
 */
export async function forgetIndexed(store: Store, ids: readonly string[]): Promise<void> {
  const numbers: number[] = [];
  for (const id of ids) {
    const number = await findIndexed(store, id);
    if (number !== undefined) numbers.push(number);
  }
  await store.transact(async () => {
    for (let first = 0; first < numbers.length; first += FORGOTTEN_AT_ONCE) {
      const those = numbers.slice(first, first + FORGOTTEN_AT_ONCE);
      const list = those.map(() => '?').join(', ');
      await store.run(`DELETE FROM where_term WHERE assessment IN (${list})`, ...those);
      await store.run(`DELETE FROM where_block WHERE assessment IN (${list})`, ...those);
      await store.run(`DELETE FROM where_assessment WHERE number IN (${list})`, ...those);
    }
  });
}

/** The images of an indexed assessment, which entries name by their places. */
export async function indexedImages(store: Store, assessment: number): Promise<readonly IndexedImage[]> {
  const row = await store.get('SELECT images FROM where_assessment WHERE number = ?', assessment);
  return row === undefined ? [] : JSON.parse(String(row['images']));
}

/** The entries of an indexed assessment that have the word, among others of their blocks. */
export async function entriesNear(store: Store, term: string, assessment: number): Promise<readonly Entry[]> {
  const rows = await store.all(
    `SELECT entries FROM where_term
     JOIN where_block ON where_block.assessment = where_term.assessment AND where_block.number = where_term.block
     WHERE where_term.term = ? AND where_term.assessment = ? ORDER BY where_block.number`,
    term,
    assessment,
  );
  return rows.flatMap((row) => unpack(row['entries']));
}

/** Words of the index that hold the text, package URLs and ids of CVEs left out: the shortest first. */
export async function termsHolding(store: Store, text: string, most: number): Promise<readonly string[]> {
  const rows = await store.all(
    `SELECT DISTINCT term FROM where_term WHERE instr(term, ?) > 0 AND term NOT LIKE 'pkg:%' AND term NOT LIKE 'cve-%'
     ORDER BY length(term), term LIMIT ?`,
    text,
    most,
  );
  return rows.map((row) => String(row['term']));
}

async function findIndexed(store: Store, id: string): Promise<number | undefined> {
  const row = await store.get('SELECT number FROM where_assessment WHERE id = ?', id);
  return row === undefined ? undefined : Number(row['number']);
}

async function addToIndex(store: Store, id: string): Promise<number> {
  const assessment = await readAssessment(store, id);
  if (assessment === undefined) throw new PlimsollError('store', `assessment ${id} is no longer in the store`);
  const entries = entriesOf(assessment);
  const images = assessment.images.map(
    ({ slot, logical, digest }): IndexedImage => ({ slot, logical, ...(digest === undefined ? {} : { digest }) }),
  );
  return store.transact(async () => {
    // Another process may have done it meanwhile.
    const there = await findIndexed(store, id);
    if (there !== undefined) return there;
    await store.run('INSERT INTO where_assessment (id, images) VALUES (?, ?)', id, JSON.stringify(images));
    const number = (await findIndexed(store, id)) ?? 0;
    for (let block = 0; block * BLOCK < entries.length; block += 1) {
      const those = entries.slice(block * BLOCK, (block + 1) * BLOCK);
      await store.run('INSERT INTO where_block VALUES (?, ?, ?)', number, block, pack(those));
      for (const term of new Set(those.flatMap(termsOf))) {
        await store.run('INSERT INTO where_term VALUES (?, ?, ?)', term, number, block);
      }
    }
    return number;
  });
}

function pack(entries: readonly Entry[]): Uint8Array {
  return zstdCompressSync(JSON.stringify(entries));
}

function unpack(block: SqlValue | undefined): readonly Entry[] {
  if (!(block instanceof Uint8Array)) return [];
  return JSON.parse(zstdDecompressSync(block, { maxOutputLength: LIMITS.assessmentBytes }).toString());
}
