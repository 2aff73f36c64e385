// Version ranges of an OSV record as intervals. OSV schema 1.7.4, "affected[].ranges[].events fields" and "Evaluation": events in version
// order switch between affected and not; GIT ranges are commits, which say nothing about a package version.
import { semver } from '../../../versions/semver.ts';
import type { AffectedRange } from '../advisory.ts';
import { fieldsOf, listOf, textOf } from '../fields.ts';

type EventKind = 'introduced' | 'fixed' | 'last_affected' | 'limit';

interface RangeEvent {
  readonly kind: EventKind;
  readonly version: string;
}

const KINDS: readonly EventKind[] = ['introduced', 'fixed', 'last_affected', 'limit'];

/** What the ranges of one affected package come to. */
export interface Intervals {
  readonly ranges: readonly AffectedRange[];
  /** Ranges that name commits. */
  readonly commits: number;
  /** Ranges without an introduction, or of a type that is not known. */
  readonly unusable: number;
}

/** Intervals of the SEMVER and ECOSYSTEM ranges, in the order of the record. */
export function readRanges(value: unknown): Intervals {
  const ranges: AffectedRange[] = [];
  let commits = 0;
  let unusable = 0;
  for (const member of listOf(value)) {
    const range = fieldsOf(member);
    const type = textOf(range['type']);
    if (type === 'GIT') {
      commits += 1;
      continue;
    }
    const found = type === 'SEMVER' || type === 'ECOSYSTEM' ? intervalsOf(readEvents(range['events']), type) : [];
    if (found.length === 0) unusable += 1;
    ranges.push(...found);
  }
  return { ranges, commits, unusable };
}

function readEvents(value: unknown): readonly RangeEvent[] {
  return listOf(value).flatMap((member) => {
    const event = fieldsOf(member);
    return KINDS.flatMap((kind) => {
      const version = textOf(event[kind]);
      return version === undefined ? [] : [{ kind, version }];
    });
  });
}

function intervalsOf(events: readonly RangeEvent[], type: 'SEMVER' | 'ECOSYSTEM'): readonly AffectedRange[] {
  const limits = events.filter((event) => event.kind === 'limit').map((event) => event.version);
  const intervals: AffectedRange[] = [];
  let open: string | undefined;
  for (const { kind, version } of inOrder(events, type)) {
    if (kind === 'introduced') open ??= version;
    else if (open !== undefined && kind !== 'limit') {
      intervals.push({ ...from(open), ...(kind === 'fixed' ? { fixed: version } : { lastAffected: version }) });
      open = undefined;
    }
  }
  if (open !== undefined) intervals.push(from(open));
  if (limits.length === 0 || limits.includes('*')) return intervals;
  // Below any of the limits is inside.
  return intervals.flatMap((interval) => limits.map((limit) => ({ ...interval, limit })));
}

/** "0" stands for the beginning: an open bound. */
function from(introduced: string): AffectedRange {
  return introduced === '0' ? {} : { introduced };
}

/**
 * Events in version order. The schema recommends that order and all publishers keep it, so only a list that does not alternate between
 * introduction and end is sorted, and only where its versions have an order of their own (SEMVER).
 */
function inOrder(events: readonly RangeEvent[], type: 'SEMVER' | 'ECOSYSTEM'): readonly RangeEvent[] {
  const alternates = events.every((event, index) => (event.kind === 'introduced') === (index % 2 === 0));
  if (alternates) return events;
  const [first, second] = events;
  if (events.length === 2 && first !== undefined && second?.kind === 'introduced' && first.kind !== 'introduced') {
    return [second, first];
  }
  if (type !== 'SEMVER') return events;
  try {
    return [...events].sort((a, b) => compareEvents(a, b));
  } catch {
    return events;
  }
}

function compareEvents(a: RangeEvent, b: RangeEvent): number {
  if (a.version === '0' || b.version === '0') return Number(a.version !== '0') - Number(b.version !== '0');
  return semver.compare(a.version, b.version) || Number(a.kind !== 'introduced') - Number(b.kind !== 'introduced');
}
