// Whether a tenant has nodes of its own, as its object says: tapms keeps nodes in exclusive groups only where it is told to; Capsule holds the pods of a
// tenant to nodes with a label.
import { type Json, listOf, membersOf, textOf, valueAt } from '../../../platform/json.ts';
import type { Judgement } from '../check.ts';
import type { TenancyView } from '../view.ts';
import type { Tenant } from './tenant.ts';

/** Judges every tenant that an object describes. */
export function judgeTenantNodes({ tenants }: TenancyView): readonly Judgement[] {
  const groups = new Map<string, readonly string[]>();
  for (const tenant of tenants) {
    for (const label of labelsOf(tenant)) groups.set(label, [...(groups.get(label) ?? []), tenant.name]);
  }
  return tenants.map((tenant) => {
    const common = { check: 'tenant-nodes' as const, subject: `Tenant/${tenant.name}`, evidence: [tenant.position] };
    if (tenant.system === 'hnc') {
      return { ...common, verdict: 'not-applicable', reason: 'a tree of namespaces says nothing of nodes' };
    }
    if (tenant.system === 'capsule') {
      const selector = membersOf(tenant.object?.value, 'spec', 'nodeSelector').map(([key, value]) => `${key}=${value}`);
      return selector.length > 0
        ? { ...common, verdict: 'pass', reason: `its pods are held to nodes with ${selector.join(',')}` }
        : { ...common, verdict: 'fail', reason: 'it has no nodeSelector: its pods run wherever those of others run' };
    }
    const resources = resourcesOf(tenant);
    if (resources.length === 0) return { ...common, verdict: 'not-applicable', reason: 'it has no nodes' };
    const shared = resources.find(
      (one) => valueAt(one, 'enforceexclusivehsmgroups') !== true || (textOf(one, 'hsmgrouplabel') ?? '') === '',
    );
    if (shared !== undefined) {
      const type = textOf(shared, 'type') ?? 'resource';
      return {
        ...common,
        verdict: 'fail',
        reason: `its ${type} nodes are in no exclusive group: other tenants may have them too`,
      };
    }
    const doubled = labelsOf(tenant).find((label) => (groups.get(label)?.length ?? 0) > 1);
    if (doubled !== undefined) {
      return {
        ...common,
        verdict: 'fail',
        reason: `the group ${doubled} is that of ${groups.get(doubled)?.join(', ')}`,
      };
    }
    return { ...common, verdict: 'pass', reason: `its nodes are in exclusive groups: ${labelsOf(tenant).join(', ')}` };
  });
}

/** Groups of nodes of a tenant of tapms, each once. */
function labelsOf(tenant: Tenant): readonly string[] {
  return [...new Set(resourcesOf(tenant).flatMap((one) => textOf(one, 'hsmgrouplabel') || []))].sort();
}

function resourcesOf({ system, object }: Tenant): readonly Json[] {
  if (system !== 'tapms') return [];
  return [...listOf(object?.value, 'spec', 'tenantresources'), ...listOf(object?.value, 'spec', 'tenantresource')];
}
