// A measurement as it is kept until after the change: `plimsoll encryption measure --format json`. Schema: schema/encryption-measurement-1.json.
import { z } from 'zod';
import { readKeptFile } from '../kept-file.ts';
import type { MemberDisk } from './disk.ts';
import type { Load, Round } from './measure.ts';

/** What a later measurement compares itself with. */
export interface Measurement {
  readonly at: string;
  readonly server: string;
  readonly load: Load;
  readonly rounds: readonly Round[];
  readonly members?: readonly MemberDisk[];
}

/** Rounds of one measurement: the exact test's time grows with the fourth power. */
export const MOST_ROUNDS = 50;

const TIME = z.number().positive().max(1e9);
const TIMES = z.object({ secrets: TIME, configMaps: TIME });
const COUNT = z.int().min(1).max(1e9);
const TEXT = z.string().max(4096);
const DISK = z.object({ count: COUNT, p99Ms: z.number().min(0).max(1e9), slow: z.boolean() });
const MEASUREMENT = z.object({
  schemaVersion: z.literal(1),
  at: z.string().max(64),
  server: TEXT,
  load: z.object({ rounds: COUNT, objects: COUNT, bytes: COUNT }),
  rounds: z
    .array(z.object({ create: TIMES, get: TIMES, list: TIMES }))
    .min(1)
    .max(MOST_ROUNDS),
  members: z
    .array(
      z.object({
        member: TEXT,
        walFsync: DISK.exactOptional(),
        backendCommit: DISK.exactOptional(),
        problem: TEXT.exactOptional(),
      }),
    )
    .max(100)
    .exactOptional(),
});

/**
 * Reads a measurement.
 * @param name for messages
 * @throws ParseError for what is none; LimitError
 */
export function readMeasurement(text: string, name: string): Measurement {
  const command = 'plimsoll encryption measure --format json';
  const content = readKeptFile(text, name, { schema: MEASUREMENT, what: 'a measurement', command });
  const { at, server, load, rounds, members } = content;
  return { at, server, load, rounds, ...(members === undefined ? {} : { members }) };
}
