// Reads and writes single places of a JSON document without touching it: every write gives a new document that shares what did not change.
import { canonicalJson } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { EVERY, type Path, type PathPart, type PathPattern, pathText } from './path.ts';

/** A value of a document; undefined where there is none. */
export type Value = unknown;

/** Whether both are the same JSON value, or both absent. */
export function sameValue(a: Value, b: Value): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}

/**
 * The value at a path.
 * @throws PlimsollError `unsupported` when a list has two entries of the key: which one is meant, nobody can tell
 */
export function valueAt(document: Value, path: Path): Value {
  let value = document;
  for (const part of path) value = childOf(value, part);
  return value;
}

/** Paths above the place at which the document has nothing, outermost first. */
export function missingAbove(document: Value, path: Path): readonly Path[] {
  const found: Path[] = [];
  for (let length = 0; length < path.length; length += 1) {
    const above = path.slice(0, length);
    if (valueAt(document, above) === undefined) found.push(above);
  }
  return found;
}

/**
 * The document with another value at the path, or with none. Members and lists above it are made where they are missing; an entry of a list and the
 * document itself are not, so that a value for a container that is gone changes nothing.
 * @param order keys of the list's entries as they stood before any was taken out: an entry that comes back gets its old place
 * @throws PlimsollError `unsupported` when something else than a container stands in the way
 */
export function withValue(document: Value, path: Path, value: Value, order: readonly string[] = []): Value {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  const own = childOf(document, part);
  if (own === undefined && value === undefined) return document;
  const last = rest.length === 0;
  if (typeof part !== 'string') {
    if (own === undefined && !last) return document;
    const next = last ? value : withValue(own, rest, value, order);
    return next === own ? document : withEntry(listOf(document, path), part, next, last ? order : []);
  }
  const next = last ? value : withValue(own ?? emptyFor(rest[0], rest.length), rest, value, order);
  // A container that was made for a value which then had no place to go.
  if (next === own || (own === undefined && !last && isEmpty(next))) return document;
  return withMember(membersOf(document, path), part, next);
}

/** Whether a value could stand at the path: what is above it is a container of the right kind, or can be made. */
export function hasPlace(document: Value, path: Path): boolean {
  let value = document;
  for (const [at, part] of path.entries()) {
    const isMember = typeof part === 'string';
    if (value !== undefined && (isMember ? !isMembers(value) : !Array.isArray(value))) return false;
    if (isMember || value === undefined) {
      value = isMember ? childOf(value, part) : undefined;
    } else {
      if (keysOf(value, part.key).filter((key) => key === part.value).length > 1) return false;
      value = childOf(value, part);
    }
    // An entry that is not there can be added, but nothing can stand within it.
    if (!isMember && value === undefined && at < path.length - 1) return false;
  }
  return true;
}

/** Concrete paths of a pattern in a document: `[*]` becomes the entries that are there, by their `name`. */
export function expandPattern(document: Value, pattern: PathPattern): readonly Path[] {
  let paths: readonly Path[] = [[]];
  for (const part of pattern) {
    paths = paths.flatMap((path) =>
      part === EVERY ? entryNames(valueAt(document, path)).map((entry) => [...path, entry]) : [[...path, part]],
    );
  }
  return paths;
}

/** All values that a pattern leads to, of entries with the same name each; undefined where the last part is not there. */
export function valuesAt(document: Value, pattern: PathPattern): readonly Value[] {
  let values: readonly Value[] = [document];
  for (const part of pattern) {
    values = values.flatMap((value): readonly Value[] => {
      if (part === EVERY) return Array.isArray(value) ? value : [];
      return [childOf(value, part)];
    });
  }
  return values;
}

/** Whether a container holds nothing. */
export function isEmpty(value: Value): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isMembers(value) && Object.keys(value).length === 0;
}

/** Keys of a list's entries under a member, in their order; entries without one are left out. */
export function keysOf(list: Value, key: string): readonly string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    const value = isMembers(entry) ? entry[key] : undefined;
    return typeof value === 'string' ? [value] : [];
  });
}

/** Whether a value is an object with members. */
export function isMembers(value: Value): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function childOf(value: Value, part: PathPart): Value {
  if (typeof part === 'string') {
    return isMembers(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const found = value.filter((entry: unknown) => isMembers(entry) && entry[part.key] === part.value);
  if (found.length < 2) return found[0];
  throw new PlimsollError('unsupported', `a list has ${found.length} entries with ${part.key} ${part.value}`);
}

function withMember(members: Readonly<Record<string, unknown>>, name: string, value: Value): Value {
  const { [name]: _old, ...others } = members;
  if (value === undefined) return others;
  // An assignment would lose the member's place among the others, which readers of a diff look at.
  return Object.hasOwn(members, name) ? { ...members, [name]: value } : { ...others, [name]: value };
}

function withEntry(
  list: readonly unknown[],
  { key, value: wanted }: { readonly key: string; readonly value: string },
  entry: Value,
  order: readonly string[],
): Value {
  const isIt = (one: unknown): boolean => isMembers(one) && one[key] === wanted;
  if (entry === undefined) return list.filter((one) => !isIt(one));
  if (list.some(isIt)) return list.map((one) => (isIt(one) ? entry : one));
  const at = placeOf(list, key, wanted, order);
  return [...list.slice(0, at), entry, ...list.slice(at)];
}

/** Behind the nearest of those that stood before it, else before all that stood behind it; one that never stood there goes to the end. */
function placeOf(list: readonly unknown[], key: string, wanted: string, order: readonly string[]): number {
  const own = order.indexOf(wanted);
  if (own === -1) return list.length;
  for (let at = own - 1; at >= 0; at -= 1) {
    const found = list.findIndex((entry) => isMembers(entry) && entry[key] === order[at]);
    if (found !== -1) return found + 1;
  }
  return 0;
}

function entryNames(list: Value): readonly PathPart[] {
  return keysOf(list, 'name').map((value) => ({ key: 'name', value }));
}

function emptyFor(part: PathPart | undefined, depth: number): Value {
  if (typeof part === 'string' || part === undefined) return {};
  // Only the entry itself can be made, not what is within an entry that is not there.
  return depth === 1 ? [] : undefined;
}

function membersOf(value: Value, path: Path): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  if (isMembers(value)) return value;
  throw new PlimsollError('unsupported', `what stands above ${pathText(path)} is no object`);
}

function listOf(value: Value, path: Path): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new PlimsollError('unsupported', `what stands above ${pathText(path)} is no list`);
}
