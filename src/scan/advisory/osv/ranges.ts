// Version ranges of an OSV record as intervals. OSV schema 1.7.4, "affected[].ranges[].events fields" and "Evaluation": events in version
// order switch between affected and not; GIT ranges are commits, which say nothing about a package version.

import { LIMITS } from '../../../platform/limits.ts';
import { apk } from '../../../versions/apk.ts';
import { deb } from '../../../versions/deb.ts';
import { gem } from '../../../versions/gem.ts';
import { go } from '../../../versions/go.ts';
import { maven } from '../../../versions/maven.ts';
import { npm } from '../../../versions/npm.ts';
import { nuget } from '../../../versions/nuget.ts';
import type { VersionOrder } from '../../../versions/order.ts';
import { pep440 } from '../../../versions/pep440.ts';
import { rpm } from '../../../versions/rpm.ts';
import { semver } from '../../../versions/semver.ts';
import type { AffectedRange } from '../advisory.ts';
import { fieldsOf, listOf, textOf } from '../fields.ts';

type EventKind = 'introduced' | 'fixed' | 'last_affected' | 'limit';

interface RangeEvent {
  readonly kind: EventKind;
  readonly version: string;
}

/** Orders of ecosystems, by namespace without its release. */
const ORDERS: ReadonlyMap<string, VersionOrder> = new Map([
  ...Object.entries({
    npm,
    pypi: pep440,
    maven,
    gem,
    nuget,
    go,
    cargo: semver,
    alpine: apk,
    wolfi: apk,
    chainguard: apk,
  }),
  ...['debian', 'ubuntu', 'ubuntu-pro'].map((name) => [name, deb] as const),
  ...['rhel', 'redhat', 'rocky', 'almalinux', 'sles', 'suse', 'opensuse-leap', 'azurelinux', 'mariner', 'photon'].map(
    (name) => [name, rpm] as const,
  ),
]);

const KINDS: readonly EventKind[] = ['introduced', 'fixed', 'last_affected', 'limit'];

/** What the ranges of one affected package come to. */
export interface Intervals {
  readonly ranges: readonly AffectedRange[];
  /** Ranges that name commits. */
  readonly commits: number;
  /** Ranges without an introduction, or of a type that is not known. */
  readonly unusable: number;
  /** More of them than LIMITS.advisoryVersions allows: nothing was read. */
  readonly excessive?: true;
}

/** Intervals of the SEMVER and ECOSYSTEM ranges of a package of the namespace, in the order of the record. */
export function readRanges(value: unknown, namespace: string): Intervals {
  const ranges: AffectedRange[] = [];
  let commits = 0;
  let unusable = 0;
  let size = 0;
  for (const member of listOf(value)) {
    const range = fieldsOf(member);
    size += sizeOf(range['events']);
    if (size > LIMITS.advisoryVersions) return { ranges: [], commits, unusable, excessive: true };
    const type = textOf(range['type']);
    if (type === 'GIT') {
      commits += 1;
      continue;
    }
    const order = type === 'SEMVER' ? semver : ORDERS.get(namespace.split(':', 1)[0] ?? '');
    const found = type === 'SEMVER' || type === 'ECOSYSTEM' ? intervalsOf(readEvents(range['events']), order) : [];
    if (found.length === 0) unusable += 1;
    ranges.push(...found);
  }
  return { ranges, commits, unusable };
}

/** At most as many intervals will come of the events: every limit bounds every one of them. */
function sizeOf(value: unknown): number {
  const events = listOf(value);
  const limits = events.filter((event) => fieldsOf(event)['limit'] !== undefined).length;
  return events.length * Math.max(1, limits);
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

function intervalsOf(events: readonly RangeEvent[], order: VersionOrder | undefined): readonly AffectedRange[] {
  const limits = events.filter((event) => event.kind === 'limit').map((event) => event.version);
  const intervals: AffectedRange[] = [];
  let open: string | undefined;
  for (const { kind, version } of inOrder(events, order)) {
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
 * Events in version order, as the evaluation of the schema wants them. Where the ecosystem's order is not known, or a version does not fit
 * it, the order of the record is taken, which the schema recommends to be the same.
 */
function inOrder(events: readonly RangeEvent[], order: VersionOrder | undefined): readonly RangeEvent[] {
  if (order === undefined || events.length < 2) return events;
  try {
    const sorted = events.every((event, index) => index === 0 || compareEvents(events[index - 1], event, order) <= 0);
    return sorted ? events : [...events].sort((a, b) => compareEvents(a, b, order));
  } catch {
    return events;
  }
}

/** "0" introduces before every version; of two events at one version the introduction comes first. */
function compareEvents(a: RangeEvent | undefined, b: RangeEvent, order: VersionOrder): number {
  if (a === undefined) return -1;
  const byStart = Number(!isStart(a)) - Number(!isStart(b));
  if (byStart !== 0 || isStart(a)) return byStart;
  return order.compare(a.version, b.version) || Number(a.kind !== 'introduced') - Number(b.kind !== 'introduced');
}

function isStart(event: RangeEvent): boolean {
  return event.kind === 'introduced' && event.version === '0';
}
