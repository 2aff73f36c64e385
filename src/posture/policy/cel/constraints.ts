// What a policy in CEL is for: resource rules by group, plural name and operation, and selectors. Reads matchConstraints, says whether an object is taken in.
// Source: Kubernetes API reference v1.34, MatchResources of admissionregistration.k8s.io/v1; Kyverno's ValidatingPolicy has the same.
import { isMap, type Json, listOf, memberOf, membersOf, textOf, valueAt } from '../../../platform/json.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { UnsupportedError } from '../kyverno/failure.ts';
import type { MatchWorld } from '../kyverno/match/match.ts';
import { matchesSelector } from '../kyverno/match/selector.ts';

const MEMBERS = ['resourceRules', 'excludeResourceRules', 'namespaceSelector', 'objectSelector', 'matchPolicy'];
const RULE = ['apiGroups', 'apiVersions', 'operations', 'resources', 'resourceNames', 'scope'];

/**
 * Whether constraints take an object in.
 * @throws UnsupportedError for what is not known
 */
export function constraintsTake(constraints: Json | undefined, object: KubernetesObject, world: MatchWorld): boolean {
  const other = membersOf(constraints).find(([key]) => !MEMBERS.includes(key));
  if (other !== undefined) throw new UnsupportedError(`matchConstraints by ${other[0]} is not supported`);
  const takes = (key: string) => listOf(constraints, key).some((rule) => ruleTakes(rule, object, world));
  if (!takes('resourceRules') || takes('excludeResourceRules')) return false;
  const ofObject = memberOf(constraints, 'objectSelector');
  if (isMap(ofObject) && !selects(ofObject, membersOf(valueAt(object.value, 'metadata', 'labels')))) return false;
  const ofNamespace = memberOf(constraints, 'namespaceSelector');
  if (!isMap(ofNamespace) || Object.keys(ofNamespace).length === 0) return true;
  const namespace = object.kind === 'Namespace' ? object.name : object.namespace;
  if (namespace === undefined) return true;
  const labels = world.namespaceLabels(namespace);
  if (labels === undefined) throw new UnsupportedError(`the labels of the namespace ${namespace} are not known`);
  return selects(ofNamespace, labels);
}

/** Whether every resource rule is about Pods alone. */
export function isForPodsAlone(constraints: Json | undefined): boolean {
  const resources = listOf(constraints, 'resourceRules').flatMap((rule) => listOf(rule, 'resources'));
  return resources.length > 0 && resources.every((resource) => resource === 'pods');
}

/** The name of a kind in the paths of the API: `networkpolicies`. */
export function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (/(?:endpoints|metrics)$/.test(name)) return name;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}

/** Versions do not count: a rule is asked of the same resource in other versions too, unless matchPolicy is Exact, which is told from none here. */
function ruleTakes(rule: Json, object: KubernetesObject, { operation }: MatchWorld): boolean {
  const other = membersOf(rule).find(([key]) => !RULE.includes(key));
  if (other !== undefined) throw new UnsupportedError(`resource rules by ${other[0]} are not supported`);
  const slash = object.apiVersion.indexOf('/');
  const group = slash === -1 ? '' : object.apiVersion.slice(0, slash);
  const has = (key: string, value: string) => listOf(rule, key).some((one) => one === '*' || one === value);
  const resources = listOf(rule, 'resources').map(String);
  const names = listOf(rule, 'resourceNames');
  const scope = textOf(rule, 'scope') ?? '*';
  const isNamespaced = object.namespace !== undefined;
  return (
    has('apiGroups', group) &&
    (listOf(rule, 'operations').length === 0 || has('operations', operation)) &&
    resources.some((one) => one === '*' || one === '*/*' || one === pluralOf(object.kind)) &&
    (names.length === 0 || names.includes(object.name)) &&
    (scope === '*' || (scope === 'Namespaced') === isNamespaced)
  );
}

/** Selectors of Kubernetes have no wildcards. */
function selects(selector: Json, labels: readonly (readonly [string, Json])[]): boolean {
  if (/[*?]/.test(JSON.stringify(selector))) return false;
  return matchesSelector(selector, labels);
}
