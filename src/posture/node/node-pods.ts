// Which pods of the evidence run on which node, and of what kind they are: users', the control plane's, others.
import type { EvidenceBundle, ObjectEvidence } from '../../kubernetes/evidence/evidence.ts';
import { type JsonMap, membersOf, textOf } from '../../platform/json.ts';
import { compareText } from '../../platform/order.ts';
import type { Endpoint } from '../reach/endpoint.ts';
import { isMeant, type Term } from '../reach/question.ts';
import type { Labels } from '../reach/selector.ts';
import { handlerKind } from '../sandbox-handler.ts';

/** A pod as the join per node sees it. */
export interface PlacedPod {
  /** `NAMESPACE/NAME`. */
  readonly name: string;
  readonly kind: 'user' | 'control-plane' | 'other';
  /** What is between its containers and the kernel of the node: nothing, a sandbox, or what its RuntimeClass does not tell. */
  readonly kernel: 'shared' | 'sandboxed' | 'unknown';
}

/** The pods of a cluster. */
export interface NodePods {
  /** By the name of their node, sorted by name. */
  readonly byNode: ReadonlyMap<string, readonly PlacedPod[]>;
  /** Names of the cluster's nodes: of a part under another name nobody knows which node it is. */
  readonly nodes: ReadonlySet<string>;
  /** Whether these are all that run: that a node has none of a kind says something only then. */
  readonly complete: boolean;
}

/** Components that decide what a cluster does; kubeadm and its like run them as static pods of kube-system. */
const CONTROL_PLANE = /^(?:kube-apiserver|kube-controller-manager|kube-scheduler|etcd)(?:-|$)/;

/**
 * The pods of a bundle that run somewhere; undefined when no API server was asked, or it did not tell its pods: they may be everywhere then.
 * @param users which pods are those of users, in the words of reach
 */
export function nodePods({ cluster, objects, gaps }: EvidenceBundle, users: readonly Term[]): NodePods | undefined {
  const pods = objects.filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Pod');
  const complete = !gaps.some(({ target }) => target === 'pods');
  if (cluster === undefined || (pods.length === 0 && !complete)) return undefined;
  const namespaces = new Map(
    objects
      .filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Namespace')
      .map((namespace) => [namespace.name, { name: namespace.name, labels: labelsOf(namespace) }]),
  );
  const handlers = new Map(
    objects
      .filter(({ kind }) => kind === 'RuntimeClass')
      .map((one) => [one.name, textOf(jsonOf(one), 'handler') ?? textOf(jsonOf(one), 'spec', 'runtimeHandler') ?? '']),
  );
  const placed = pods.flatMap((pod) => {
    const node = textOf(jsonOf(pod), 'spec', 'nodeName');
    if (node === undefined) return [];
    const isUsers = isMeant(users, endOf(pod), { namespaces });
    const kind = isUsers ? 'user' : isControlPlane(pod) ? 'control-plane' : 'other';
    const kernel = kernelOf(textOf(jsonOf(pod), 'spec', 'runtimeClassName'), handlers);
    return [{ node, pod: { name: `${pod.namespace ?? ''}/${pod.name}`, kind, kernel } as const }];
  });
  const byNode = new Map(
    [...Map.groupBy(placed, ({ node }) => node)].map(([node, group]) => [
      node,
      group.map(({ pod }) => pod).sort((a, b) => compareText(a.name, b.name)),
    ]),
  );
  const nodes = objects.filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Node');
  return { byNode, nodes: new Set([...nodes.map(({ name }) => name), ...byNode.keys()]), complete };
}

function kernelOf(runtimeClass: string | undefined, handlers: ReadonlyMap<string, string>): PlacedPod['kernel'] {
  if (runtimeClass === undefined) return 'shared';
  const handler = handlers.get(runtimeClass);
  const kind = handler === undefined ? 'unknown' : handlerKind(handler);
  return kind === 'sandbox' ? 'sandboxed' : kind === 'plain' ? 'shared' : 'unknown';
}

function isControlPlane(pod: ObjectEvidence): boolean {
  const component = textOf(jsonOf(pod), 'metadata', 'labels', 'component') ?? pod.name;
  return pod.namespace === 'kube-system' && CONTROL_PLANE.test(component);
}

function labelsOf(object: ObjectEvidence): Labels {
  return new Map(membersOf(jsonOf(object), 'metadata', 'labels').map(([key, value]) => [key, String(value)]));
}

function endOf(pod: ObjectEvidence): Endpoint {
  const { namespace = '', name } = pod;
  const id = `${namespace}/${name}[Pod]`;
  const workload = {
    id,
    namespace,
    name,
    kind: 'Pod',
    position: '',
    labels: labelsOf(pod),
    ports: [],
    hostNetwork: false,
    attachments: [],
  };
  return { kind: 'workload', id, workload };
}

/** Evidence was read out of JSON, and so is JSON. */
function jsonOf({ object }: ObjectEvidence): JsonMap {
  return object as JsonMap;
}
