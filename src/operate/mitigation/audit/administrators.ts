// Which service accounts administrate the cluster: bound in the whole cluster to a role that may do everything. Kubernetes RBAC, rbac.authorization.k8s.io/v1.
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import type { KubernetesObject, Resource } from '../../../kubernetes/api/resource.ts';
import { isMembers } from '../field/document.ts';

const ROLES: Resource = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'clusterroles',
  namespaced: false,
};
const BINDINGS: Resource = { ...ROLES, plural: 'clusterrolebindings' };

/** Tells whether a service account administrates the cluster. */
export type IsAdministrator = (namespace: string, name: string) => boolean;

/** Reads the roles and bindings. @throws ServerError */
export async function administrators(api: Pick<ApiClient, 'list'>): Promise<IsAdministrator> {
  const roles = new Set<string>();
  for await (const role of api.list(ROLES)) {
    if (mayDoEverything(role)) roles.add(role.metadata.name ?? '');
  }
  const subjects = new Set<string>();
  for await (const { roleRef, subjects: bound } of api.list(BINDINGS)) {
    if (!isMembers(roleRef) || !roles.has(String(roleRef['name'])) || !Array.isArray(bound)) continue;
    for (const subject of bound) subjects.add(subjectText(subject));
  }
  return (namespace, name) =>
    [
      `user system:serviceaccount:${namespace}:${name}`,
      `group system:serviceaccounts:${namespace}`,
      'group system:serviceaccounts',
      'group system:authenticated',
    ].some((one) => subjects.has(one));
}

function mayDoEverything({ rules }: KubernetesObject): boolean {
  const list: readonly unknown[] = Array.isArray(rules) ? rules : [];
  const has = (value: unknown): boolean => Array.isArray(value) && value.includes('*');
  return list.some((rule) => isMembers(rule) && has(rule['apiGroups']) && has(rule['resources']) && has(rule['verbs']));
}

function subjectText(subject: unknown): string {
  if (!isMembers(subject)) return '';
  const { kind, namespace, name } = subject;
  if (kind === 'ServiceAccount') return `user system:serviceaccount:${String(namespace)}:${String(name)}`;
  return `${kind === 'Group' ? 'group' : 'user'} ${String(name)}`;
}
