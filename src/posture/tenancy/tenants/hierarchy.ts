// The tree of namespaces that the Hierarchical Namespace Controller keeps, and which kinds it propagates down: reads SubnamespaceAnchor,
// HierarchyConfiguration and HNCConfiguration (hnc.x-k8s.io v1alpha1 and v1alpha2; HNC concepts, "Propagation").
import { listOf, membersOf, textOf } from '../../../platform/json.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';

/** Namespaces and their parents. */
export interface Hierarchy {
  readonly parents: ReadonlyMap<string, string>;
  /** Where a parent is stated, `FILE:LINE`, by child. */
  readonly positions: ReadonlyMap<string, string>;
  /** Plural names of resources that are propagated: roles and rolebindings always, others where HNCConfiguration says so. */
  readonly propagated: ReadonlyMap<string, 'propagate' | 'allow'>;
  /** Of the HNCConfiguration; absent when the input has none. */
  readonly configuration?: string;
}

/** Deeper trees are cut: a cycle has no end. */
const DEPTH = 100;
const PLURALS: ReadonlyMap<string, string> = new Map([
  ['NetworkPolicy', 'networkpolicies'],
  ['ResourceQuota', 'resourcequotas'],
  ['LimitRange', 'limitranges'],
  ['Role', 'roles'],
  ['RoleBinding', 'rolebindings'],
]);
const PROPAGATE = 'propagate.hnc.x-k8s.io/';

/** Reads the tree. */
export function hierarchyOf(objects: readonly KubernetesObject[]): Hierarchy {
  const own = objects.filter(({ apiVersion }) => apiVersion.startsWith('hnc.x-k8s.io/'));
  const parents = new Map<string, string>();
  const positions = new Map<string, string>();
  const add = (child: string | undefined, parent: string | undefined, position: string): void => {
    if (!child || !parent || child === parent) return;
    parents.set(child, parent);
    positions.set(child, position);
  };
  for (const { kind, name, namespace, value, position } of own) {
    if (kind === 'SubnamespaceAnchor') add(name, namespace, position);
    if (kind === 'HierarchyConfiguration') add(namespace, textOf(value, 'spec', 'parent'), position);
  }
  // HNC writes the parent on the namespace that it made; in an input without anchors that is all there is.
  for (const { kind, apiVersion, name, value, position } of objects) {
    if (kind !== 'Namespace' || apiVersion !== 'v1' || parents.has(name)) continue;
    add(name, textOf(value, 'metadata', 'annotations', 'hnc.x-k8s.io/subnamespace-of'), position);
  }
  const configuration = own.find(({ kind }) => kind === 'HNCConfiguration');
  return {
    parents,
    positions,
    propagated: new Map([['roles', 'propagate'], ['rolebindings', 'propagate'], ...propagatedBy(configuration)]),
    ...(configuration === undefined ? {} : { configuration: configuration.position }),
  };
}

/** The namespaces above one, nearest first. */
export function ancestorsOf({ parents }: Hierarchy, namespace: string): readonly string[] {
  const found: string[] = [];
  let current = parents.get(namespace);
  while (current !== undefined && !found.includes(current) && found.length < DEPTH) {
    found.push(current);
    current = parents.get(current);
  }
  return found;
}

/** Whether HNC brings an object of a namespace above down to the ones below; `unknown` where the object itself chooses among them. */
export function isPropagated({ propagated }: Hierarchy, object: KubernetesObject): 'yes' | 'no' | 'unknown' {
  const mode = propagated.get(PLURALS.get(object.kind) ?? '');
  if (mode === undefined) return 'no';
  const exceptions = membersOf(object.value, 'metadata', 'annotations').filter(([key]) => key.startsWith(PROPAGATE));
  const is = (name: string): boolean =>
    exceptions.some(([key, value]) => key === `${PROPAGATE}${name}` && value === 'true');
  if (is('none')) return 'no';
  if (exceptions.some(([key]) => /\/(?:select|treeSelect)$/.test(key))) return 'unknown';
  return mode === 'propagate' || is('all') ? 'yes' : 'no';
}

function propagatedBy(
  configuration: KubernetesObject | undefined,
): readonly (readonly [string, 'propagate' | 'allow'])[] {
  if (configuration === undefined) return [];
  const named = listOf(configuration.value, 'spec', 'resources').map((row) => {
    const resource = textOf(row, 'resource') ?? '';
    return [resource.includes('.') ? resource.slice(0, resource.indexOf('.')) : resource, textOf(row, 'mode')] as const;
  });
  const typed = listOf(configuration.value, 'spec', 'types').map(
    (row) => [PLURALS.get(textOf(row, 'kind') ?? '') ?? '', textOf(row, 'mode')] as const,
  );
  return [...named, ...typed].flatMap(
    ([resource, mode = '']): readonly (readonly [string, 'propagate' | 'allow'])[] => {
      const word = mode.toLowerCase();
      if (resource === '' || (word !== 'propagate' && word !== 'allowpropagate')) return [];
      return [[resource, word === 'propagate' ? 'propagate' : 'allow']];
    },
  );
}

/** The namespace at the top of the tree that a namespace is in; itself outside of any tree. */
export function rootOf(hierarchy: Hierarchy, namespace: string): string {
  return ancestorsOf(hierarchy, namespace).at(-1) ?? namespace;
}
