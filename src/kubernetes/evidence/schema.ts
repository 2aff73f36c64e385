// The form of evidence, for both of its files: parts that the collector printed and bundles that were joined. Loads zod: only what reads such files imports it.
import { z } from 'zod';
import type { NodeEvidence, ObjectEvidence, Observation } from './evidence.ts';

const text = z.string();
const natural = z.int().nonnegative();
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const octal = z.string().regex(/^[0-7]{1,5}$/);
const pid = natural.exactOptional();

const process = z.strictObject({
  kind: z.literal('process'),
  pid: natural,
  ppid: natural,
  user: text,
  argv: z.array(text),
  exe: text.exactOptional(),
  environment: z.array(text).exactOptional(),
});
const file = z.strictObject({
  kind: z.literal('file'),
  path: text,
  type: z.enum(['file', 'directory', 'link', 'other']),
  mode: octal,
  owner: text,
  group: text,
  uid: natural,
  gid: natural,
  size: natural,
  // Before 1970 it is negative.
  modified: z.int(),
  target: text.exactOptional(),
  pid,
});
const absent = z.strictObject({ kind: z.literal('absent'), path: text });
const command = z.strictObject({
  kind: z.literal('command'),
  command: z.array(text).min(1),
  exit: natural,
  output: text,
});
const failed = z.strictObject({ kind: z.literal('failed'), what: text, reason: text });
const partContent = z.strictObject({ kind: z.literal('content'), path: text, text, pid });
const content = partContent.extend({ sha256: hex, redacted: z.boolean() });

/** An observation as the collector prints it: what a file says has no digest yet. */
export const partObservation = z.discriminatedUnion('kind', [process, file, absent, command, failed, partContent]);

const observation = z.discriminatedUnion('kind', [
  process,
  file,
  absent,
  command,
  failed,
  content,
]) satisfies z.ZodType<Observation>;

const origin = {
  node: z.string().min(1).max(253),
  machineId: hex.exactOptional(),
  collectedAt: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  collector: text,
  probes: z.array(z.enum(['benchmark', 'node'])),
};

/** The record at the beginning of a part. */
export const partHeader = z.strictObject({ kind: z.literal('node'), ...origin });

/** The record at its end. */
export const partEnd = z.strictObject({ kind: z.literal('end'), records: natural, sha256: hex });

const nodeEvidence = z.strictObject({
  ...origin,
  observations: z.array(observation),
}) satisfies z.ZodType<NodeEvidence>;

const objectEvidence = z.strictObject({
  apiVersion: text,
  kind: text,
  namespace: text.exactOptional(),
  name: text,
  object: z.record(text, z.unknown()),
}) satisfies z.ZodType<ObjectEvidence>;

const gap = z.strictObject({
  kind: z.enum(['not-scanned', 'limit-reached', 'file-unparsed', 'undecidable']),
  target: text,
  location: text.exactOptional(),
  reason: text,
});

/** A bundle. */
export const evidenceBundle = z.strictObject({
  schemaVersion: z.literal(1),
  tool: z.strictObject({ name: text, version: text }),
  cluster: z.strictObject({ id: text, version: text, server: text }).exactOptional(),
  nodes: z.array(nodeEvidence),
  objects: z.array(objectEvidence),
  gaps: z.array(gap),
});
