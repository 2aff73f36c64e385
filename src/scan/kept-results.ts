// The table of printed results: a scan that would say the same again gives what was said, so that a scan of an unchanged release costs little more
// than the look at its manifests. The newest are kept.
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Digest } from '../platform/canonical.ts';
import type { Gap } from '../platform/gap.ts';
import { LIMITS } from '../platform/limits.ts';
import type { Migration, Store } from '../platform/store.ts';

/** Tables of this area. */
export const RESULT_MIGRATIONS: readonly Migration[] = [
  {
    area: 'result',
    version: 1,
    sql: `
      CREATE TABLE result (
        number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, assessment TEXT NOT NULL, gaps TEXT NOT NULL, text INTEGER NOT NULL, body BLOB NOT NULL
      ) STRICT;
    `,
  },
];

/** What a scan said. */
export interface KeptResult {
  /** Id of the assessment behind it, which the store has. */
  readonly assessment: Digest;
  readonly gaps: readonly Gap[];
  /** In its format; text, or the bytes of a file. */
  readonly body: string | Uint8Array;
}

/** Results in the store at once. */
const MOST_RESULTS = 32;

/** The result under a key. Undefined also when its assessment is gone or its bytes are damaged: it is then made again. */
export async function keptResult(store: Store, key: Digest): Promise<KeptResult | undefined> {
  const row = await store.get(
    'SELECT assessment, gaps, text, body FROM result WHERE key = ? AND EXISTS (SELECT 1 FROM assessment WHERE id = result.assessment)',
    key,
  );
  if (row === undefined || !(row['body'] instanceof Uint8Array)) return undefined;
  try {
    const bytes = zstdDecompressSync(row['body'], { maxOutputLength: LIMITS.assessmentBytes });
    return {
      assessment: row['assessment'] as Digest,
      gaps: JSON.parse(String(row['gaps'])),
      body: row['text'] === 1 ? bytes.toString('utf8') : bytes,
    };
  } catch {
    return undefined;
  }
}

/** Keeps a result, and lets the oldest go. */
export async function keepResult(store: Store, key: Digest, { assessment, gaps, body }: KeptResult): Promise<void> {
  await store.run(
    'INSERT OR REPLACE INTO result (key, assessment, gaps, text, body) VALUES (?, ?, ?, ?, ?)',
    key,
    assessment,
    JSON.stringify(gaps),
    typeof body === 'string' ? 1 : 0,
    zstdCompressSync(body),
  );
  await store.run('DELETE FROM result WHERE number <= (SELECT max(number) FROM result) - ?', MOST_RESULTS);
}
