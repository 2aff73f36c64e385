// Why something passes between two ends, or does not: the policies that judge each end, and the rules of them that open something.
import { compareText } from '../../platform/order.ts';
import { type Connections, connectionsText, intersect, isNone, NO_CONNECTIONS, unite } from './connections.ts';
import { doorText } from './doors.ts';
import type { Endpoint } from './endpoint.ts';
import type { Reachability } from './evaluate.ts';
import type { Network } from './network.ts';
import { DIRECTIONS, type Direction, type NetworkPolicy } from './network-policy.ts';
import { allowsPeer, isSelected, openPorts } from './rules.ts';

/** A rule that opens something between two ends. */
export interface DecidingRule {
  readonly direction: Direction;
  /** `NAMESPACE/NAME` */
  readonly policy: string;
  /** From 1, within its policy and direction. */
  readonly rule: number;
  /** `FILE:LINE` */
  readonly position: string;
  /** As connectionsText writes them. */
  readonly allows: string;
}

/** What judges one direction of a pair. */
export interface Judgement {
  readonly direction: Direction;
  /** Policies that select the end for this direction, `NAMESPACE/NAME FILE:LINE`; none means that it is open. */
  readonly policies: readonly string[];
  readonly rules: readonly DecidingRule[];
}

/** A pair of ends with what decides it. */
export interface Explanation {
  readonly from: string;
  readonly to: string;
  readonly connections: Connections;
  /** Of the ends that are workloads: policies judge no others. */
  readonly judgements: readonly Judgement[];
  /** The doors through which the ingress controller comes: `Ingress NAMESPACE/NAME FILE:LINE`. */
  readonly doors: readonly string[];
}

/** Explains what passes from one end to another. Rules that open nothing of what passes in the end are left out, unless nothing passes. */
export function explain(reach: Reachability, from: number, to: number): Explanation | undefined {
  const [source, target] = [reach.ends[from], reach.ends[to]];
  if (source === undefined || target === undefined) return undefined;
  const connections = reach.allowed(from, to);
  const judgements = DIRECTIONS.filter(
    (direction) => (direction === 'egress' ? source : target).kind === 'workload',
  ).map((direction) => judgementOf(reach.network, direction, source, target, connections));
  const doors =
    source.kind === 'ingress-controller' ? reach.doors.doors.filter((door) => door.workload === target.id) : [];
  return { from: source.id, to: target.id, connections, judgements, doors: [...new Set(doors.map(doorText))].sort() };
}

/** What one policy says of a pair in one direction; absent where it does not judge it. */
export interface Contribution {
  readonly policy: NetworkPolicy;
  readonly direction: Direction;
  readonly allows: Connections;
}

/** What each policy that judges a pair opens. */
export function contributions(network: Network, source: Endpoint, target: Endpoint): readonly Contribution[] {
  return DIRECTIONS.flatMap((direction) =>
    judging(network, direction, source, target).map((policy) => ({
      policy,
      direction,
      allows: (policy[direction] ?? [])
        .filter((rule) => allowsPeer(rule, policy, direction === 'egress' ? target : source, network))
        .reduce((sum, rule) => unite(sum, openPorts(rule, target)), NO_CONNECTIONS),
    })),
  );
}

function judging(
  { policies }: Network,
  direction: Direction,
  source: Endpoint,
  target: Endpoint,
): readonly NetworkPolicy[] {
  return policies.filter((policy) => isSelected(policy, direction, direction === 'egress' ? source : target));
}

function judgementOf(
  network: Network,
  direction: Direction,
  source: Endpoint,
  target: Endpoint,
  passing: Connections,
): Judgement {
  const policies = judging(network, direction, source, target);
  const other = direction === 'egress' ? target : source;
  const rules = policies.flatMap((policy) =>
    (policy[direction] ?? []).flatMap((rule): readonly DecidingRule[] => {
      if (!allowsPeer(rule, policy, other, network)) return [];
      const open = openPorts(rule, target);
      if (isNone(open) || (!isNone(passing) && isNone(intersect(open, passing)))) return [];
      const { number, position } = rule;
      const name = `${policy.namespace}/${policy.name}`;
      return [{ direction, policy: name, rule: number, position, allows: connectionsText(open) }];
    }),
  );
  return {
    direction,
    policies: policies.map(({ namespace, name, position }) => `${namespace}/${name} ${position}`).sort(compareText),
    rules,
  };
}
