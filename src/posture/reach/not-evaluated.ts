// Objects that say something of the network in a language that is not evaluated here. They are named, so that nothing that they allow or forbid is
// passed over; an object of a group that is not known may do anything, so its kind is named too.
import type { ManifestObject } from '../../scan/release/manifests/objects.ts';
import { nodeAt, textAt } from '../../scan/release/yaml.ts';
import { podTemplate } from './pods.ts';
import { fits, labelsAt } from './selector.ts';
import { groupOf, namesOf } from './source.ts';
import type { Workload } from './workload.ts';

/** What an object that is not evaluated may change: what passes between pods, what a proxy inside the pods lets pass, what comes in from outside. */
export type Layer = 'network' | 'mesh' | 'entry';

/** One such object. */
export interface NotEvaluated {
  readonly layer: Layer;
  readonly kind: string;
  /** `NAMESPACE/NAME`, or the name alone of what lies in no namespace. */
  readonly name: string;
  readonly position: string;
  /** Ids of the workloads that it selects, as far as it selects by labels: for mesh policies only. */
  readonly workloads?: readonly string[];
}

/** Kinds by their API group. */
const KINDS: Readonly<Record<string, Readonly<Partial<Record<Layer, readonly string[]>>>>> = {
  'policy.networking.k8s.io': {
    network: ['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'ClusterNetworkPolicy'],
  },
  'cilium.io': {
    network: ['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy', 'CiliumLocalRedirectPolicy', 'CiliumCIDRGroup'],
  },
  'crd.projectcalico.org': {
    network: ['NetworkPolicy', 'GlobalNetworkPolicy', 'GlobalNetworkSet', 'NetworkSet', 'Tier'],
  },
  'projectcalico.org': { network: ['NetworkPolicy', 'GlobalNetworkPolicy', 'GlobalNetworkSet', 'NetworkSet', 'Tier'] },
  'crd.antrea.io': { network: ['NetworkPolicy', 'ClusterNetworkPolicy', 'Tier'] },
  'k8s.cni.cncf.io': { network: ['MultiNetworkPolicy'] },
  'k8s.ovn.org': { network: ['EgressFirewall', 'AdminPolicyBasedExternalRoute'] },
  'network.openshift.io': { network: ['EgressNetworkPolicy', 'NetNamespace'] },
  'security.istio.io': { mesh: ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication'] },
  'networking.istio.io': { mesh: ['Sidecar'], entry: ['Gateway', 'VirtualService', 'ServiceEntry', 'EnvoyFilter'] },
  'policy.linkerd.io': { mesh: ['Server', 'ServerAuthorization', 'AuthorizationPolicy', 'MeshTLSAuthentication'] },
  'gateway.networking.k8s.io': { entry: ['Gateway', 'HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute', 'UDPRoute'] },
  'projectcontour.io': { entry: ['HTTPProxy'] },
  'traefik.io': { entry: ['IngressRoute', 'IngressRouteTCP', 'IngressRouteUDP'] },
};

/** Groups of Kubernetes itself: what of them matters here is evaluated, or listed above. */
const KNOWN_GROUP =
  /^(?:|[a-z]+\.k8s\.io|apps|batch|autoscaling|policy|extensions|rbac\.authorization\.k8s\.io|route\.openshift\.io)$/;
/** Namespace whose mesh policies hold for all unless its owner chose another (Istio, `meshConfig.rootNamespace`). */
const MESH_ROOT = 'istio-system';

/** Objects of other languages, in the order of the input. */
export function findNotEvaluated(
  objects: readonly ManifestObject[],
  workloads: readonly Workload[],
): readonly NotEvaluated[] {
  return objects.flatMap((object) => {
    const layers = Object.entries(KINDS[groupOf(object.apiVersion)] ?? {}) as [Layer, readonly string[]][];
    const layer = layers.find(([, kinds]) => kinds.includes(object.kind))?.[0];
    if (layer === undefined) return [];
    const position = `${object.file}:${object.node.line}`;
    const names = namesOf(object);
    const stated = textAt(object.node, 'metadata', 'namespace');
    const name = names === undefined ? 'without a name' : stated === undefined ? names.name : `${stated}/${names.name}`;
    const selected = layer === 'mesh' ? { workloads: selectedBy(object, names?.namespace ?? '', workloads) } : {};
    return [{ layer, kind: object.kind, name, position, ...selected }];
  });
}

/** Kinds of groups that are not known, with their number: operators may make pods, services or policies of them that no file shows. */
export function findStrangers(objects: readonly ManifestObject[]): ReadonlyMap<string, number> {
  const strangers = new Map<string, number>();
  for (const object of objects) {
    const group = groupOf(object.apiVersion);
    if (KNOWN_GROUP.test(group) || podTemplate(object) !== undefined) continue;
    const listed = KINDS[group];
    if (listed !== undefined && Object.values(listed).some((kinds) => kinds.includes(object.kind))) continue;
    const kind = `${object.kind} (${group})`;
    strangers.set(kind, (strangers.get(kind) ?? 0) + 1);
  }
  return strangers;
}

/** `spec.selector.matchLabels` of Istio; other ways to select are not read, which leaves all pods of the namespace. */
function selectedBy({ node }: ManifestObject, namespace: string, workloads: readonly Workload[]): readonly string[] {
  const labels = labelsAt(nodeAt(node, 'spec', 'selector'), 'matchLabels');
  const selector = [...labels].map(([key, value]) => ({ key, operator: 'In', values: new Set([value]) }) as const);
  return workloads
    .filter((one) => (namespace === MESH_ROOT || one.namespace === namespace) && fits(selector, one.labels))
    .map(({ id }) => id);
}
