// The file in which what is known of one member travels: `plimsoll encryption verify DATA-DIR --format facts`. Schema: schema/encryption-member-1.json.
import { z } from 'zod';
import { jsonText } from '../../../platform/json-text.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { readKeptFile } from '../kept-file.ts';
import type { MemberFacts } from './member-facts.ts';

const FORMAT = 'plimsoll-etcd-member';
const COUNT = z.number().int().nonnegative();
const TEXT = z.string().max(4096);
const ID = z.string().regex(/^\d{1,20}$/);

const HOLDING = z.strictObject({
  files: COUNT,
  bytes: COUNT,
  writers: z
    .array(z.strictObject({ writer: TEXT.min(1), current: COUNT, old: COUNT, deleted: COUNT, wal: COUNT }))
    .max(LIMITS.etcdWriters * 2),
  plaintext: z.strictObject({ current: COUNT, old: COUNT, deleted: COUNT, free: COUNT, wal: COUNT }),
  orphanPages: COUNT,
  lastRevision: COUNT.exactOptional(),
  compactedRevision: COUNT.exactOptional(),
  problems: z.array(TEXT).max(LIMITS.etcdFiles),
});

const FACTS = z.strictObject({
  schemaVersion: z.literal(1),
  format: z.literal(FORMAT),
  member: ID,
  cluster: ID,
  at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  resources: z.array(TEXT.min(1)).min(1).max(1000),
  database: HOLDING,
  log: HOLDING,
  hasRaftSnapshot: z.boolean(),
});

/** The file's text. It holds counts, and no value. */
export function writeMember(facts: MemberFacts): string {
  return `${jsonText({ schemaVersion: 1, format: FORMAT, ...facts })}\n`;
}

/**
 * Reads such a file.
 * @param name for messages
 * @throws ParseError for what is none; LimitError
 */
export function readMember(text: string, name: string): MemberFacts {
  const what = 'what is known of a member';
  const command = 'plimsoll encryption verify DATA-DIR --format facts';
  const content = readKeptFile(text, name, { schema: FACTS, what, command });
  const { schemaVersion: _version, format: _format, ...facts } = content;
  return facts;
}
