// The table of books: of every set of inventories the last one. Derived: without it a judgement only takes longer.
import { canonicalJson, digestOf } from '../../platform/canonical.ts';
import type { Store } from '../../platform/store.ts';
import type { Assessment } from './assessment.ts';
import { type Book, bookText, readBook } from './book.ts';
import { packText, unpackText } from './part-store.ts';

/** The statement that makes the table. */
export const BOOK_TABLE = 'CREATE TABLE assessment_book (contents TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT';

/** Keeps the book of what the assessment judged, in the place of an earlier one of the same inventories. */
export async function saveBook(store: Store, assessment: Assessment, book: Book): Promise<void> {
  await store.run(
    'INSERT OR REPLACE INTO assessment_book (contents, body) VALUES (?, ?)',
    contentsOf(assessment),
    packText(bookText(book)),
  );
}

/** The book for the inventories of an assessment; undefined when there is none that this program can use. */
export async function loadBook(store: Store, assessment: Assessment): Promise<Book | undefined> {
  const row = await store.get('SELECT body FROM assessment_book WHERE contents = ?', contentsOf(assessment));
  if (row === undefined) return undefined;
  try {
    return readBook(unpackText(row['body']));
  } catch {
    // A book that cannot be read is one that is not there.
    return undefined;
  }
}

function contentsOf({ inventories }: Assessment): string {
  return digestOf(
    canonicalJson(inventories.map(({ digest, cataloguers, platform }) => [digest, cataloguers, platform])),
  );
}
