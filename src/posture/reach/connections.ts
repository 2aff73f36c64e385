// What may pass between two ends: a set of ports for each protocol that NetworkPolicies know (Kubernetes API, NetworkPolicyPort: TCP, UDP, SCTP).
import { ALL_PORTS, intersectPorts, NO_PORTS, type PortSet, portsText, unitePorts } from './port-set.ts';

/** The protocols, in the order of every output. */
export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'] as const;

/** A transport protocol that NetworkPolicies can name. */
export type Protocol = (typeof PROTOCOLS)[number];

/** The ports that are open, a protocol each. */
export type Connections = Readonly<Record<Protocol, PortSet>>;

/** Nothing passes. */
export const NO_CONNECTIONS: Connections = { SCTP: NO_PORTS, TCP: NO_PORTS, UDP: NO_PORTS };
/** Everything passes. */
export const ALL_CONNECTIONS: Connections = { SCTP: ALL_PORTS, TCP: ALL_PORTS, UDP: ALL_PORTS };

const EVERYTHING = 'All Connections';

/** Ports of one protocol. */
export function connectionsOf(protocol: Protocol, from: number, to: number = from): Connections {
  return { ...NO_CONNECTIONS, [protocol]: [from, to] };
}

/** What either lets pass. */
export function unite(a: Connections, b: Connections): Connections {
  return { SCTP: unitePorts(a.SCTP, b.SCTP), TCP: unitePorts(a.TCP, b.TCP), UDP: unitePorts(a.UDP, b.UDP) };
}

/** What both let pass. */
export function intersect(a: Connections, b: Connections): Connections {
  return {
    SCTP: intersectPorts(a.SCTP, b.SCTP),
    TCP: intersectPorts(a.TCP, b.TCP),
    UDP: intersectPorts(a.UDP, b.UDP),
  };
}

/** Whether nothing passes. */
export function isNone({ SCTP, TCP, UDP }: Connections): boolean {
  return SCTP.length + TCP.length + UDP.length === 0;
}

/** `All Connections`, `No Connections`, or `TCP 80,443,UDP 53`: protocols in order, as np-guard's lists write it. Equal sets have equal texts. */
export function connectionsText(connections: Connections): string {
  if (connections === ALL_CONNECTIONS) return EVERYTHING;
  const parts = PROTOCOLS.flatMap((protocol) => {
    const ports = portsText(connections[protocol]);
    return ports === '' ? [] : [`${protocol} ${ports}`];
  });
  if (parts.length === 0) return 'No Connections';
  const everything = PROTOCOLS.every((protocol) => portsText(connections[protocol]) === portsText(ALL_PORTS));
  return everything ? EVERYTHING : parts.join(',');
}

/** The protocol of a text, TCP where none is written (NetworkPolicyPort, ContainerPort, ServicePort); undefined for one that is not known. */
export function protocolOf(text: string | undefined): Protocol | undefined {
  return PROTOCOLS.find((protocol) => protocol === (text ?? 'TCP'));
}
