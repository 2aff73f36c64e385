// Judges one flow, straight from the words of the NetworkPolicy API and from plain objects: slow, and made apart from the program, to be held against it.

/** Labels as manifests write them. */
type Labels = Readonly<Record<string, string>>;

/** A selector as manifests write it. */
export interface PlainSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** A peer as manifests write it. */
export interface PlainPeer {
  readonly podSelector?: PlainSelector;
  readonly namespaceSelector?: PlainSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

/** A port as manifests write it. */
export interface PlainPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** A rule as manifests write it. */
export interface PlainRule {
  readonly from?: readonly PlainPeer[];
  readonly to?: readonly PlainPeer[];
  readonly ports?: readonly PlainPort[];
}

/** A policy as manifests write it. */
export interface PlainPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector: PlainSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly PlainRule[];
    readonly egress?: readonly PlainRule[];
  };
}

/** A pod, or an address outside. */
export type PlainEnd =
  | {
      readonly namespace: string;
      readonly labels: Labels;
      readonly ports: readonly { readonly name: string; readonly protocol: string; readonly containerPort: number }[];
    }
  | { readonly address: string };

/** What is asked: one port of one protocol. */
export interface Flow {
  readonly from: PlainEnd;
  readonly to: PlainEnd;
  readonly protocol: string;
  readonly port: number;
}

/** Whether a flow may pass. */
export function mayPass(
  flow: Flow,
  policies: readonly PlainPolicy[],
  namespaces: Readonly<Record<string, Labels>>,
): boolean {
  return (
    leaves(flow, policies, namespaces, 'Egress', flow.from, flow.to) &&
    leaves(flow, policies, namespaces, 'Ingress', flow.to, flow.from)
  );
}

function leaves(
  flow: Flow,
  policies: readonly PlainPolicy[],
  namespaces: Readonly<Record<string, Labels>>,
  type: 'Ingress' | 'Egress',
  own: PlainEnd,
  other: PlainEnd,
): boolean {
  if ('address' in own) return true;
  const judging = policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === own.namespace &&
      selects(spec.podSelector, own.labels) &&
      (spec.policyTypes ?? ['Ingress', ...((spec.egress ?? []).length > 0 ? ['Egress'] : [])]).includes(type),
  );
  if (judging.length === 0) return true;
  return judging.some(({ metadata, spec }) =>
    ((type === 'Ingress' ? spec.ingress : spec.egress) ?? []).some((rule) => {
      const peers = (type === 'Ingress' ? rule.from : rule.to) ?? [];
      const ports = rule.ports ?? [];
      return (
        (peers.length === 0 || peers.some((peer) => isPeer(peer, metadata.namespace, other, namespaces))) &&
        (ports.length === 0 || ports.some((port) => isPort(port, flow)))
      );
    }),
  );
}

function isPeer(
  peer: PlainPeer,
  namespace: string,
  end: PlainEnd,
  namespaces: Readonly<Record<string, Labels>>,
): boolean {
  if (peer.ipBlock !== undefined) {
    if (!('address' in end)) return false;
    return isIn(end.address, peer.ipBlock.cidr) && !(peer.ipBlock.except ?? []).some((one) => isIn(end.address, one));
  }
  if ('address' in end) return false;
  const spaceFits =
    peer.namespaceSelector === undefined
      ? end.namespace === namespace
      : selects(peer.namespaceSelector, { 'kubernetes.io/metadata.name': end.namespace, ...namespaces[end.namespace] });
  return spaceFits && (peer.podSelector === undefined || selects(peer.podSelector, end.labels));
}

function isPort({ protocol = 'TCP', port, endPort }: PlainPort, flow: Flow): boolean {
  if (protocol !== flow.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === 'number') return flow.port >= port && flow.port <= (endPort ?? port);
  const { to } = flow;
  return (
    !('address' in to) &&
    to.ports.some((one) => one.name === port && one.protocol === protocol && one.containerPort === flow.port)
  );
}

function selects({ matchLabels = {}, matchExpressions = [] }: PlainSelector, labels: Labels): boolean {
  const pairs = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return (
    pairs &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      if (operator === 'In') return value !== undefined && values.includes(value);
      return value === undefined || !values.includes(value);
    })
  );
}

/** By the bits of the addresses, of IPv4 in dotted or IPv6 in full form. */
function isIn(address: string, block: string): boolean {
  const [network = '', prefix = ''] = block.split('/');
  const [own, other] = [bitsOf(address), bitsOf(network)];
  return own.length === other.length && own.slice(0, Number(prefix)) === other.slice(0, Number(prefix));
}

function bitsOf(address: string): string {
  const wide = address.includes(':');
  return address
    .split(wide ? ':' : '.')
    .map((part) =>
      Number.parseInt(part, wide ? 16 : 10)
        .toString(2)
        .padStart(wide ? 16 : 8, '0'),
    )
    .join('');
}
