// Where the pods of a question would run, and what that changes of the ways around policies. Only what follows from the definitions is changed:
// NetworkPolicies act on a pod's interface, wherever its kernel is; an address outside the cluster is no pod.
import type { Bypass } from './bypass.ts';
import type { Workload } from './workload.ts';

/** Where the source runs: as the manifests say, in a sandbox (gVisor, Kata), on nodes that hold nothing else, or outside the cluster. */
export const PLACEMENTS = ['as-is', 'sandboxed', 'dedicated-nodes', 'outside'] as const;

/** See PLACEMENTS. */
export type Placement = (typeof PLACEMENTS)[number];

/** What a placement makes of the ways around policies. */
export interface Placed {
  readonly bypasses: readonly Bypass[];
  /** Ids of the destinations that run on a node beside the source, which that node reaches whatever policies say. */
  readonly besideNode: readonly string[];
  readonly notes: readonly string[];
}

/**
 * The ways around policies that are left.
 * @param sources workloads of the question's `from`
 * @param targets workloads of its `to`
 * @param bypasses all of the network
 */
export function place(
  placement: Placement,
  sources: readonly Workload[],
  targets: readonly Workload[],
  bypasses: readonly Bypass[],
): Placed {
  const from = new Set(sources.map(({ id }) => id));
  const to = new Set(targets.map(({ id }) => id));
  const leading = bypasses.filter(({ subject, kind }) => to.has(subject) && kind !== 'attachment');
  const shared = bypasses.filter(
    ({ subject, kind }) => kind === 'attachment' && (to.has(subject) || from.has(subject)),
  );
  const own = bypasses.filter(({ subject, kind }) => from.has(subject) && kind === 'host-network');
  // A DaemonSet has a pod on dedicated nodes too, unless its node selector says otherwise.
  const everywhere = targets.filter(({ kind }) => kind === 'DaemonSet').map(({ id }) => id);
  const all = targets.map(({ id }) => id);
  switch (placement) {
    case 'as-is':
      return { bypasses: distinct([...leading, ...shared, ...own]), besideNode: all, notes: [] };
    case 'sandboxed':
      return {
        bypasses: distinct([...leading, ...shared, ...own]),
        besideNode: [],
        notes: [
          'A sandbox changes no connection: policies act outside it. It keeps a pod that breaks out of its kernel from the node, and so from the pods beside it',
          ...(own.length > 0
            ? ['Pods with the network of their node keep it in gVisor where that is allowed; Kata does not start them']
            : []),
        ],
      };
    case 'dedicated-nodes':
      return {
        bypasses: distinct([...leading, ...shared, ...own]),
        besideNode: everywhere,
        notes: [
          'Dedicated nodes change no connection. What is left beside the source on its node are the pods of DaemonSets',
        ],
      };
    case 'outside':
      return {
        bypasses: distinct([...leading, ...shared.filter(({ subject }) => to.has(subject))]),
        besideNode: [],
        notes: [
          'Outside the cluster the source is an address: rules that name pods or namespaces do not fit it, blocks of addresses and doors do. Whether pod addresses are routed from there is the site’s matter',
        ],
      };
  }
}

function distinct(bypasses: readonly Bypass[]): readonly Bypass[] {
  return [...new Set(bypasses)];
}
