// What the checks of this room look at: the workloads and namespaces of users and tenants, and the rest of the platform, out of the objects of a release
// or of a cluster. Built once; pure.
import type { NodeEvidence } from '../../kubernetes/evidence/evidence.ts';
import { textOf } from '../../platform/json.ts';
import { compareText } from '../../platform/order.ts';
import type { KubernetesObject } from '../../scan/release/manifests/object.ts';
import type { ManifestObject } from '../../scan/release/manifests/objects.ts';
import type { Minor } from '../kubernetes-versions/minor.ts';
import { type Grants, grantsOf } from '../rbac/grants.ts';
import type { Endpoint } from '../reach/endpoint.ts';
import type { Network } from '../reach/network.ts';
import { isMeant, type Term } from '../reach/question.ts';
import type { Workload } from '../reach/workload.ts';
import { type Hierarchy, hierarchyOf } from './tenants/hierarchy.ts';
import { type Tenant, tenantsOf } from './tenants/tenant.ts';
import { type PodWorkload, podWorkloads } from './workloads.ts';

/** What is judged. */
export interface TenancyInput {
  readonly objects: readonly ManifestObject[];
  /** The network of the same objects. */
  readonly network: Network;
  /** Which pods are those of users, in the words of reach. */
  readonly users: readonly Term[];
  /** Version of the API server, where it is known. */
  readonly kubernetes?: Minor;
  /** What collectors saw on nodes, where they were asked. */
  readonly nodes?: readonly NodeEvidence[];
  /** Kinds that were asked for and could not be read: that the input has none of them says nothing. */
  readonly unread?: ReadonlySet<string>;
}

/** The same, sorted out. */
export interface TenancyView extends TenancyInput {
  /** Objects by `GROUP/KIND`. */
  readonly kinds: ReadonlyMap<string, readonly ManifestObject[]>;
  readonly workloads: readonly PodWorkload[];
  /** Workloads of users; tenants' own are among them. */
  readonly userWorkloads: readonly PodWorkload[];
  /** Namespaces that hold workloads of users, or are named for them; sorted. */
  readonly userNamespaces: readonly string[];
  readonly tenants: readonly Tenant[];
  readonly hierarchy: Hierarchy;
  readonly grants: Grants;
}

/** Namespace of user access instances. */
const UAI_NAMESPACE = 'user';

/** Sorts the input out. Of an object that is there twice the last counts, which is what applying the files leaves. */
export function tenancyView(input: TenancyInput): TenancyView {
  const { network, users } = input;
  const objects = distinct(input.objects);
  const workloads = podWorkloads(objects);
  const hierarchy = hierarchyOf(objects);
  const tenants = tenantsOf(objects, hierarchy);
  const tenantNamespaces = new Set(tenants.flatMap(({ namespaces }) => namespaces));
  const userWorkloads = workloads.filter(
    (workload) => tenantNamespaces.has(workload.namespace) || isMeant(users, endOf(workload), network),
  );
  const named = users.flatMap((term) => namespacesOf(term, network));
  const all = [...named, ...tenantNamespaces, ...userWorkloads.map(({ namespace }) => namespace)];
  return {
    ...input,
    objects,
    kinds: Map.groupBy(objects, ({ apiVersion, kind }) => `${groupOf(apiVersion)}/${kind}`),
    workloads,
    userWorkloads,
    userNamespaces: [...new Set(all)].sort(),
    tenants,
    hierarchy,
    grants: grantsOf(objects),
  };
}

/** Objects of a kind of a group, whatever the version; the group of the core API is empty. */
export function objectsOf(
  { kinds }: Pick<TenancyView, 'kinds'>,
  group: string,
  kind: string,
): readonly KubernetesObject[] {
  return kinds.get(`${group}/${kind}`) ?? [];
}

/** Those of the kinds that were asked for and could not be read. */
export function unreadAmong({ unread }: Pick<TenancyView, 'unread'>, kinds: readonly string[]): readonly string[] {
  return kinds.filter((kind) => unread?.has(kind) === true);
}

/** Kinds that make pods. */
export const POD_KINDS = ['Pod', 'Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'Job', 'CronJob'] as const;

/** Whether the platform has user access instances: their namespace is asked for. */
export function hasUserAccess({ userNamespaces }: TenancyView): boolean {
  return userNamespaces.includes(UAI_NAMESPACE);
}

/** By their names, so that the order of files changes no result. Objects whose names are made later are all kept. */
function distinct(objects: readonly ManifestObject[]): readonly ManifestObject[] {
  const known = new Map<string, ManifestObject>();
  for (const [at, object] of objects.entries()) {
    const { apiVersion, kind, namespace = 'default', name, value } = object;
    const own = textOf(value, 'metadata', 'name') === undefined ? `${at}` : '';
    known.set([groupOf(apiVersion), kind, namespace, name, own].join('\0'), object);
  }
  return [...known].sort(([a], [b]) => compareText(a, b)).map(([, object]) => object);
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** Namespaces that a word names, though no pod may be in them yet. */
function namespacesOf(term: Term, network: Network): readonly string[] {
  if (term.kind === 'pod') return [term.workload.namespace];
  if (term.kind === 'name') {
    const namespace = term.text.slice(0, term.text.indexOf('/'));
    return namespace.includes('*') ? [] : [namespace];
  }
  if (term.kind !== 'namespace-labels') return [];
  return [...network.namespaces.keys()].filter((namespace) => isMeant([term], anyPodOf(namespace), network));
}

function endOf({ subject, namespace, name, kind, position, labels }: PodWorkload): Endpoint {
  const workload: Workload = { ...NOTHING, id: subject, namespace, name, kind, position, labels };
  return { kind: 'workload', id: subject, workload };
}

function anyPodOf(namespace: string): Endpoint {
  const id = `${namespace}/any[Pod]`;
  return {
    kind: 'workload',
    id,
    workload: { ...NOTHING, id, namespace, name: 'any', kind: 'Pod', position: '', labels: new Map() },
  };
}

const NOTHING = { ports: [], hostNetwork: false, attachments: [] } as const;
