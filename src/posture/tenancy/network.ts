// Doors of namespaces of users: what comes in from outside the cluster, and whether anything is closed that no rule opens. Reads the network that reach
// makes of the manifests.

import { listOf, textOf } from '../../platform/json.ts';
import { isWithin, parseRange, wholeSpace } from '../reach/address.ts';
import type { NetworkPolicy, Peer, PolicyRule } from '../reach/network-policy.ts';
import type { Judgement } from './check.ts';
import { objectsOf, POD_KINDS, type TenancyView, unreadAmong } from './view.ts';

/** Objects that are not judged, of which one result names this many. */
const NAMED = 20;

/** A way in, and the namespace that it leads to. */
interface Opening {
  readonly namespace: string;
  readonly subject: string;
  readonly verdict: 'fail' | 'warn';
  readonly reason: string;
  readonly evidence: readonly string[];
}

/** Judges services, Ingress and Route objects of namespaces of users, and Pods on the network of the node. */
export function judgeExposure(view: TenancyView): readonly Judgement[] {
  const check = 'exposure' as const;
  const openings = [...servicesOf(view), ...entriesOf(view), ...podsOf(view)].filter(({ namespace }) =>
    view.userNamespaces.includes(namespace),
  );
  const open = openings.map(({ namespace: _, ...opening }): Judgement => ({ check, ...opening }));
  const told = new Set(openings.map(({ namespace }) => namespace));
  const closed = view.userNamespaces
    .filter((namespace) => !told.has(namespace))
    .map((namespace): Judgement => {
      const subject = `Namespace/${namespace}`;
      const unread = unreadAmong(view, ['Service', 'Ingress', 'Route', ...POD_KINDS]);
      if (unread.length > 0) {
        const reason = `${unread.join(', ')} objects could not be read`;
        return { check, subject, verdict: 'no-evidence', reason, evidence: [] };
      }
      const others = view.network.notEvaluated.filter(({ layer }) => layer === 'entry');
      if (others.length > 0) {
        const kinds = [...new Set(others.map(({ kind }) => kind))].sort().join(', ');
        const reason = `${kinds} objects are in the input, and not judged here: they may lead into it`;
        const evidence = others.slice(0, NAMED).map(({ name, position }) => `${name} (${position})`);
        return { check, subject, verdict: 'unsupported', reason, evidence };
      }
      return { check, subject, verdict: 'pass', reason: 'the input opens nothing of it to the outside', evidence: [] };
    });
  return [...open, ...closed];
}

function servicesOf(view: TenancyView): readonly Opening[] {
  return objectsOf(view, '', 'Service').flatMap(
    ({ namespace = 'default', name, value, position }): readonly Opening[] => {
      const type = textOf(value, 'spec', 'type') ?? 'ClusterIP';
      const addresses = listOf(value, 'spec', 'externalIPs').filter((one) => typeof one === 'string');
      const ranges = listOf(value, 'spec', 'loadBalancerSourceRanges').filter((one) => typeof one === 'string');
      const ways = [...(type === 'LoadBalancer' || type === 'NodePort' ? [type] : []), ...addresses];
      if (ways.length === 0) return [];
      const common = {
        namespace,
        subject: `Service/${namespace}/${name}`,
        evidence: [`${position}: ${ways.join(', ')}`],
      };
      const isBounded =
        type === 'LoadBalancer' && addresses.length === 0 && ranges.length > 0 && !ranges.some(isEveryAddress);
      return [
        isBounded
          ? { ...common, verdict: 'warn', reason: `it is reachable from ${ranges.join(', ')} (${type})` }
          : { ...common, verdict: 'fail', reason: `it is reachable from outside the cluster (${ways.join(', ')})` },
      ];
    },
  );
}

/** Whether the text names all addresses, or none that could be read. */
function isEveryAddress(text: string): boolean {
  const range = parseRange(text.trim());
  return range === undefined || isWithin(wholeSpace(range.family), range);
}

function entriesOf({ network }: TenancyView): readonly Opening[] {
  return network.entries
    .filter(({ backends }) => backends.length > 0)
    .map(({ kind, namespace, name, position }) => {
      const reason = 'it leads into the namespace from outside the cluster';
      return { namespace, subject: `${kind}/${namespace}/${name}`, verdict: 'fail', reason, evidence: [position] };
    });
}

function podsOf({ network }: TenancyView): readonly Opening[] {
  return network.workloads.flatMap(({ id, namespace, hostNetwork, ports, position }): readonly Opening[] => {
    const hostPorts = ports.flatMap(({ protocol, hostPort }) =>
      hostPort === undefined ? [] : [`${protocol} ${hostPort}`],
    );
    if (!hostNetwork && hostPorts.length === 0) return [];
    const reason = hostNetwork
      ? 'its pods have the network of their node'
      : `${hostPorts.join(', ')} on the address of its node`;
    return [{ namespace, subject: id, verdict: 'fail', reason, evidence: [position] }];
  });
}

/** Judges whether each namespace of users is closed in both directions unless a rule opens it. */
export function judgeDefaultDeny(view: TenancyView): readonly Judgement[] {
  return view.userNamespaces.map((namespace) => {
    const common = { check: 'default-deny' as const, subject: `Namespace/${namespace}` };
    if (view.unread?.has('NetworkPolicy') === true) {
      return { ...common, verdict: 'no-evidence', reason: 'NetworkPolicies could not be read', evidence: [] };
    }
    const own = view.network.policies.filter((policy) => policy.namespace === namespace);
    const whole = own.filter(({ pods }) => pods.length === 0);
    const open = (['ingress', 'egress'] as const).filter(
      (direction) => !whole.some((policy) => closes(policy, direction, whole)),
    );
    const evidence = own.map(({ name, position }) => `NetworkPolicy ${name} (${position})`);
    const others = view.network.notEvaluated.filter(({ layer }) => layer === 'network');
    if (open.length === 0) {
      return { ...common, verdict: 'pass', reason: 'both directions are closed unless a rule opens them', evidence };
    }
    if (others.length > 0) {
      const reason = `no NetworkPolicy closes ${open.join(' and ')}; policies of other kinds are in the input, and not judged here`;
      return { ...common, verdict: 'unsupported', reason, evidence: others.map(({ kind, name }) => `${kind} ${name}`) };
    }
    const what =
      whole.length === 0
        ? 'no NetworkPolicy selects all of its pods'
        : 'a policy for all pods lets everything pass, or judges the other direction only';
    return {
      ...common,
      verdict: 'fail',
      reason: `${open.join(' and ')} ${open.length === 1 ? 'is' : 'are'} open: ${what}`,
      evidence,
    };
  });
}

/** A policy for all pods closes a direction unless one of those for all pods opens it to everything: policies add up. */
function closes(policy: NetworkPolicy, direction: 'ingress' | 'egress', whole: readonly NetworkPolicy[]): boolean {
  return policy[direction] !== undefined && !whole.some((one) => (one[direction] ?? []).some(isOpen));
}

/** Whether a rule lets every port of all pods of all namespaces pass, or of all addresses. */
function isOpen({ peers, ports }: PolicyRule): boolean {
  return ports === undefined && (peers === undefined || peers.some(isEverybody));
}

function isEverybody(peer: Peer): boolean {
  if (peer.kind === 'pods') return peer.namespaces?.length === 0 && (peer.pods ?? []).length === 0;
  return peer.except.length === 0 && isWithin(wholeSpace(peer.range.family), peer.range);
}
