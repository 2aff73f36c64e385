// What decides whether a container can run as another user than root, read out of single files of a layer on the workers and kept under the layer's
// verified digest: a question that was answered once is never read again. The readers are those of scan/image/start.
import type { Digest } from '../../platform/canonical.ts';
import { PlimsollError } from '../../platform/errors.ts';
import type { Pool } from '../../platform/pool.ts';
import type { Migration, Store } from '../../platform/store.ts';
import { START_READERS, type StartReaderId } from '../image/start/readers.ts';
import { blobOf } from './hash-layers.ts';
import type { LayerJob, LayerJobResult } from './layer-job.ts';
import type { PinnedLayer } from './pin-layers.ts';

/** Tables of this area. */
export const START_MIGRATIONS: readonly Migration[] = [
  {
    area: 'start',
    version: 1,
    sql: `
      CREATE TABLE start_fact (
        layer TEXT NOT NULL, reader TEXT NOT NULL, path TEXT NOT NULL,
        answer TEXT NOT NULL,
        PRIMARY KEY (layer, reader, path)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

/** A question about one file of a layer. */
export interface StartQuestion {
  readonly reader: StartReaderId;
  /** As the layer's entry has it. */
  readonly path: string;
}

/** What the reader made of the file, or why there is nothing. */
export type StartAnswer = { readonly data: unknown } | { readonly problem: string };

/** Where answers are kept and made. */
export interface StartFactsOptions {
  /** With START_MIGRATIONS. */
  readonly store: Store;
  readonly pool: Pool<LayerJob, LayerJobResult>;
}

/**
 * The answers, in the order of the questions; the layer is read once, and only when an answer is not known yet.
 * @throws what the reading of a layer throws
 */
export async function startFacts(
  { digest, descriptor }: PinnedLayer,
  questions: readonly StartQuestion[],
  { store, pool }: StartFactsOptions,
): Promise<readonly StartAnswer[]> {
  const known = await Promise.all(questions.map((question) => keptAnswer(store, digest, question)));
  const open = questions.filter((_, index) => known[index] === undefined);
  if (open.length === 0) return known.flatMap((answer) => answer ?? []);
  const { report } = await pool.run({
    kind: 'read',
    blob: blobOf(descriptor),
    expected: digest,
    extra: open.map(({ reader, path }) => ({ reader, path })),
    start: true,
  });
  if (report === undefined) throw new PlimsollError('internal', 'a worker gave no report');
  const answers: StartAnswer[] = [];
  for (const [index, question] of questions.entries()) {
    let answer = known[index];
    if (answer === undefined) {
      const { reader, path } = question;
      const fact = report.facts.find((one) => one.reader === reader && one.path === path);
      const problem = report.unknowns.find((one) => one.reader === reader && one.path === path);
      answer = fact === undefined ? { problem: problem?.reason ?? 'it could not be read' } : { data: fact.data };
      await keep(store, digest, question, answer);
    }
    answers.push(answer);
  }
  return answers;
}

async function keptAnswer(store: Store, layer: Digest, question: StartQuestion): Promise<StartAnswer | undefined> {
  const query = 'SELECT answer FROM start_fact WHERE layer = ? AND reader = ? AND path = ?';
  const row = await store.get(query, layer, versioned(question.reader), question.path);
  if (row === undefined) return undefined;
  try {
    return JSON.parse(String(row['answer'])) as StartAnswer;
  } catch (error) {
    throw new PlimsollError('store', `the store is damaged (layer ${layer}); move it away and scan again`, {
      cause: error,
    });
  }
}

async function keep(store: Store, layer: Digest, { reader, path }: StartQuestion, answer: StartAnswer): Promise<void> {
  const insert = 'INSERT OR REPLACE INTO start_fact (layer, reader, path, answer) VALUES (?, ?, ?, ?)';
  await store.run(insert, layer, versioned(reader), path, JSON.stringify(answer));
}

function versioned(reader: StartReaderId): string {
  return `${reader}@${START_READERS.find(({ id }) => id === reader)?.version ?? 0}`;
}
