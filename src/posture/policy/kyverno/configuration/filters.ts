// What Kyverno's own ConfigMap keeps from its webhooks: resource filters, and the namespaces and objects that the webhooks are registered for. Reads the
// ConfigMap, says of an object whether any policy is asked. Source: kyverno.io/docs/installation/customization, "Resource filters" and "Webhooks".
import { isList, isMap, type Json, listOf, memberOf, membersOf, textOf, valueAt } from '../../../../platform/json.ts';
import type { KubernetesObject } from '../../../../scan/release/manifests/object.ts';
import { UnsupportedError } from '../failure.ts';
import { parseKind } from '../match/kinds.ts';
import type { MatchWorld } from '../match/match.ts';
import { matchesSelector } from '../match/selector.ts';
import { matchesWildcard } from '../pattern/wildcard.ts';

/** The filters of one ConfigMap. */
export interface RequestFilters {
  readonly object: KubernetesObject;
  /** Why no policy is asked of an object; undefined when they are, also where that cannot be told. */
  readonly leavesOut: (object: KubernetesObject, world: MatchWorld) => string | undefined;
  /** Parts of the ConfigMap that are not understood: they leave nothing out here. */
  readonly problems: readonly string[];
}

interface Filter {
  readonly text: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The filters of Kyverno's ConfigMap; undefined without one. Of several the first. */
export function requestFilters(configMaps: readonly KubernetesObject[]): RequestFilters | undefined {
  const object = configMaps.find(
    (one) => isKyvernos(one) && textOf(one.value, 'data', 'resourceFilters') !== undefined,
  );
  if (object === undefined) return undefined;
  const problems: string[] = [];
  const filters = filtersOf(textOf(object.value, 'data', 'resourceFilters') ?? '', problems);
  const selectors = selectorsOf(textOf(object.value, 'data', 'webhooks') ?? '', problems);
  return {
    object,
    problems,
    leavesOut: (one, world) =>
      filters.find((filter) => isFiltered(filter, one))?.text ??
      (selectors.length > 0 && !selectors.some((selector) => isSelected(selector, one, world))
        ? 'the selectors of the webhooks'
        : undefined),
  };
}

/** By its name, or by the label of Kyverno's chart: any other ConfigMap could leave out what it likes. */
function isKyvernos({ name, value }: KubernetesObject): boolean {
  const part = valueAt(value, 'metadata', 'labels', 'app.kubernetes.io/part-of');
  return name === 'kyverno' || String(part ?? '').startsWith('kyverno');
}

/** `[KIND,NAMESPACE,NAME]`, one after the other; what is missing stands for anything. */
function filtersOf(text: string, problems: string[]): readonly Filter[] {
  const rest = text.replace(/\[[^[\]]*\]/g, '').trim();
  if (rest !== '') problems.push(`resourceFilters: "${rest.slice(0, 60)}" is no filter`);
  return [...text.matchAll(/\[([^[\]]*)\]/g)].map(([whole, inside = '']) => {
    const [kind = '*', namespace = '*', name = '*'] = inside.split(',').map((part) => part.trim() || '*');
    return { text: whole, kind, namespace, name };
  });
}

function isFiltered({ kind, namespace, name }: Filter, object: KubernetesObject): boolean {
  const wanted = parseKind(kind);
  const slash = object.apiVersion.indexOf('/');
  const isKind =
    matchesWildcard(wanted.subresource, '') &&
    matchesWildcard(wanted.kind, object.kind) &&
    matchesWildcard(wanted.version, object.apiVersion.slice(slash + 1)) &&
    matchesWildcard(wanted.group, slash === -1 ? '' : object.apiVersion.slice(0, slash));
  if (!isKind) return false;
  if (matchesWildcard(namespace, object.namespace ?? '') && matchesWildcard(name, object.name)) return true;
  // A namespace is left out with what is in it.
  return object.kind === 'Namespace' && namespace !== '*' && name === '*' && matchesWildcard(namespace, object.name);
}

/** JSON: an object with selectors, or a list of such. */
function selectorsOf(text: string, problems: string[]): readonly Json[] {
  if (text.trim() === '') return [];
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    problems.push('webhooks: it is no JSON');
    return [];
  }
  const list = (isList(value) ? value : [value]).filter((one) => isMap(one) && Object.keys(one).length > 0);
  const other = list
    .flatMap((one) => membersOf(one))
    .find(([key]) => key !== 'namespaceSelector' && key !== 'objectSelector');
  if (other === undefined) return list;
  problems.push(`webhooks: ${other[0]} is not known`);
  return [];
}

/** Where the labels of a namespace are not known, its objects count as selected. */
function isSelected(selector: Json, object: KubernetesObject, world: MatchWorld): boolean {
  const ofObject = memberOf(selector, 'objectSelector');
  const ofNamespace = memberOf(selector, 'namespaceSelector');
  try {
    if (isMap(ofObject) && !matchesSelector(ofObject, membersOf(valueAt(object.value, 'metadata', 'labels'))))
      return false;
    const namespace = object.kind === 'Namespace' ? object.name : object.namespace;
    if (!isMap(ofNamespace) || namespace === undefined) return true;
    const named = [['kubernetes.io/metadata.name', namespace]] as const;
    const labels = world.namespaceLabels(namespace);
    if (labels === undefined && !asksNameAlone(ofNamespace)) return true;
    return matchesSelector(ofNamespace, labels ?? named);
  } catch (error) {
    if (error instanceof UnsupportedError) return true;
    throw error;
  }
}

function asksNameAlone(selector: Json): boolean {
  const keys = [
    ...membersOf(selector, 'matchLabels').map(([key]) => key),
    ...listOf(selector, 'matchExpressions').map((one) => textOf(one, 'key') ?? ''),
  ];
  return keys.every((key) => key === 'kubernetes.io/metadata.name');
}
