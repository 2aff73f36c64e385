// Tenants: who they are and which namespaces are theirs. Reads Tenant objects of tapms (tapms.hpe.com v1alpha1 to v1alpha3) and of Capsule
// (capsule.clastix.io v1beta1, v1beta2), and the trees of the Hierarchical Namespace Controller.
import { listOf, textOf } from '../../../platform/json.ts';
import { compareText } from '../../../platform/order.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { ancestorsOf, type Hierarchy, rootOf } from './hierarchy.ts';

/** One tenant. */
export interface Tenant {
  readonly name: string;
  readonly system: 'tapms' | 'capsule' | 'hnc';
  /** Sorted; those that its objects say, and those below them in the tree. */
  readonly namespaces: readonly string[];
  readonly position: string;
  /** The object that describes it; a tree of HNC has none. */
  readonly object?: KubernetesObject;
}

const CAPSULE_LABEL = 'capsule.clastix.io/tenant';

/** All tenants, sorted by name. Trees that hold tenants of tapms or Capsule are not tenants themselves. */
export function tenantsOf(objects: readonly KubernetesObject[], hierarchy: Hierarchy): readonly Tenant[] {
  const described = objects.flatMap((object): readonly Tenant[] => {
    if (object.kind !== 'Tenant') return [];
    if (object.apiVersion.startsWith('tapms.hpe.com/')) return [tapmsTenant(object, hierarchy)];
    if (object.apiVersion.startsWith('capsule.clastix.io/')) return [capsuleTenant(object, objects)];
    return [];
  });
  const taken = new Set(described.flatMap(({ namespaces }) => namespaces).map((one) => rootOf(hierarchy, one)));
  const roots = [...new Set([...hierarchy.parents.keys()].map((child) => rootOf(hierarchy, child)))];
  const trees = roots
    .filter((root) => !taken.has(root))
    .map((root): Tenant => {
      const namespaces = [root, ...below(hierarchy, [root])].sort(compareText);
      const position = namespaces.flatMap((one) => hierarchy.positions.get(one) ?? [])[0] ?? '';
      return { name: root, system: 'hnc', namespaces, position };
    });
  return [...described, ...trees].sort((a, b) => compareText(a.name, b.name) || compareText(a.system, b.system));
}

/** tapms makes a namespace of the tenant's name, and one TENANT-CHILD below it for every child that the tenant names. */
function tapmsTenant(object: KubernetesObject, hierarchy: Hierarchy): Tenant {
  const { value, position } = object;
  const name = textOf(value, 'spec', 'tenantname') ?? object.name;
  const children = [...listOf(value, 'spec', 'childnamespaces'), ...listOf(value, 'spec', 'childNamespaces')];
  const made = listOf(value, 'status', 'childnamespaces').filter((one) => typeof one === 'string');
  const own = [name, ...children.flatMap((one) => (typeof one === 'string' ? [`${name}-${one}`] : [])), ...made];
  const namespaces = [...new Set([...own, ...below(hierarchy, own)])].sort(compareText);
  return { name, system: 'tapms', namespaces, position, object };
}

/** Capsule names the namespaces in the status, and labels each of them. */
function capsuleTenant(object: KubernetesObject, objects: readonly KubernetesObject[]): Tenant {
  const { name, value, position } = object;
  const listed = listOf(value, 'status', 'namespaces').filter((one) => typeof one === 'string');
  const labelled = objects.flatMap((one) =>
    one.kind === 'Namespace' && textOf(one.value, 'metadata', 'labels', CAPSULE_LABEL) === name ? [one.name] : [],
  );
  return {
    name,
    system: 'capsule',
    namespaces: [...new Set([...listed, ...labelled])].sort(compareText),
    position,
    object,
  };
}

function below(hierarchy: Hierarchy, tops: readonly string[]): readonly string[] {
  return [...hierarchy.parents.keys()].filter((one) =>
    ancestorsOf(hierarchy, one).some((above) => tops.includes(above)),
  );
}
