// Strategic merge patches. Source: Kubernetes, "Update API Objects in Place Using kubectl patch" and sig-api-machinery/strategic-merge-patch.md. Elements
// that a patch names come first in a merged list, as kustomize's merge (kyaml, which Kyverno calls) has them; the API server orders them otherwise.
import { isList, isMap, type Json, type JsonMap, memberOf } from '../../../../platform/json.ts';
import { UnsupportedError } from '../failure.ts';
import { isUnited, mergeKeysOf } from './merge-keys.ts';

/**
 * The value with the patch laid over it.
 * @throws UnsupportedError for a directive that is not supported
 */
export function strategicMerge(value: Json | undefined, patch: Json): Json {
  return merge(value, patch, []);
}

function merge(value: Json | undefined, patch: Json, path: readonly string[]): Json {
  if (isMap(patch)) return mergeMap(isMap(value) ? value : {}, patch, path);
  if (isList(patch)) return isList(value) ? mergeList(value, patch, path) : cleanList(patch, path);
  return patch;
}

function mergeMap(value: JsonMap, patch: JsonMap, path: readonly string[]): JsonMap {
  const directive = memberOf(patch, '$patch');
  const rest = Object.entries(patch).filter(([key]) => key !== '$patch');
  const other = rest.find(([key]) => key.startsWith('$'));
  if (other !== undefined) throw new UnsupportedError(`the directive ${other[0]} of a patch is not supported`);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'replace' && directive !== 'merge') {
    throw new UnsupportedError(`the directive $patch: ${JSON.stringify(directive)} is not supported`);
  }
  const members = new Map(directive === 'replace' ? [] : Object.entries(value));
  for (const [key, member] of rest) {
    if (member === null || memberOf(member, '$patch') === 'delete') members.delete(key);
    else members.set(key, merge(members.get(key), member, [...path, key]));
  }
  return Object.fromEntries(members);
}

function mergeList(value: readonly Json[], patch: readonly Json[], path: readonly string[]): Json {
  if (isUnited(path)) return [...patch, ...value.filter((item) => !patch.includes(item))];
  const replaces = patch.some((item) => memberOf(item, '$patch') === 'replace');
  const keys = mergeKeysOf(path);
  if (replaces || keys === undefined) return cleanList(patch, path);
  const left = [...value];
  const named: Json[] = [];
  for (const item of patch) {
    const index = left.findIndex((candidate) => isSame(candidate, item, keys));
    if (memberOf(item, '$patch') === 'delete') {
      if (index !== -1) left.splice(index, 1);
      continue;
    }
    const merged = merge(index === -1 ? undefined : left[index], item, path);
    if (index !== -1) left.splice(index, 1);
    named.push(merged);
  }
  return [...named, ...left];
}

/** Elements of a list that is taken as it is, without directives. */
function cleanList(patch: readonly Json[], path: readonly string[]): Json {
  const kept = patch.filter((item) => memberOf(item, '$patch') === undefined);
  return kept.map((item) => merge(undefined, item, path));
}

/** The first key tells elements apart; the others only where both have them (ports without a protocol). */
function isSame(a: Json, b: Json, [first = '', ...others]: readonly string[]): boolean {
  const key = memberOf(a, first);
  if (key === undefined || key !== memberOf(b, first)) return false;
  return others.every((name) => {
    const [left, right] = [memberOf(a, name), memberOf(b, name)];
    return left === undefined || right === undefined || left === right;
  });
}
