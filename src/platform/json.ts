// JSON values as Kubernetes objects hold them, and how members are looked up.

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonMap;

/** A JSON object. Its members are its own properties, whatever their names. */
export interface JsonMap {
  readonly [key: string]: Json;
}

/** Whether the value is a JSON object. */
export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the value is a list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** A member of an object: its own, never one that every JavaScript object has. */
export function memberOf(value: Json | undefined, key: string): Json | undefined {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The value behind a path of keys, or undefined. */
export function valueAt(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let current = value;
  for (const key of path) current = memberOf(current, key);
  return current;
}

/** The text behind a path of keys, or undefined where there is none or something else. */
export function textOf(value: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The list behind a path of keys; empty where there is none. */
export function listOf(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = valueAt(value, ...path);
  return isList(found) ? found : [];
}

/** The members behind a path of keys; none where there is no object. */
export function membersOf(value: Json | undefined, ...path: readonly string[]): readonly (readonly [string, Json])[] {
  const found = valueAt(value, ...path);
  return isMap(found) ? Object.entries(found) : [];
}

/** Whether two values are the same, the order of members aside. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}

/** The object with a member set; in its place where it is there, else at the end. */
export function withMember(value: JsonMap, key: string, member: Json): JsonMap {
  if (!Object.hasOwn(value, key)) return Object.fromEntries([...Object.entries(value), [key, member]]);
  return Object.fromEntries(Object.entries(value).map(([name, old]) => [name, name === key ? member : old]));
}

/** The object with a value behind a path of keys; what is missing on the way is made. */
export function withValueAt(value: Json | undefined, path: readonly string[], leaf: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return leaf;
  const base = isMap(value) ? value : {};
  return withMember(base, key, withValueAt(memberOf(base, key), rest, leaf));
}
