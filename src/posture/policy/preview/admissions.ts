// The requests that installing a release makes, each taken through all policies: every object, then what its controller creates of the object as policies
// left it. Pure. Source: kyverno.io/docs/applying-policies; order of mutations: by name, as `admit` has it.
import { LimitError } from '../../../platform/errors.ts';
import { membersOf, valueAt } from '../../../platform/json.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { applyCelPolicy } from '../cel/apply.ts';
import type { CelPolicy } from '../cel/policy.ts';
import { type Admission, admit } from '../kyverno/admit.ts';
import { requestFilters } from '../kyverno/configuration/filters.ts';
import type { RuleWorld } from '../kyverno/engine.ts';
import type { PolicySet } from '../kyverno/policy-set.ts';
import { createdBy } from '../objects/pods-of.ts';
import { kindIndexOf } from './kind-index.ts';

/** One request, with where it comes from. */
export interface PreviewedAdmission {
  /** The object in the release. */
  readonly source: KubernetesObject;
  /** The source itself, or what its controller would create of it without any policy. */
  readonly shipped: KubernetesObject;
  /** What is sent: the source itself, or what its controller creates of it as policies left it. */
  readonly before: KubernetesObject;
  readonly admission: Admission;
  /** Why Kyverno is not asked at all: the filter of its own ConfigMap. */
  readonly leftOut?: string;
}

/**
 * All requests, in the order of the objects, a controller before what it creates.
 * @throws LimitError for a release beyond what is previewed
 */
export function admissionsOf(objects: readonly KubernetesObject[], set: PolicySet): readonly PreviewedAdmission[] {
  if (objects.length > LIMITS.policyObjects) throw new LimitError(`more than ${LIMITS.policyObjects} objects`);
  const world = worldOf(objects, set);
  const { cel = [] } = set;
  // Kyverno's filters say nothing to the API server's own policies.
  const kubernetesOwn = cel.filter(({ bound }) => bound !== undefined);
  const filters = requestFilters(configMapsOf(objects, set));
  const index = kindIndexOf(set.policies.filter(({ admission }) => admission));
  return objects.flatMap((source) => {
    const found: PreviewedAdmission[] = [];
    let before = source;
    for (const shipped of [source, ...createdBy(source)]) {
      const leftOut = filters?.leavesOut(before, world);
      const policies = leftOut === undefined ? index.policiesFor(before) : [];
      const admission = withCel(admit(before, policies, world), leftOut === undefined ? cel : kubernetesOwn, world);
      found.push({ source, shipped, before, admission, ...(leftOut === undefined ? {} : { leftOut }) });
      const [next] = createdBy(admission.object);
      if (next === undefined) break;
      before = next;
    }
    return found;
  });
}

/** Policies in CEL judge the object that mutations left. */
function withCel(admission: Admission, policies: readonly CelPolicy[], world: RuleWorld): Admission {
  const results = policies.flatMap((policy) => applyCelPolicy(policy, admission.object, world) ?? []);
  return results.length === 0 ? admission : { ...admission, results: [...admission.results, ...results] };
}

/** What rules may know of a release beside the object that they judge. */
export function worldOf(objects: readonly KubernetesObject[], set: PolicySet): RuleWorld {
  const namespaces = new Map(
    objects
      .filter(({ kind, apiVersion }) => kind === 'Namespace' && apiVersion === 'v1')
      .map(({ name, value }) => [
        name,
        [...membersOf(valueAt(value, 'metadata', 'labels')), ['kubernetes.io/metadata.name', name] as const],
      ]),
  );
  const configMaps = new Map(
    configMapsOf(objects, set).map(({ name, namespace = 'default', value }) => [`${namespace}/${name}`, value]),
  );
  const surroundings = { configMap: (namespace: string, name: string) => configMaps.get(`${namespace}/${name}`) };
  return {
    operation: 'CREATE',
    exceptions: set.exceptions,
    namespaceLabels: (namespace) => namespaces.get(namespace),
    surroundings: () => surroundings,
  };
}

/** ConfigMaps of the policies and of the release. */
export function configMapsOf(
  objects: readonly KubernetesObject[],
  { configMaps = [] }: PolicySet,
): readonly KubernetesObject[] {
  return [...configMaps, ...objects.filter(({ kind, apiVersion }) => kind === 'ConfigMap' && apiVersion === 'v1')];
}
