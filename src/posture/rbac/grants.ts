// What role-based access control grants: reads roles and bindings, gives each grant with the subject it is for and where it comes from.
// Kubernetes API, rbac.authorization.k8s.io/v1; kubernetes.io/docs/reference/access-authn-authz/rbac, "User-facing roles", "Aggregated ClusterRoles".
import type { Gap } from '../../platform/gap.ts';
import { isMap, type Json, listOf, membersOf, textOf, valueAt } from '../../platform/json.ts';
import type { KubernetesObject } from '../../scan/release/manifests/object.ts';

/** A rule of a role. */
export interface RoleRule {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Objects that it is held to; none: all. */
  readonly names: readonly string[];
}

/** Who may act. */
export interface RbacSubject {
  readonly kind: 'ServiceAccount' | 'User' | 'Group';
  readonly name: string;
  /** Of a service account. */
  readonly namespace?: string;
}

/** A binding: these subjects have these rules, in one namespace or in all. */
export interface Grant {
  readonly subjects: readonly RbacSubject[];
  readonly rules: readonly RoleRule[];
  /** Absent: in the whole cluster. */
  readonly namespace?: string;
  /** `ClusterRole/view` */
  readonly role: string;
  /** `RoleBinding/NAMESPACE/NAME` */
  readonly binding: string;
  readonly position: string;
}

/** All grants of the input. */
export interface Grants {
  readonly grants: readonly Grant[];
  /** Bindings to roles that the input does not have. */
  readonly gaps: readonly Gap[];
}

const CHANGE = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const EDITED = ['pods', 'pods/attach', 'pods/exec', 'pods/portforward', 'secrets', 'configmaps', 'services'];
const ANY: RoleRule = { groups: ['*'], resources: ['*'], verbs: ['*'], names: [] };
/** Roles that every API server has, as far as rights go that matter here; rules of the input take their place. */
const OWN_ROLES: ReadonlyMap<string, readonly RoleRule[]> = new Map([
  ['cluster-admin', [ANY]],
  ['admin', [ownRule([...EDITED, 'roles', 'rolebindings'], CHANGE), ownRule(['serviceaccounts'], ['impersonate'])]],
  ['edit', [ownRule(EDITED, CHANGE), ownRule(['serviceaccounts'], ['impersonate'])]],
  ['view', [ownRule(['pods', 'configmaps', 'services'], ['get', 'list', 'watch'])]],
]);

/** Those that take in other roles by a label, each with what is before it. */
const AGGREGATED: readonly string[] = ['view', 'edit', 'admin'];
const AGGREGATE_TO = 'rbac.authorization.k8s.io/aggregate-to-';

/** Reads all roles and bindings. */
export function grantsOf(objects: readonly KubernetesObject[]): Grants {
  const own = objects.filter(({ apiVersion }) => apiVersion.startsWith('rbac.authorization.k8s.io/'));
  const roles = new Map(
    own
      .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')
      .map((object) => [roleKey(object.kind, object.namespace, object.name), object]),
  );
  const gaps: Gap[] = [];
  const grants = own.flatMap((binding): readonly Grant[] => {
    if (binding.kind !== 'RoleBinding' && binding.kind !== 'ClusterRoleBinding') return [];
    const kind = textOf(binding.value, 'roleRef', 'kind') ?? '';
    const name = textOf(binding.value, 'roleRef', 'name') ?? '';
    const namespace = binding.kind === 'RoleBinding' ? (binding.namespace ?? 'default') : undefined;
    const found = roles.get(roleKey(kind, namespace, name));
    const rules = found === undefined ? ownRules(kind === 'ClusterRole' ? name : '', own) : rulesOf(found, own);
    if (rules === undefined) {
      const reason = `${bindingName(binding)} gives the ${kind} ${name}, which is not in the input: what it allows is not known`;
      gaps.push({ kind: 'undecidable', target: binding.position, reason });
    }
    return [
      {
        subjects: listOf(binding.value, 'subjects').flatMap((one) => subjectOf(one, namespace)),
        rules: rules ?? [],
        ...(namespace === undefined ? {} : { namespace }),
        role: `${kind}/${name}`,
        binding: bindingName(binding),
        position: binding.position,
      },
    ];
  });
  return { grants, gaps };
}

/** Whether a grant is for a service account: by its name, or by a group that it is in. */
export function isFor({ subjects }: Grant, namespace: string, account: string): boolean {
  return subjects.some((subject) => {
    if (subject.kind === 'ServiceAccount') return subject.namespace === namespace && subject.name === account;
    if (subject.kind === 'User') return subject.name === `system:serviceaccount:${namespace}:${account}`;
    return isGroupOf(subject.name, namespace);
  });
}

/** Whether a grant is for any service account of a namespace. */
export function isForSome({ subjects }: Grant, namespace: string): boolean {
  return subjects.some((subject) => {
    if (subject.kind === 'ServiceAccount') return subject.namespace === namespace;
    if (subject.kind === 'User') return subject.name.startsWith(`system:serviceaccount:${namespace}:`);
    return isGroupOf(subject.name, namespace);
  });
}

/** Whether every service account of a namespace is in the group. */
export function isGroupOf(group: string, namespace: string): boolean {
  return (
    group === 'system:serviceaccounts' ||
    group === `system:serviceaccounts:${namespace}` ||
    group === 'system:authenticated'
  );
}

function roleKey(kind: string, namespace: string | undefined, name: string): string {
  return kind === 'Role' ? `Role/${namespace ?? 'default'}/${name}` : `${kind}/${name}`;
}

function bindingName({ kind, namespace, name }: KubernetesObject): string {
  return [kind, ...(kind === 'RoleBinding' ? [namespace ?? 'default'] : []), name].join('/');
}

function rulesOf(role: KubernetesObject, all: readonly KubernetesObject[]): readonly RoleRule[] {
  const selectors = listOf(role.value, 'aggregationRule', 'clusterRoleSelectors');
  const members = selectors.flatMap((selector) =>
    all.filter((one) => one !== role && one.kind === 'ClusterRole' && isAggregated(selector, one)),
  );
  return [role, ...members].flatMap(({ value }) => listOf(value, 'rules').map(ruleOf));
}

/** Rules of a role that every API server has, with those of the input that are aggregated to it: edit has what view has, admin what edit has. */
function ownRules(name: string, all: readonly KubernetesObject[]): readonly RoleRule[] | undefined {
  const rules = OWN_ROLES.get(name);
  const below = AGGREGATED.slice(0, AGGREGATED.indexOf(name) + 1);
  const members = all.filter(
    ({ kind, value }) =>
      kind === 'ClusterRole' &&
      below.some((one) => textOf(value, 'metadata', 'labels', `${AGGREGATE_TO}${one}`) === 'true'),
  );
  return rules === undefined
    ? undefined
    : [...rules, ...members.flatMap(({ value }) => listOf(value, 'rules').map(ruleOf))];
}

/** Selectors of aggregation are labels in practice; one with expressions aggregates nothing that is known here. */
function isAggregated(selector: Json, { value }: KubernetesObject): boolean {
  const wanted = membersOf(selector, 'matchLabels');
  return (
    wanted.length > 0 &&
    valueAt(selector, 'matchExpressions') === undefined &&
    wanted.every(([key, label]) => textOf(value, 'metadata', 'labels', key) === label)
  );
}

/** A rule as it stands in a role. */
export function ruleOf(rule: Json): RoleRule {
  return {
    groups: textsAt(rule, 'apiGroups'),
    resources: textsAt(rule, 'resources'),
    verbs: textsAt(rule, 'verbs'),
    names: textsAt(rule, 'resourceNames'),
  };
}

function subjectOf(value: Json, bindingNamespace: string | undefined): readonly RbacSubject[] {
  const kind = textOf(value, 'kind');
  const name = textOf(value, 'name');
  if (!isMap(value) || name === undefined) return [];
  if (kind === 'User' || kind === 'Group') return [{ kind, name }];
  if (kind !== 'ServiceAccount') return [];
  const namespace = textOf(value, 'namespace') ?? bindingNamespace;
  return [{ kind, name, ...(namespace === undefined ? {} : { namespace }) }];
}

function textsAt(value: Json, key: string): readonly string[] {
  return listOf(value, key).filter((item) => typeof item === 'string');
}

function ownRule(resources: readonly string[], verbs: readonly string[]): RoleRule {
  return { groups: ['', 'rbac.authorization.k8s.io'], resources, verbs, names: [] };
}
