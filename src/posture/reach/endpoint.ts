// The ends of connections: workloads, ranges of addresses outside the cluster, and the ingress controller, whatever pods it is. Kept in the order
// of every list.
import { compareText } from '../../platform/order.ts';
import { type AddressFamily, type AddressRange, rangeText, splitSpace } from './address.ts';
import { blocksOf, type Network } from './network.ts';
import type { Workload } from './workload.ts';

/** Addresses that connect, or that are connected to: the rules of each direction cut the space at their own borders. */
export type Side = 'from' | 'to';

/** One end. */
export type Endpoint =
  | { readonly kind: 'workload'; readonly id: string; readonly workload: Workload }
  | { readonly kind: 'external'; readonly id: string; readonly range: AddressRange; readonly side: Side }
  | { readonly kind: 'ingress-controller'; readonly id: string };

/** What lists call the ingress controller. */
export const INGRESS_CONTROLLER = '{ingress-controller}';

/** What decides which ends there are. */
export interface EndpointOptions {
  /** Further blocks at whose borders the address space is cut: those of another release, or of a question. */
  readonly blocks?: readonly AddressRange[];
}

/** All ends of a network, sorted by id. IPv6 has its own where a rule or a question names an IPv6 address. */
export function endpointsOf(network: Network, { blocks = [] }: EndpointOptions = {}): readonly Endpoint[] {
  const families = familiesOf([...blocksOf(network, 'ingress'), ...blocksOf(network, 'egress'), ...blocks]);
  const external = (side: Side): readonly Endpoint[] => {
    const own = [...blocksOf(network, side === 'from' ? 'ingress' : 'egress'), ...blocks];
    const ranges = families.flatMap((family) => splitSpace(family, own));
    return ranges.map((range) => ({ kind: 'external', id: `${rangeText(range)}[External]`, range, side }));
  };
  const ends: Endpoint[] = [
    ...network.workloads.map((workload): Endpoint => ({ kind: 'workload', id: workload.id, workload })),
    ...external('from'),
    ...external('to'),
    { kind: 'ingress-controller', id: INGRESS_CONTROLLER },
  ];
  return ends.sort((a, b) => compareText(a.id, b.id));
}

function familiesOf(blocks: readonly AddressRange[]): readonly AddressFamily[] {
  return blocks.some(({ family }) => family === 6) ? [4, 6] : [4];
}
