// What one rule says of one pair of ends, by the definition of NetworkPolicies (Kubernetes API, networking/v1): policies add up, a pod that none
// selects for a direction is open in it, and a connection needs both ends' leave.
import { isWithin } from './address.ts';
import { ALL_CONNECTIONS, type Connections, connectionsOf, NO_CONNECTIONS, unite } from './connections.ts';
import type { Endpoint } from './endpoint.ts';
import type { Network } from './network.ts';
import type { Direction, NetworkPolicy, Peer, PolicyRule, RulePort } from './network-policy.ts';
import { fits, type Labels } from './selector.ts';

const NO_LABELS: Labels = new Map();

/** Whether a policy judges an end in a direction. Only pods of its own namespace can be. */
export function isSelected(policy: NetworkPolicy, direction: Direction, end: Endpoint): boolean {
  return (
    policy[direction] !== undefined &&
    end.kind === 'workload' &&
    end.workload.namespace === policy.namespace &&
    fits(policy.pods, end.workload.labels)
  );
}

/** Whether a rule allows the other end, on some port. */
export function allowsPeer(rule: PolicyRule, policy: NetworkPolicy, end: Endpoint, network: Network): boolean {
  return rule.peers === undefined || rule.peers.some((peer) => fitsPeer(peer, policy, end, network));
}

/**
 * The ports that a rule opens.
 * @param destination whose names of ports count; outside the cluster there are none
 */
export function openPorts(rule: PolicyRule, destination: Endpoint): Connections {
  if (rule.ports === undefined) return ALL_CONNECTIONS;
  return rule.ports.reduce((sum, port) => unite(sum, portConnections(port, destination)), NO_CONNECTIONS);
}

function portConnections(port: RulePort, destination: Endpoint): Connections {
  if (!('name' in port)) return connectionsOf(port.protocol, port.from, port.to);
  const own = destination.kind === 'workload' ? destination.workload.ports : [];
  return own
    .filter(({ name, protocol }) => name === port.name && protocol === port.protocol)
    .reduce((sum, { port: number }) => unite(sum, connectionsOf(port.protocol, number)), NO_CONNECTIONS);
}

/** The ingress controller is any pod of any namespace: only rules that ask nothing of either fit it. */
function fitsPeer(peer: Peer, policy: NetworkPolicy, end: Endpoint, { namespaces }: Network): boolean {
  if (peer.kind === 'block') {
    // The space is cut at the borders of all blocks: a range lies within one or apart from it.
    if (end.kind !== 'external' || !isWithin(end.range, peer.range)) return false;
    return !peer.except.some((except) => isWithin(end.range, except));
  }
  if (end.kind === 'external') return false;
  if (end.kind === 'ingress-controller') {
    return peer.namespaces !== undefined && fits(peer.namespaces, NO_LABELS) && fits(peer.pods ?? [], NO_LABELS);
  }
  const { namespace, labels } = end.workload;
  if (peer.namespaces === undefined) {
    if (namespace !== policy.namespace) return false;
  } else if (!fits(peer.namespaces, namespaces.get(namespace)?.labels ?? NO_LABELS)) return false;
  return fits(peer.pods ?? [], labels);
}
