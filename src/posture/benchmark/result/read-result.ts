// The JSON of a benchmark's result read back: for `compare` and `publish`. Only what they use is checked. Schema: schema/benchmark-1.json.

import { z } from 'zod';
import { ParseError } from '../../../platform/errors.ts';
import { VERDICTS } from '../../check-outcome.ts';
import { SECTION_TYPES } from '../definition/definition.ts';
import type { CheckResult } from './result.ts';

/** Version of the form that this program writes and reads. */
export const BENCHMARK_SCHEMA_VERSION = 1;

/** What is used of a result. */
export interface ReadResult {
  readonly benchmark: string;
  readonly as: 'plimsoll' | 'kube-bench';
  readonly nodes: readonly string[];
  /** ISO date. */
  readonly asOf: string;
  readonly results: readonly CheckResult[];
}

/**
 * Reads the JSON of `benchmark evaluate` or `benchmark import`.
 * @param file name for messages
 * @throws ParseError
 */
export function readResult(text: string, file: string): ReadResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ParseError(`${file}: it is no JSON`, { cause });
  }
  const read = resultSchema().safeParse(value);
  if (read.success) return read.data as ReadResult;
  const [issue] = read.error.issues;
  const where =
    issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.map(String).join('.')}: ${issue.message})`;
  throw new ParseError(
    `${file}: it is no result of a benchmark; give the JSON of benchmark evaluate or import${where}`,
  );
}

function resultSchema() {
  const text = z.string();
  const verdict = z.enum(VERDICTS);
  const setting = z.object({ name: text, value: text.exactOptional() });
  const part = z.object({
    subject: text,
    verdict,
    evidence: z.array(text),
    reason: text,
    settings: z.array(setting),
    kubeBench: z.enum(['PASS', 'FAIL', 'WARN', 'INFO']).exactOptional(),
    waiver: text.exactOptional(),
  });
  const result = z.object({
    check: text.min(1),
    subject: text,
    verdict,
    evidence: z.array(text),
    reason: text,
    remediation: text.exactOptional(),
    waiver: text.exactOptional(),
    title: text,
    section: z.enum(SECTION_TYPES),
    scored: z.boolean(),
    definition: text.exactOptional(),
    judged: z.number().int().nonnegative(),
    parts: z.array(part),
  });
  return z.object({
    schemaVersion: z.literal(BENCHMARK_SCHEMA_VERSION),
    benchmark: text,
    as: z.enum(['plimsoll', 'kube-bench']),
    nodes: z.array(text),
    asOf: z.iso.date(),
    results: z.array(result),
  });
}
