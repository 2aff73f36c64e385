// Who may do what: roles and bindings of section 5. Roles and bindings that Kubernetes itself makes at every start are left out (label
// kubernetes.io/bootstrapping=rbac-defaults, Kubernetes documentation "Using RBAC Authorization"), since no release can do without them. Anybody can set
// the label, and add subjects that no start takes away: it counts on names and subjects of Kubernetes alone.
import { type Json, listOf, textOf } from '../../../platform/json.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { ruleOf } from '../../rbac/grants.ts';
import { allows } from '../../rbac/powers.ts';
import { type Finding, finding, type JudgedObjects, type PolicyAnswer } from './finding.ts';

const RBAC = /^rbac\.authorization\.k8s\.io\//;
const SUPERUSERS = 'system:masters';
const DEFAULT_NAMES = /^(?:system:.*|cluster-admin|admin|edit|view|extension-apiserver-authentication-reader)$/;

/** What a rule allows that a check asks about. */
export interface Right {
  readonly group: string;
  /** `nodes/proxy` for a part of a resource. */
  readonly resource: string;
  readonly verbs: readonly string[];
}

/** Roles that grant one of the rights. */
export function rolesWith(rights: readonly Right[]): (input: JudgedObjects) => PolicyAnswer {
  return ({ objects }) => {
    const roles = ownRoles(objects);
    const findings = roles.flatMap((role) => {
      const granted = listOf(role.value, 'rules').filter((rule) => rights.some((right) => grants(rule, right)));
      return granted.length === 0
        ? []
        : [finding(role, `it grants this${boundText(role, objects)}`, granted.map(ruleText))];
    });
    return { judged: rolesIn(objects).length, findings };
  };
}

/** Roles with a wildcard among verbs, resources or groups. */
export function rolesWithWildcards({ objects }: JudgedObjects): PolicyAnswer {
  const roles = ownRoles(objects);
  const findings = roles.flatMap((role) => {
    const wide = listOf(role.value, 'rules').filter((rule) =>
      ['verbs', 'resources', 'apiGroups', 'nonResourceURLs'].some((list) => listOf(rule, list).includes('*')),
    );
    return wide.length === 0 ? [] : [finding(role, `it has wildcards${boundText(role, objects)}`, wide.map(ruleText))];
  });
  return { judged: rolesIn(objects).length, findings };
}

/** Bindings to the role cluster-admin. */
export function administrators({ objects }: JudgedObjects): PolicyAnswer {
  const bindings = ownBindings(objects);
  const findings = bindings
    .filter(({ value }) => textOf(value, 'roleRef', 'name') === 'cluster-admin')
    .map((binding) => finding(binding, 'it binds cluster-admin', subjectsOf(binding)));
  return { judged: bindingsIn(objects).length, findings };
}

/** Bindings of the group that no authorizer is asked about. Who is in it stands in client certificates, which no object shows. */
export function superusers({ objects }: JudgedObjects): PolicyAnswer {
  const bindings = ownBindings(objects);
  const findings = bindings
    .filter(({ value }) => listOf(value, 'subjects').some((one) => textOf(one, 'name') === SUPERUSERS))
    .map((binding) => finding(binding, `it binds the group ${SUPERUSERS}`, subjectsOf(binding)));
  const open = `no binding names ${SUPERUSERS}; whom client certificates put into that group no object shows`;
  return { judged: bindingsIn(objects).length, findings, open };
}

/** Bindings of service accounts called `default`. */
export function defaultAccountBindings({ objects }: JudgedObjects): readonly Finding[] {
  return ownBindings(objects)
    .filter(({ value }) =>
      listOf(value, 'subjects').some(
        (one) => textOf(one, 'kind') === 'ServiceAccount' && textOf(one, 'name') === 'default',
      ),
    )
    .map((binding) => finding(binding, 'it gives rights to a default service account', subjectsOf(binding)));
}

function rolesIn(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return objects.filter(({ apiVersion, kind }) => RBAC.test(apiVersion) && (kind === 'Role' || kind === 'ClusterRole'));
}

function bindingsIn(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const kinds: readonly string[] = ['RoleBinding', 'ClusterRoleBinding'];
  return objects.filter(({ apiVersion, kind }) => RBAC.test(apiVersion) && kinds.includes(kind));
}

function ownRoles(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return rolesIn(objects).filter(isOwn);
}

function ownBindings(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return bindingsIn(objects).filter(isOwn);
}

function isOwn({ name, value }: KubernetesObject): boolean {
  const isLabelled = textOf(value, 'metadata', 'labels', 'kubernetes.io/bootstrapping') === 'rbac-defaults';
  return !isLabelled || !DEFAULT_NAMES.test(name) || !listOf(value, 'subjects').every(isOfKubernetes);
}

/** A user or group of Kubernetes itself, or a service account of its own namespace. */
function isOfKubernetes(subject: Json): boolean {
  if (textOf(subject, 'kind') === 'ServiceAccount') return textOf(subject, 'namespace') === 'kube-system';
  return textOf(subject, 'name')?.startsWith('system:') === true;
}

function grants(rule: Json, { group, resource, verbs }: Right): boolean {
  return verbs.some((verb) => allows(ruleOf(rule), group, resource, verb));
}

/** `get, list on secrets of ""`, short enough for a line. */
function ruleText(rule: Json): string {
  const texts = (list: string): string => listOf(rule, list).map(String).join(', ');
  const names = texts('resourceNames');
  const what = texts('resources') || texts('nonResourceURLs');
  return `${texts('verbs')} on ${what}${names === '' ? '' : ` (${names})`}`;
}

function subjectsOf({ value }: KubernetesObject): readonly string[] {
  return listOf(value, 'subjects').map((one) => {
    const namespace = textOf(one, 'namespace');
    return `${textOf(one, 'kind') ?? ''} ${namespace === undefined ? '' : `${namespace}/`}${textOf(one, 'name') ?? ''}`;
  });
}

/** To how many subjects the bindings among the objects give a role. */
function boundText(role: KubernetesObject, objects: readonly KubernetesObject[]): string {
  const bindings = bindingsIn(objects).filter(
    ({ namespace, value }) =>
      textOf(value, 'roleRef', 'kind') === role.kind &&
      textOf(value, 'roleRef', 'name') === role.name &&
      (role.kind === 'ClusterRole' || namespace === role.namespace),
  );
  const subjects = new Set(bindings.flatMap(subjectsOf));
  return subjects.size === 0
    ? '; no binding uses it'
    : `, bound to ${[...subjects].sort().slice(0, 3).join(', ')}${subjects.size > 3 ? ' and others' : ''}`;
}
