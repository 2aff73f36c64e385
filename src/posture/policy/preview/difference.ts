// What changed between two forms of an object, place by place.
import { isList, isMap, type Json, memberOf, sameJson } from '../../../platform/json.ts';

/** A place whose value changed; without `from` it is new, without `to` it is gone. */
export interface Change {
  /** `spec.containers[name=web].securityContext.privileged`. */
  readonly path: string;
  readonly from?: Json;
  readonly to?: Json;
}

/** Changes in the order of the object's members; whole objects and lists that are new are told as one. */
export function differenceOf(from: Json | undefined, to: Json | undefined, path = ''): readonly Change[] {
  if (sameJson(from, to)) return [];
  if (isMap(from) && isMap(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap((key) =>
      differenceOf(memberOf(from, key), memberOf(to, key), path === '' ? key : `${path}.${key}`),
    );
  }
  const named = isList(from) && isList(to) ? pairedByName(from, to) : undefined;
  if (named !== undefined) return named.flatMap(([name, a, b]) => differenceOf(a, b, `${path}[name=${name}]`));
  return [{ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
}

/** Elements of two lists by their names; undefined where not all have one of their own. */
function pairedByName(
  from: readonly Json[],
  to: readonly Json[],
): readonly (readonly [string, Json | undefined, Json | undefined])[] | undefined {
  const [before, after] = [byName(from), byName(to)];
  if (before === undefined || after === undefined) return undefined;
  return [...new Set([...before.keys(), ...after.keys()])].map((name) => [name, before.get(name), after.get(name)]);
}

function byName(list: readonly Json[]): ReadonlyMap<string, Json> | undefined {
  const named = new Map<string, Json>();
  for (const item of list) {
    const name = memberOf(item, 'name');
    if (typeof name !== 'string' || named.has(name)) return undefined;
    named.set(name, item);
  }
  return named;
}
