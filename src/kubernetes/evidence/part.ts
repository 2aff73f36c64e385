// Reads what the collector printed on nodes: parts of one node each, several behind each other in one file too. A part that was cut off or altered on its
// way is refused by its count and digest; who altered it on purpose can make both anew, so that parts are to be trusted as far as their way is.
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { LimitError, ParseError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { PART_MARK } from './collector/mark.ts';
import { type NodeEvidence, type Observation, REDACTED } from './evidence.ts';
import { partEnd, partHeader, partObservation } from './schema.ts';

/** Whether a text begins as a part does, of whatever version. */
export function isPart(text: string): boolean {
  return text.startsWith('plimsoll-evidence ');
}

/**
 * Reads the parts of a file.
 * @param file name for messages
 * @throws ParseError `FILE:LINE: what is wrong` for what is no part, and for one that was cut off or altered; LimitError
 */
export function readParts(text: string, file: string): readonly NodeEvidence[] {
  if (text.length > LIMITS.evidenceBytes) throw new LimitError(`${file}: more than ${LIMITS.evidenceBytes} characters`);
  const lines = text.split('\n');
  const nodes: NodeEvidence[] = [];
  let at = 0;
  while (at < lines.length) {
    if (lines[at] === '' && nodes.length > 0) {
      at += 1;
      continue;
    }
    const end = endOf(lines, at, file);
    nodes.push(readPart(lines, at, end, file));
    at = end + 1;
  }
  return nodes;
}

/** The line that ends the part which begins at a line. */
function endOf(lines: readonly string[], start: number, file: string): number {
  const first = lines[start] ?? '';
  if (first !== PART_MARK) {
    const what = isPart(first)
      ? 'a part of another version of the collector: collect it with this one'
      : `no part of a node: it does not begin with "${PART_MARK}"`;
    throw new ParseError(`${file}:${start + 1}: ${what}`);
  }
  for (let at = start + 1; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.startsWith('{"kind":"end",')) return at;
    if (line === PART_MARK) break;
  }
  throw new ParseError(`${file}:${start + 1}: the part was cut off: it has no end`);
}

function readPart(lines: readonly string[], start: number, end: number, file: string): NodeEvidence {
  const { records, sha256 } = checked(partEnd, lines[end], `${file}:${end + 1}`);
  const digest = createHash('sha256');
  for (let at = start; at < end; at += 1) digest.update(`${lines[at]}\n`);
  if (records !== end - start - 1 || digest.digest('hex') !== sha256) {
    throw new ParseError(`${file}:${end + 1}: the part was cut off or altered: collect it again`);
  }
  const { kind: _, ...origin } = checked(partHeader, lines[start + 1], `${file}:${start + 2}`);
  // Paths that several lists name are told several times.
  const seen = new Set<string>();
  const observations: Observation[] = [];
  for (let at = start + 2; at < end; at += 1) {
    const line = lines[at] ?? '';
    if (seen.has(line)) continue;
    seen.add(line);
    observations.push(observationOf(checked(partObservation, line, `${file}:${at + 1}`)));
  }
  return { ...origin, observations };
}

function observationOf(record: z.infer<typeof partObservation>): Observation {
  if (record.kind !== 'content') return record;
  const sha256 = createHash('sha256').update(record.text).digest('hex');
  return { ...record, sha256, redacted: record.text.includes(REDACTED) };
}

function checked<T>(schema: z.ZodType<T>, line: string | undefined, where: string): T {
  let value: unknown;
  try {
    value = JSON.parse(line ?? '');
  } catch (cause) {
    throw new ParseError(`${where}: no JSON`, { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ParseError(`${where}: ${issue?.path.join('.') || 'the record'}: ${issue?.message ?? 'is wrong'}`);
}
