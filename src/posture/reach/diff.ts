// What changed between two networks: connections that came, went or became others, each with the objects that made the difference.
import { canonicalJson } from '../../platform/canonical.ts';
import { LimitError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { compareText } from '../../platform/order.ts';
import { type Bypass, bypassesOf } from './bypass.ts';
import { type Connections, connectionsText, intersect, isNone, NO_CONNECTIONS } from './connections.ts';
import { doorText } from './doors.ts';
import type { Endpoint } from './endpoint.ts';
import type { Reachability } from './evaluate.ts';
import { type Contribution, contributions } from './explain.ts';
import type { Network } from './network.ts';
import type { NetworkPolicy } from './network-policy.ts';
import type { Labels } from './selector.ts';

/** Room for the number of a set beside that of another in one key. */
const SIDE = 2 ** 26;

/** Why a connection is another now. */
export type CauseKind =
  | 'workload-added'
  | 'workload-removed'
  | 'policy-added'
  | 'policy-removed'
  | 'policy-changed'
  | 'labels-changed'
  | 'namespace-changed'
  | 'ports-changed'
  | 'door-added'
  | 'door-removed'
  | 'door-changed';

/** An object that made a difference. */
export interface Cause {
  readonly kind: CauseKind;
  /** Id of a workload, or `KIND NAMESPACE/NAME`. */
  readonly object: string;
  /** `FILE:LINE`, in the newer input where it is there. */
  readonly position?: string;
}

/** One connection that is another now. */
export interface Change {
  readonly change: 'added' | 'removed' | 'changed';
  readonly from: string;
  readonly to: string;
  readonly before: Connections;
  readonly after: Connections;
  /** Whether something passes now that did not before. */
  readonly wider: boolean;
  /** Whether something passed before that does not now. */
  readonly narrower: boolean;
  readonly causes: readonly Cause[];
}

/** All differences. */
export interface Difference {
  readonly changes: readonly Change[];
  readonly bypasses: { readonly added: readonly Bypass[]; readonly removed: readonly Bypass[] };
  readonly workloads: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

/**
 * The differences from one network to another, whose address spaces are cut alike, in the order of the ends' ids.
 * @param wanted which pairs count; all unless given
 * @throws LimitError for more than are told
 */
export function difference(
  before: Reachability,
  after: Reachability,
  wanted: (from: Endpoint, to: Endpoint) => boolean = () => true,
): Difference {
  const ends = pairedEnds(before, after);
  const same = sameSets(before, after);
  const changes: Change[] = [];
  for (const from of ends) {
    for (const to of ends) {
      if (same(from, to) || !wanted(from.either, to.either)) continue;
      if (changes.length >= LIMITS.reachAnswers)
        throw new LimitError(`more than ${LIMITS.reachAnswers} changed connections`);
      const [was, is] = [allowedAt(before, from.old, to.old), allowedAt(after, from.now, to.now)];
      const causes = causesOf(before, after, from, to);
      const kept = connectionsText(intersect(was, is));
      const [wider, narrower] = [kept !== connectionsText(is), kept !== connectionsText(was)];
      const change = isNone(was) ? 'added' : isNone(is) ? 'removed' : 'changed';
      changes.push({ change, from: from.either.id, to: to.either.id, before: was, after: is, wider, narrower, causes });
    }
  }
  const ids = (network: Network): readonly string[] => network.workloads.map(({ id }) => id);
  return {
    changes,
    bypasses: setDifference(bypassesOf(before.network), bypassesOf(after.network), bypassKey),
    workloads: setDifference(ids(before.network), ids(after.network), (id) => id),
  };
}

function bypassKey({ kind, subject, reason }: Bypass): string {
  return JSON.stringify([kind, subject, reason]);
}

function setDifference<One>(
  before: readonly One[],
  after: readonly One[],
  key: (one: One) => string,
): { readonly added: readonly One[]; readonly removed: readonly One[] } {
  const [old, now] = [new Set(before.map(key)), new Set(after.map(key))];
  return { added: after.filter((one) => !old.has(key(one))), removed: before.filter((one) => !now.has(key(one))) };
}

/** An end with its places before and now, where it is there. */
interface PairedEnd {
  readonly either: Endpoint;
  readonly old?: number;
  readonly now?: number;
}

/** The ends of both, sorted by id. An address range is two ends under one id, one a side. */
function pairedEnds(before: Reachability, after: Reachability): readonly PairedEnd[] {
  const paired = new Map<string, PairedEnd>();
  const keyOf = (end: Endpoint): string => `${end.id} ${end.kind === 'external' ? end.side : ''}`;
  for (const [old, either] of before.ends.entries()) paired.set(keyOf(either), { either, old });
  for (const [now, either] of after.ends.entries())
    paired.set(keyOf(either), { ...paired.get(keyOf(either)), either, now });
  return [...paired].sort(([a], [b]) => compareText(a, b)).map(([, end]) => end);
}

/** Whether the same passes before and now. Each pair of sets is compared once. */
function sameSets(before: Reachability, after: Reachability): (from: PairedEnd, to: PairedEnd) => boolean {
  const known = new Map<number, boolean>();
  return (from, to) => {
    const was = from.old === undefined || to.old === undefined ? 0 : before.number(from.old, to.old);
    const is = from.now === undefined || to.now === undefined ? 0 : after.number(from.now, to.now);
    if (was === 0 || is === 0) return was === is;
    const key = was * SIDE + is;
    const found =
      known.get(key) ??
      connectionsText(allowedAt(before, from.old, to.old)) === connectionsText(allowedAt(after, from.now, to.now));
    known.set(key, found);
    return found;
  };
}

function allowedAt(reach: Reachability, from: number | undefined, to: number | undefined): Connections {
  return from === undefined || to === undefined ? NO_CONNECTIONS : reach.allowed(from, to);
}

function causesOf(before: Reachability, after: Reachability, from: PairedEnd, to: PairedEnd): readonly Cause[] {
  const pairs = [from, to].map(({ old, now }) => ({ old: before.ends[old ?? -1], now: after.ends[now ?? -1] }));
  const born = pairs.flatMap(({ old, now }): readonly Cause[] => {
    if (old === undefined && now?.kind === 'workload') return [workloadCause('workload-added', now)];
    return now === undefined && old?.kind === 'workload' ? [workloadCause('workload-removed', old)] : [];
  });
  const [source, target] = pairs;
  if (born.length > 0 || source === undefined || target === undefined) return born;
  if (source.old === undefined || source.now === undefined || target.old === undefined || target.now === undefined) {
    return [];
  }
  const judged = policyCauses(
    contributions(before.network, source.old, target.old),
    contributions(after.network, source.now, target.now),
    before.network,
    after.network,
  );
  // Labels, namespaces and ports count where a policy says something else without being another itself.
  const own = pairs.flatMap(({ old, now }) => endCauses(before.network, after.network, old, now));
  const doors = source.now.kind === 'ingress-controller' ? doorCauses(before, after, target.now.id) : [];
  return distinct([...judged.causes, ...(judged.unchanged ? own : []), ...doors]);
}

function workloadCause(kind: CauseKind, end: Endpoint): Cause {
  return { kind, object: end.id, ...(end.kind === 'workload' ? { position: end.workload.position } : {}) };
}

/** Policies that say something else of a pair; `unchanged` when one does so under the same text. */
function policyCauses(
  old: readonly Contribution[],
  now: readonly Contribution[],
  before: Network,
  after: Network,
): { readonly causes: readonly Cause[]; readonly unchanged: boolean } {
  const said = (all: readonly Contribution[]): ReadonlyMap<string, string> =>
    new Map(all.map((one) => [`${one.direction} ${nameOf(one.policy)}`, connectionsText(one.allows)]));
  const [was, is] = [said(old), said(now)];
  const names = new Set(
    [...was.keys(), ...is.keys()]
      .filter((key) => was.get(key) !== is.get(key))
      .map((key) => key.slice(key.indexOf(' ') + 1)),
  );
  let unchanged = false;
  const causes = [...names].sort().flatMap((name): readonly Cause[] => {
    const [one, other] = [before, after].map(({ policies }) => policies.find((policy) => nameOf(policy) === name));
    const object = `NetworkPolicy ${name}`;
    if (other === undefined) return [{ kind: 'policy-removed', object, ...placeOf(one) }];
    if (one === undefined) return [{ kind: 'policy-added', object, ...placeOf(other) }];
    if (contentOf(one) !== contentOf(other)) return [{ kind: 'policy-changed', object, ...placeOf(other) }];
    unchanged = true;
    return [];
  });
  return { causes, unchanged };
}

function placeOf(policy: NetworkPolicy | undefined): { readonly position?: string } {
  return policy === undefined ? {} : { position: policy.position };
}

function nameOf({ namespace, name }: NetworkPolicy): string {
  return `${namespace}/${name}`;
}

/** What a policy says, without where it says it. */
function contentOf(policy: NetworkPolicy): string {
  return JSON.stringify(policy, (key, value: unknown) => {
    if (key === 'position') return undefined;
    if (typeof value === 'bigint') return value.toString();
    return value instanceof Set ? [...value].sort() : value;
  });
}

function endCauses(
  before: Network,
  after: Network,
  old: Endpoint | undefined,
  now: Endpoint | undefined,
): readonly Cause[] {
  if (old?.kind !== 'workload' || now?.kind !== 'workload') return [];
  const { namespace } = now.workload;
  const [one, other] = [before.namespaces.get(namespace), after.namespaces.get(namespace)];
  const place = other?.position === undefined ? {} : { position: other.position };
  return [
    ...(labelText(old.workload.labels) === labelText(now.workload.labels)
      ? []
      : [workloadCause('labels-changed', now)]),
    ...(labelText(one?.labels) === labelText(other?.labels)
      ? []
      : [{ kind: 'namespace-changed' as const, object: `Namespace ${namespace}`, ...place }]),
    ...(canonicalJson(old.workload.ports) === canonicalJson(now.workload.ports)
      ? []
      : [workloadCause('ports-changed', now)]),
  ];
}

function labelText(labels: Labels = new Map()): string {
  return JSON.stringify([...labels].sort(([a], [b]) => compareText(a, b)));
}

function doorCauses(before: Reachability, after: Reachability, to: string): readonly Cause[] {
  const doorsTo = ({ doors }: Reachability): ReadonlyMap<string, { readonly opens: string; readonly text: string }> => {
    const found = doors.doors.filter(({ workload }) => workload === to);
    return new Map(
      found.map((door) => [
        `${door.entry.kind} ${door.entry.namespace}/${door.entry.name}`,
        {
          opens: found
            .filter(({ entry }) => entry === door.entry)
            .map(({ connections }) => connectionsText(connections))
            .sort()
            .join(';'),
          text: doorText(door),
        },
      ]),
    );
  };
  const [old, now] = [doorsTo(before), doorsTo(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((object): readonly Cause[] => {
    const [was, is] = [old.get(object), now.get(object)];
    if (was?.opens === is?.opens) return [];
    const position = (is ?? was)?.text.split(' ').slice(2).join(' ') ?? '';
    const kind = was === undefined ? 'door-added' : is === undefined ? 'door-removed' : 'door-changed';
    return [{ kind, object, position }];
  });
}

function distinct(causes: readonly Cause[]): readonly Cause[] {
  return [...new Map(causes.map((cause) => [`${cause.kind} ${cause.object}`, cause])).values()];
}
