// What every form of the tenancy results says in the same words: who the users and tenants are.
import type { TenancyResult } from '../posture/tenancy/tenancy.ts';
import type { Tenant } from '../posture/tenancy/tenants/tenant.ts';
import { plural } from './words.ts';

/** `Users and tenants (2022-04-20, Kubernetes 1.20): 9 of 18 checks failed` */
export function tenancyTitle({ verdict, asOf, kubernetes }: TenancyResult): string {
  const version = kubernetes === undefined ? 'version of Kubernetes not known' : `Kubernetes ${kubernetes}`;
  return `Users and tenants (${asOf}, ${version}): ${verdict.reason}`;
}

/** Who is judged, a line each. */
export function whoTexts({ users, userNamespaces, userWorkloads, tenants }: TenancyResult): readonly string[] {
  const named = userNamespaces.length === 0 ? 'none' : userNamespaces.join(', ');
  return [
    `Pods of users (${users.join(', ')}): ${plural(userWorkloads.length, 'workload')}, namespaces ${named}`,
    ...tenants.map(tenantText),
  ];
}

/** `Tenant blue (tapms): blue, blue-user` */
function tenantText({ name, system, namespaces }: Tenant): string {
  return `Tenant ${name} (${system}): ${namespaces.join(', ')}`;
}
