// Whether every namespace of a tenant has what bounds it: a NetworkPolicy, a quota, default limits. They can stand in the namespace, come down from one
// above (HNC), or be brought by the tenant's own object (Capsule Tenant: networkPolicies, resourceQuotas, limitRanges).
import { isList, type Json, listOf, valueAt } from '../../../platform/json.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import type { Judgement, TenancyCheckId } from '../check.ts';
import { objectsOf, type TenancyView } from '../view.ts';
import { ancestorsOf, isPropagated } from './hierarchy.ts';
import type { Tenant } from './tenant.ts';

interface Bound {
  readonly check: TenancyCheckId;
  readonly group: string;
  readonly kind: string;
  /** Field of a Capsule tenant that brings it: a list in older versions, `items` in newer ones. */
  readonly capsule: string;
  /** What one that is missing is called. */
  readonly what: string;
}

const BOUNDS: readonly Bound[] = [
  {
    check: 'tenant-network',
    group: 'networking.k8s.io',
    kind: 'NetworkPolicy',
    capsule: 'networkPolicies',
    what: 'NetworkPolicy',
  },
  { check: 'tenant-quota', group: '', kind: 'ResourceQuota', capsule: 'resourceQuotas', what: 'quota' },
  { check: 'tenant-limits', group: '', kind: 'LimitRange', capsule: 'limitRanges', what: 'LimitRange' },
];
const HIERARCHICAL_QUOTA = 'HierarchicalResourceQuota';

/** Judges every namespace of every tenant. */
export function judgeBoundaries(view: TenancyView): readonly Judgement[] {
  return view.tenants.flatMap((tenant) =>
    tenant.namespaces.flatMap((namespace) => BOUNDS.map((bound) => judge(bound, namespace, tenant, view))),
  );
}

function judge(bound: Bound, namespace: string, tenant: Tenant, view: TenancyView): Judgement {
  const { check, kind, what } = bound;
  const common = { check, subject: `Namespace/${namespace}` };
  const all = objectsOf(view, bound.group, kind);
  const own = all.filter((one) => (one.namespace ?? 'default') === namespace);
  if (own.length > 0) {
    return { ...common, verdict: 'pass', reason: `tenant ${tenant.name}: it has its own`, evidence: own.map(placeOf) };
  }
  const above = ancestorsOf(view.hierarchy, namespace);
  const inherited = all.filter((one) => above.includes(one.namespace ?? 'default'));
  const down = inherited.filter((one) => isPropagated(view.hierarchy, one) === 'yes');
  if (down.length > 0) {
    return {
      ...common,
      verdict: 'pass',
      reason: `tenant ${tenant.name}: HNC brings it down`,
      evidence: down.map(placeOf),
    };
  }
  const brought =
    tenant.system === 'capsule' && tenant.object !== undefined ? broughtBy(tenant.object.value, bound.capsule) : 0;
  if (brought > 0) {
    return {
      ...common,
      verdict: 'pass',
      reason: `tenant ${tenant.name}: Capsule brings it`,
      evidence: [tenant.position],
    };
  }
  const quotas = kind === 'ResourceQuota' ? objectsOf(view, 'hnc.x-k8s.io', HIERARCHICAL_QUOTA) : [];
  const hierarchical = quotas.filter(({ namespace: place = '' }) => [namespace, ...above].includes(place));
  if (hierarchical.length > 0) {
    return {
      ...common,
      verdict: 'pass',
      reason: `tenant ${tenant.name}: a quota of its tree`,
      evidence: hierarchical.map(placeOf),
    };
  }
  if (view.unread?.has(kind) === true) {
    return {
      ...common,
      verdict: 'no-evidence',
      reason: `tenant ${tenant.name}: ${kind} objects could not be read`,
      evidence: [],
    };
  }
  const chosen = inherited.filter((one) => isPropagated(view.hierarchy, one) === 'unknown');
  if (chosen.length > 0) {
    const reason = `tenant ${tenant.name}: whether HNC brings it down depends on a selector`;
    return { ...common, verdict: 'no-evidence', reason, evidence: chosen.map(placeOf) };
  }
  return {
    ...common,
    verdict: 'fail',
    reason: `tenant ${tenant.name}: there is no ${what}${whyNot(inherited, view)}`,
    evidence: [tenant.position],
  };
}

/** What stands in a namespace above and stays there. */
function whyNot(inherited: readonly KubernetesObject[], { hierarchy }: TenancyView): string {
  const [first] = inherited;
  if (first === undefined) return '';
  const kinds = [...hierarchy.propagated.keys()].join(', ');
  const by = hierarchy.configuration === undefined ? 'without an HNCConfiguration' : hierarchy.configuration;
  return `; the one in ${first.namespace} stays there: HNC propagates ${kinds} (${by})`;
}

function broughtBy(tenant: Json, field: string): number {
  const value = valueAt(tenant, 'spec', field);
  return isList(value) ? value.length : listOf(value, 'items').length;
}

function placeOf({ kind, namespace, name, position }: KubernetesObject): string {
  return `${kind} ${namespace}/${name} (${position})`;
}
