// What was done on a node, a JSON object a line, only ever appended to, on the disk before the next act. It tells a run that was killed where it was, and
// an auditor what happened. It holds no key.
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { isDigest } from '../../../platform/canonical.ts';
import { messageOf, ParseError, PlimsollError } from '../../../platform/errors.ts';
import { escapeHidden } from '../../../platform/json-text.ts';

const TEXT = z.string().max(4096);
const LIST = z.array(TEXT);
const EVENT = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('began'),
    plan: z.string().refine(isDigest),
    kind: z.enum(['apply', 'restart']),
    phase: TEXT,
    /** What the server wrote and read with; absent when its file was wrong. */
    from: LIST.exactOptional(),
    to: LIST,
    configuration: TEXT,
    /** Of the annotation that makes another pod of the manifest. */
    turn: TEXT,
  }),
  z.object({ event: z.enum(['configuration-written', 'manifest-written', 'ready', 'canary-read', 'superseded']) }),
  z.object({ event: z.literal('going-back'), reason: TEXT }),
  z.object({
    event: z.literal('ended'),
    outcome: z.enum(['applied', 'went-back', 'stayed', 'interfered']),
    reason: TEXT,
  }),
]);
const ENTRY = z.intersection(z.object({ at: TEXT }), EVENT);

/** One thing that happened. */
export type RecordEvent = z.infer<typeof EVENT>;

/** The same with its time, ISO 8601 in UTC. */
export type RecordEntry = z.infer<typeof ENTRY>;

/** How a run begins, as it stands in the record. */
export type Began = Extract<RecordEvent, { readonly event: 'began' }>;

/** What the last run left open. */
export interface OpenRun {
  readonly began: Began;
  /** It had decided not to go on, and was on its way back. */
  readonly isGoingBack: boolean;
}

/** Reads a record. A last line without its end was being written when the run was killed: nothing was done about it. @throws ParseError */
export function parseRecord(text: string, name: string): readonly RecordEntry[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line, index) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw new ParseError(`${name}:${index + 1}: no line of a record`, { cause: error });
    }
    const result = ENTRY.safeParse(value);
    if (!result.success) throw new ParseError(`${name}:${index + 1}: no line of a record`, { cause: result.error });
    return result.data;
  });
}

/** The run that is not ended; undefined when there is none. */
export function openRun(entries: readonly RecordEntry[]): OpenRun | undefined {
  const at = entries.findLastIndex(({ event }) => event === 'began');
  const began = entries[at];
  if (began?.event !== 'began') return undefined;
  const since = entries.slice(at + 1);
  if (since.some(({ event }) => event === 'ended' || event === 'superseded')) return undefined;
  return { began, isGoingBack: since.some(({ event }) => event === 'going-back') };
}

/** The record of a node. */
export class NodeRecord {
  readonly #path: string;
  readonly #now: () => Date;

  constructor(path: string, now: () => Date) {
    this.#path = path;
    this.#now = now;
  }

  /** All entries. @throws PlimsollError `input-unreadable`; ParseError */
  entries(): readonly RecordEntry[] {
    return parseRecord(this.#text(), this.#path);
  }

  /** Appends an entry; it is on the disk when this returns. @throws PlimsollError `usage` */
  append(event: RecordEvent): void {
    const whole = this.#text().lastIndexOf('\n') + 1;
    const length = Buffer.byteLength(this.#text().slice(0, whole));
    const line = `${escapeHidden(JSON.stringify({ at: this.#now().toISOString(), ...event }))}\n`;
    try {
      const file = openSync(this.#path, 'a', 0o600);
      try {
        ftruncateSync(file, length);
        writeFileSync(file, line);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw new PlimsollError('usage', `cannot write ${this.#path}: ${messageOf(error)}`, { cause: error });
    }
  }

  #text(): string {
    try {
      return readFileSync(this.#path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw new PlimsollError('input-unreadable', `cannot read ${this.#path}: ${messageOf(error)}`, { cause: error });
    }
  }
}
