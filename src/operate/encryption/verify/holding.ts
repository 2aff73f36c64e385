// What one holder of data has: the database of a member, its log, a backup. Counts by writer and by place, summed over its files; no value, no key.
import { compareText } from '../../../platform/order.ts';
import type { InspectedFile } from '../inspect/inspect-file.ts';

/** Values of one writer. */
export interface HeldValues {
  /** `identity`, `aescbc:KEY`, `unknown`. */
  readonly writer: string;
  readonly current: number;
  readonly old: number;
  readonly deleted: number;
  /** In records of the WAL. */
  readonly wal: number;
}

/** Judged values in plain text by where they are. */
export interface PlainCounts {
  readonly current: number;
  readonly old: number;
  readonly deleted: number;
  readonly free: number;
  readonly wal: number;
}

/** The counts of one holder. */
export interface Holding {
  readonly files: number;
  readonly bytes: number;
  /** By name of the writer. */
  readonly writers: readonly HeldValues[];
  readonly plaintext: PlainCounts;
  /** Free pages with the middle of a value of which nobody can tell what it was. */
  readonly orphanPages: number;
  readonly lastRevision?: number;
  readonly compactedRevision?: number;
  /** What could not be read or judged, in words. */
  readonly problems: readonly string[];
}

/** The counts of files that are one holder. */
export function holdingOf(files: readonly InspectedFile[]): Holding {
  const all = files.map(({ file }) => file);
  const sum = (of: (file: (typeof all)[number]) => number): number => all.reduce((total, file) => total + of(file), 0);
  const lastRevision = highest(all.map((file) => file.lastRevision));
  const compactedRevision = highest(all.map((file) => file.compactedRevision));
  return {
    files: all.length,
    bytes: sum(({ bytes }) => bytes),
    writers: writersOf(files),
    plaintext: {
      current: sum(({ values }) => values.current['identity'] ?? 0),
      old: sum(({ values }) => values.old['identity'] ?? 0),
      deleted: sum(({ values }) => values.deleted['identity'] ?? 0),
      free: sum(({ plaintext }) => plaintext.free),
      wal: sum(({ plaintext }) => plaintext.wal),
    },
    orphanPages: sum(({ orphanPages = 0 }) => orphanPages),
    ...(lastRevision === undefined ? {} : { lastRevision }),
    ...(compactedRevision === undefined ? {} : { compactedRevision }),
    problems: files.flatMap(({ unread, unjudged }) => [...unread, ...unjudged]),
  };
}

/** All values in plain text. */
export function plainOf({ plaintext: { current, old, deleted, free, wal } }: Holding): number {
  return current + old + deleted + free + wal;
}

/** Whether any judged value is in it. A holder without one shows nothing. */
export function hasJudged(holding: Holding): boolean {
  return holding.writers.length > 0 || plainOf(holding) > 0;
}

function writersOf(files: readonly InspectedFile[]): readonly HeldValues[] {
  const byName = new Map<string, HeldValues>();
  for (const { writer, current, old, deleted, wal } of files.flatMap(({ file }) => file.writers)) {
    const before = byName.get(writer) ?? { writer, current: 0, old: 0, deleted: 0, wal: 0 };
    byName.set(writer, {
      writer,
      current: before.current + current,
      old: before.old + old,
      deleted: before.deleted + deleted,
      wal: before.wal + wal,
    });
  }
  return [...byName.values()].sort((a, b) => compareText(a.writer, b.writer));
}

function highest(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
