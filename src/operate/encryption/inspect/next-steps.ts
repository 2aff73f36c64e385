// What to do about what was found, in the order in which it helps: each step clears what the next one would otherwise keep. Rewriting leaves old revisions,
// compaction leaves free pages, defragmentation leaves the WAL, and nothing of it reaches a copy.
import type { FileInspection, Inspection, NextStep, WriterCounts } from './inspection.ts';

type Found = Pick<Inspection, 'files' | 'verdict'>;

/** Copies that are named in one step. */
const NAMED = 3;

/** Steps for a result; the first one is next. */
export function nextSteps({ files, verdict }: Found): readonly NextStep[] {
  const current = sum(files, ({ values }) => plainOf(values.current));
  const past = sum(files, ({ values }) => plainOf(values.old) + plainOf(values.deleted));
  const free = sum(files, ({ plaintext }) => plaintext.free);
  const orphans = sum(files, ({ orphanPages = 0 }) => orphanPages);
  const wal = sum(files, ({ plaintext }) => plaintext.wal);
  const copies = files.filter((file) => file.kind === 'snapshot' && hasPlaintext(file)).map(({ path }) => path);
  const revision = Math.max(0, ...files.map(({ lastRevision = 0 }) => lastRevision));
  return [
    ...(current === 0 ? [] : [rewrite(current)]),
    ...(past === 0 ? [] : [compact(past, revision)]),
    ...(free + orphans === 0 ? [] : [defragment(free)]),
    ...(wal === 0 ? [] : [rebuild(wal)]),
    ...(copies.length === 0 ? [] : [replaceCopies(copies)]),
    ...(verdict === 'proof' && !files.some(({ kind }) => kind === 'wal') ? [inspectLog()] : []),
  ];
}

function rewrite(current: number): NextStep {
  return {
    command: 'plimsoll encryption rewrite --yes',
    reason: `${values(current)} in plain text, the current ones: they are encrypted when they are written again, once encryption comes first in the configuration of every API server`,
  };
}

function compact(past: number, revision: number): NextStep {
  return {
    command: `etcdctl compact ${revision}`,
    reason: `${values(past)} in plain text within reach of a read at an old revision; after a rewrite name its last revision instead`,
  };
}

function defragment(free: number): NextStep {
  return {
    command: 'etcdctl defrag',
    reason: `${free === 0 ? 'remains of values that nobody can judge' : `${values(free)} in plain text`} in free pages, which snapshots copy, too: one member after another, the leader last`,
  };
}

function rebuild(wal: number): NextStep {
  return {
    command: 'plimsoll encryption verify /var/lib/etcd --endpoint https://127.0.0.1:2379 --rebuild MEMBER',
    reason: `${values(wal)} in plain text in the WAL, which nothing but a new, empty member clears: one member after another, after the defragmentation`,
  };
}

function replaceCopies(paths: readonly string[]): NextStep {
  const more = paths.length - NAMED;
  const named = `${paths.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return {
    command: 'etcdctl snapshot save NEW',
    reason: `nothing that is done to the members reaches copies: take a new one when they are clean, then destroy ${named}`,
  };
}

function inspectLog(): NextStep {
  return {
    command: 'plimsoll encryption inspect DATA-DIR/member',
    reason: 'no WAL was examined; it keeps every value that was written, also after compaction and defragmentation',
  };
}

function hasPlaintext({ plaintext }: FileInspection): boolean {
  return plaintext.reachable + plaintext.free + plaintext.wal > 0;
}

function plainOf(counts: WriterCounts): number {
  return counts['identity'] ?? 0;
}

function sum(files: readonly FileInspection[], of: (file: FileInspection) => number): number {
  return files.reduce((total, file) => total + of(file), 0);
}

function values(number: number): string {
  return number === 1 ? '1 value' : `${number} values`;
}
