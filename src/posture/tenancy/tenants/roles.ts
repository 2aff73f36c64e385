// Rights of tenants that reach beyond the tenant: bindings in the whole cluster, in namespaces of others, and in namespaces above from which HNC
// brings them down to several tenants.
import { type Json, listOf, textOf } from '../../../platform/json.ts';
import { type Grant, isGroupOf, type RbacSubject } from '../../rbac/grants.ts';
import { powersOf } from '../../rbac/powers.ts';
import type { Judgement } from '../check.ts';
import type { TenancyView } from '../view.ts';
import { ancestorsOf } from './hierarchy.ts';
import type { Tenant } from './tenant.ts';

/** Judges every binding for subjects of a tenant that reaches beyond it, and each tenant without one. */
export function judgeTenantRoles(view: TenancyView): readonly Judgement[] {
  const kinds = ['RoleBinding', 'ClusterRoleBinding'];
  const unread = kinds.filter((kind) => view.unread?.has(kind) === true);
  return view.tenants.flatMap((tenant) => {
    const found = view.grants.grants.flatMap((grant) => judgeGrant(grant, tenant, view) ?? []);
    if (found.length > 0) return found;
    const common = { check: 'tenant-roles' as const, subject: `Tenant/${tenant.name}` };
    if (unread.length > 0) {
      return [
        {
          ...common,
          verdict: 'no-evidence' as const,
          reason: `${unread.join(' and ')} objects could not be read`,
          evidence: [],
        },
      ];
    }
    const reason = 'no binding of the input for its accounts and owners reaches beyond its namespaces';
    return [{ ...common, verdict: 'pass' as const, reason, evidence: [tenant.position] }];
  });
}

function judgeGrant(grant: Grant, tenant: Tenant, view: TenancyView): Judgement | undefined {
  const own = grant.subjects.filter((subject) => belongsTo(subject, tenant));
  const [first] = own;
  if (first === undefined) return undefined;
  const reach = beyond(grant, tenant, view);
  if (reach === undefined) return undefined;
  const powers = powersOf(grant);
  const common = {
    check: 'tenant-roles' as const,
    subject: `Tenant/${tenant.name}/${grant.binding}`,
    evidence: [
      `${grant.position}: ${grant.role} for ${own.map(subjectText).join(', ')}`,
      ...powers.map(({ power }) => `it may ${power.may}`),
    ],
  };
  const who = `${subjectText(first)}${own.length > 1 ? ` and ${own.length - 1} more` : ''}`;
  if (grant.rules.length === 0) {
    return {
      ...common,
      verdict: 'no-evidence',
      reason: `${who} has ${grant.role} ${reach}; what it allows is not known`,
    };
  }
  const [worst] = powers;
  if (worst !== undefined) return { ...common, verdict: 'fail', reason: `${who} may ${worst.power.may} ${reach}` };
  if (isHarmless(grant)) return undefined;
  return { ...common, verdict: 'warn', reason: `${who} has ${grant.role} ${reach}, which leads no further by itself` };
}

/** Where a grant reaches that is not the tenant's; undefined when it stays within. */
function beyond({ namespace }: Grant, tenant: Tenant, view: TenancyView): string | undefined {
  if (namespace === undefined) return 'in the whole cluster';
  const others = view.tenants.filter((one) => one !== tenant);
  const down = others.filter(({ namespaces }) =>
    namespaces.some((one) => !tenant.namespaces.includes(one) && ancestorsOf(view.hierarchy, one).includes(namespace)),
  );
  if (!tenant.namespaces.includes(namespace) && down.length > 0) {
    return `in ${namespace}, from which HNC brings it down to ${down.map(({ name }) => name).join(', ')}`;
  }
  if (tenant.namespaces.includes(namespace)) return undefined;
  const holder = others.find(({ namespaces }) => namespaces.includes(namespace));
  return holder === undefined
    ? `in ${namespace}, which is not of the tenant`
    : `in ${namespace} of the tenant ${holder.name}`;
}

/** Service accounts in its namespaces, groups of these, and the owners that Capsule names. */
function belongsTo(subject: RbacSubject, { namespaces, system, object }: Tenant): boolean {
  if (subject.kind === 'ServiceAccount') return namespaces.includes(subject.namespace ?? '');
  if (subject.kind === 'Group' && namespaces.some((one) => isGroupOf(subject.name, one))) return true;
  if (subject.kind === 'User' && namespaces.some((one) => subject.name.startsWith(`system:serviceaccount:${one}:`)))
    return true;
  return system === 'capsule' && listOf(object?.value, 'spec', 'owners').some((owner) => isOwner(owner, subject));
}

function isOwner(owner: Json, { kind, name }: RbacSubject): boolean {
  return textOf(owner, 'kind') === kind && textOf(owner, 'name') === name;
}

/** What every account has or may have: addresses that are no resources, questions about itself. To use a PodSecurityPolicy is judged with admission. */
function isHarmless({ rules }: Grant): boolean {
  return rules.every(
    ({ resources, verbs }) =>
      resources.every((one) => one.startsWith('selfsubject')) ||
      (resources.every((one) => one === 'podsecuritypolicies') && verbs.every((one) => one === 'use')),
  );
}

function subjectText({ kind, namespace, name }: RbacSubject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
