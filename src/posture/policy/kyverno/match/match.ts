// Whether a rule or an exception is for an object: match and exclude, in the old form and with any and all.
// Source: kyverno.io/docs/writing-policies/match-exclude.
import { isMap, type Json, listOf, memberOf, membersOf, textOf, valueAt } from '../../../../platform/json.ts';
import type { KubernetesObject } from '../../../../scan/release/manifests/object.ts';
import { UnsupportedError } from '../failure.ts';
import { matchesWildcard } from '../pattern/wildcard.ts';
import { matchesKind } from './kinds.ts';
import { matchesSelector } from './selector.ts';

/** What is known beside the object. */
export interface MatchWorld {
  readonly operation: string;
  /** Labels of a namespace, where they are known. */
  readonly namespaceLabels: (namespace: string) => readonly (readonly [string, Json])[] | undefined;
}

const FIELDS = ['kinds', 'name', 'names', 'namespaces', 'annotations', 'selector', 'namespaceSelector', 'operations'];

/** Whether `match` takes the object in and `exclude` does not put it out. */
export function isFor(rule: Json, object: KubernetesObject, world: MatchWorld): boolean {
  const match = memberOf(rule, 'match');
  return takesIn(match, object, world) && !isExcluded(memberOf(rule, 'exclude'), object, world);
}

/** Whether one block matches; an empty one matches nothing. */
export function takesIn(block: Json | undefined, object: KubernetesObject, world: MatchWorld): boolean {
  const filters = filtersOf(block);
  if (filters === undefined) return false;
  const test = (filter: Json) => matchesFilter(filter, object, world);
  return filters.how === 'any' ? filters.of.some(test) : filters.of.every(test);
}

function isExcluded(block: Json | undefined, object: KubernetesObject, world: MatchWorld): boolean {
  return takesIn(block, object, world);
}

/** The filters of a block in any of its forms; undefined when it says nothing. */
export function filtersOf(
  block: Json | undefined,
): { readonly how: 'any' | 'all'; readonly of: readonly Json[] } | undefined {
  if (!isMap(block)) return undefined;
  const [any, all] = [listOf(block, 'any'), listOf(block, 'all')];
  if (any.length > 0) return { how: 'any', of: any };
  if (all.length > 0) return { how: 'all', of: all };
  return Object.keys(block).length === 0 ? undefined : { how: 'all', of: [block] };
}

function matchesFilter(filter: Json, object: KubernetesObject, world: MatchWorld): boolean {
  const resources = memberOf(filter, 'resources');
  const some = (name: string, test: (text: string) => boolean) => {
    const given = listOf(resources, name);
    return given.length === 0 || given.some((item) => test(String(item)));
  };
  // What the filter asks beside the kind is of no matter to another kind.
  if (!some('kinds', (kind) => matchesKind(kind, object.apiVersion, object.kind))) return false;
  for (const [key, value] of membersOf(filter)) {
    if (key === 'resources' || (Array.isArray(value) && value.length === 0)) continue;
    throw new UnsupportedError(`match by ${key} asks who sends the request, which is not known`);
  }
  if (!isMap(resources) || Object.keys(resources).length === 0) return false;
  const unknown = Object.keys(resources).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) throw new UnsupportedError(`match by ${unknown} is not supported`);
  const name = textOf(resources, 'name') ?? '';
  return (
    (name === '' || matchesWildcard(name, object.name)) &&
    some('names', (pattern) => matchesWildcard(pattern, object.name)) &&
    some('namespaces', (pattern) => matchesWildcard(pattern, namespaceOf(object))) &&
    some('operations', (operation) => operation === world.operation) &&
    matchesAnnotations(memberOf(resources, 'annotations'), object) &&
    matchesLabels(memberOf(resources, 'selector'), object) &&
    matchesNamespace(memberOf(resources, 'namespaceSelector'), object, world)
  );
}

function namespaceOf(object: KubernetesObject): string {
  return object.kind === 'Namespace' ? object.name : (object.namespace ?? '');
}

function matchesAnnotations(wanted: Json | undefined, object: KubernetesObject): boolean {
  const actual = membersOf(object.value, 'metadata', 'annotations');
  return membersOf(wanted).every(([key, value]) =>
    actual.some(([name, member]) => matchesWildcard(key, name) && matchesWildcard(String(value), String(member))),
  );
}

function matchesLabels(selector: Json | undefined, object: KubernetesObject): boolean {
  return !isMap(selector) || matchesSelector(selector, membersOf(valueAt(object.value, 'metadata', 'labels')));
}

function matchesNamespace(selector: Json | undefined, object: KubernetesObject, world: MatchWorld): boolean {
  if (!isMap(selector) || object.kind === 'Namespace') return true;
  const namespace = object.namespace ?? 'default';
  const labels = world.namespaceLabels(namespace);
  if (labels === undefined) throw new UnsupportedError(`the labels of the namespace ${namespace} are not known`);
  return matchesSelector(selector, labels);
}
