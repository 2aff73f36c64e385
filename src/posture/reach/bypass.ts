// Ways that NetworkPolicies do not govern, named so that nobody takes "no rule allows it" for "nothing reaches it".
// Kubernetes documentation, "Network Policies": behaviour of hostNetwork pods is not defined, and a node always reaches the pods that run on it;
// "Service", external traffic; network-attachment networks are outside the pod network (multi-network standard, section 1).
import { compareText } from '../../platform/order.ts';
import { connectionsText, isNone, NO_CONNECTIONS, unite } from './connections.ts';
import type { Network } from './network.ts';
import { type Service, selectedBy, targetConnections } from './service.ts';
import type { Workload } from './workload.ts';

/** Kinds of ways around policies. */
export type BypassKind =
  | 'host-network'
  | 'host-port'
  | 'node-port'
  | 'load-balancer'
  | 'external-address'
  | 'attachment';

/** One way around. */
export interface Bypass {
  readonly kind: BypassKind;
  /** Id of the workload that it leads to, or from. */
  readonly subject: string;
  /** Of the object that opens it, `FILE:LINE`. */
  readonly position: string;
  readonly reason: string;
}

/** All ways around the policies of a network, sorted by subject and kind. */
export function bypassesOf({ workloads, services }: Network): readonly Bypass[] {
  return [...workloads.flatMap(ofWorkload), ...services.flatMap((service) => ofService(service, workloads))].sort(
    (a, b) =>
      compareText(a.subject, b.subject) ||
      compareText(a.kind, b.kind) ||
      compareText(a.reason, b.reason) ||
      compareText(a.position, b.position),
  );
}

function ofWorkload({ id: subject, position, hostNetwork, ports, attachments }: Workload): readonly Bypass[] {
  const hostPorts = ports.flatMap(({ protocol, hostPort }) =>
    hostPort === undefined ? [] : `${protocol} ${hostPort}`,
  );
  return [
    ...(hostNetwork
      ? [
          {
            kind: 'host-network' as const,
            subject,
            position,
            reason:
              'its pods have the network of their node: what they open is open on the node, and what they send comes from it',
          },
        ]
      : []),
    ...(hostNetwork || hostPorts.length === 0
      ? []
      : [
          {
            kind: 'host-port' as const,
            subject,
            position,
            reason: `${hostPorts.join(', ')} on the address of each of its nodes; policies see the node’s address where it is translated`,
          },
        ]),
    ...(attachments.length === 0
      ? []
      : [
          {
            kind: 'attachment' as const,
            subject,
            position,
            reason: `it is also on the network ${attachments.join(', ')}`,
          },
        ]),
  ];
}

function ofService(service: Service, workloads: readonly Workload[]): readonly Bypass[] {
  const { type, externalAddresses, ports, namespace, name, position } = service;
  const kinds: BypassKind[] = [];
  if (type === 'LoadBalancer') kinds.push('load-balancer');
  if (type === 'NodePort') kinds.push('node-port');
  if (externalAddresses.length > 0) kinds.push('external-address');
  if (kinds.length === 0) return [];
  return selectedBy(service, workloads).flatMap((workload) => {
    const open = ports.reduce((sum, port) => unite(sum, targetConnections(port, workload)), NO_CONNECTIONS);
    if (isNone(open)) return [];
    return kinds.map((kind) => ({
      kind,
      subject: workload.id,
      position,
      reason: `${wayOf(kind, service)} of the service ${namespace}/${name} lead to ${connectionsText(open)}; policies may see the node’s address instead of the sender’s`,
    }));
  });
}

function wayOf(kind: BypassKind, { externalAddresses, ports }: Service): string {
  if (kind === 'load-balancer') return 'the load balancer and node ports';
  if (kind === 'external-address') return `the addresses ${externalAddresses.join(', ')}`;
  const numbers = ports.flatMap(({ nodePort }) => nodePort ?? []);
  return numbers.length === 0 ? 'node ports' : `node ports ${numbers.join(', ')}`;
}
