// The table of parts: rows as packed JSON, each content once, under a number that documents name it by.
import { hash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { LimitError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { SqlValue, Store } from '../../platform/store.ts';
import type { KeepPart, LoadPart } from './assessment-parts.ts';

/** Packed with a checksum: a damaged part is an error and no other content. */
const PACKING = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

/** The statement that makes the table. */
export const PART_TABLE =
  'CREATE TABLE assessment_part (number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, body BLOB NOT NULL) STRICT';

/** A text as it is kept. */
export function packText(text: string): Uint8Array {
  return zstdCompressSync(text, PACKING);
}

/** @throws Error of zlib for bytes that are not what packText gave. */
export function unpackText(body: SqlValue | undefined, mostBytes: number = LIMITS.assessmentBytes): string {
  if (!(body instanceof Uint8Array)) throw new TypeError('no content');
  return zstdDecompressSync(body, { maxOutputLength: mostBytes }).toString('utf8');
}

/** Keeps parts. To be called within a transaction. */
export function partKeeper(store: Store): KeepPart {
  return async (rows) => {
    const text = JSON.stringify(rows);
    const digest = hash('sha256', text, 'buffer');
    const known = await numberOf(store, digest);
    if (known !== undefined) return known;
    await store.run('INSERT INTO assessment_part (digest, body) VALUES (?, ?)', digest, packText(text));
    const number = await numberOf(store, digest);
    if (number === undefined) throw new TypeError('a part that was kept is not there');
    return number;
  };
}

/** Reads parts, each once. Throws when one is missing or damaged, or when all together are larger than an assessment can be. */
export function partLoader(store: Store): LoadPart {
  const loaded = new Map<number, readonly unknown[]>();
  let left = LIMITS.assessmentBytes;
  return async (part) => {
    const known = loaded.get(part);
    if (known !== undefined) return known;
    const row = await store.get('SELECT body FROM assessment_part WHERE number = ?', part);
    const text = unpackText(row?.['body'], left);
    left -= text.length;
    if (left <= 0) throw new LimitError(`the parts of an assessment hold more than ${LIMITS.assessmentBytes} bytes`);
    const rows: readonly unknown[] = JSON.parse(text);
    loaded.set(part, rows);
    return rows;
  };
}

async function numberOf(store: Store, digest: Uint8Array): Promise<number | undefined> {
  const row = await store.get('SELECT number FROM assessment_part WHERE digest = ?', digest);
  return row === undefined ? undefined : Number(row['number']);
}
