// Who needs which key, from results of `encryption inspect --format json`. Only the members that are used are looked at.
import { z } from 'zod';
import { ParseError } from '../../../platform/errors.ts';
import type { ExaminedData, KeyUse } from './inventory.ts';

const COUNT = z.number().int().nonnegative();
const WRITER = z.object({
  writer: z.string(),
  fingerprint: z.string().optional(),
  current: COUNT,
  old: COUNT,
  deleted: COUNT,
  wal: COUNT,
  firstRevision: COUNT.optional(),
  lastRevision: COUNT.optional(),
});
const RESULT = z.object({
  schemaVersion: z.literal(1),
  files: z.array(z.object({ path: z.string(), kind: z.string(), writers: z.array(WRITER) })),
  gaps: z.array(z.object({ target: z.string(), reason: z.string() })),
});

/** Writers without a key, of which an inventory of keys says nothing. */
const KEYLESS = new Set(['identity', 'unknown']);

/**
 * Reads one result.
 * @param name of the file, for messages
 * @throws ParseError for what is no result of `encryption inspect`
 */
export function readInspectionUses(text: string, name: string): ExaminedData {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ParseError(`${name}: not JSON`, { cause: error });
  }
  const result = RESULT.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new ParseError(`${name}: no result of encryption inspect --format json: ${where}: ${issue?.message}`);
  }
  const { files, gaps } = result.data;
  return {
    uses: files.flatMap(({ path, kind, writers }) =>
      writers.filter(({ writer }) => !KEYLESS.has(writer)).map((writer) => useOf(path, kind, writer)),
    ),
    places: files.map(({ path }) => path),
    hasDatabase: files.some(({ kind }) => kind === 'database'),
    gaps: gaps.map(({ target, reason }) => `${target}: ${reason}`),
  };
}

/** What `etcdctl snapshot save` wrote is kept to be restored; anything else is a member's or a copy of it. */
function useOf(place: string, kind: string, use: z.infer<typeof WRITER>): KeyUse {
  const { writer, fingerprint, current, old, deleted, wal, firstRevision, lastRevision } = use;
  return {
    key: writer,
    place,
    kind: kind === 'snapshot' ? 'backup' : 'member',
    current,
    old: old + deleted,
    unreachable: wal,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(firstRevision === undefined ? {} : { firstRevision }),
    ...(lastRevision === undefined ? {} : { lastRevision }),
  };
}
