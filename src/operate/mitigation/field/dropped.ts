// What a server left out of a value. Servers before 1.25 drop fields that they do not know, and custom resources are pruned to their schema, without a word;
// false, 0 and what is empty they may leave out because it is what stands there anyway (`omitempty`).
import { isEmpty, isMembers, keysOf, type Value, valueAt } from './document.ts';
import type { Path, PathPart } from './path.ts';

/**
 * The first place of a wanted value that the stored one has not.
 * @param above where both stand
 */
export function droppedPath(wanted: Value, stored: Value, above: Path): Path | undefined {
  if (stored === undefined) return isNothing(wanted) ? undefined : above;
  if (isMembers(wanted) && isMembers(stored)) {
    for (const [name, value] of Object.entries(wanted)) {
      const found = droppedPath(value, Object.hasOwn(stored, name) ? stored[name] : undefined, [...above, name]);
      if (found !== undefined) return found;
    }
  }
  if (!Array.isArray(wanted) || !Array.isArray(stored)) return undefined;
  for (const [key, count] of countsOf(keysOf(wanted, 'name'))) {
    // Which of two entries of a name became which, nobody can tell.
    if (count > 1 || keysOf(stored, 'name').filter((one) => one === key).length > 1) continue;
    const part: PathPart = { key: 'name', value: key };
    const found = droppedPath(valueAt(wanted, [part]), valueAt(stored, [part]), [...above, part]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function countsOf(keys: readonly string[]): ReadonlyMap<string, number> {
  return new Map(keys.map((key) => [key, keys.filter((one) => one === key).length]));
}

function isNothing(value: Value): boolean {
  return value === undefined || value === null || value === false || value === 0 || value === '' || isHollow(value);
}

/** Holds nothing but nothing. */
function isHollow(value: Value): boolean {
  if (Array.isArray(value)) return isEmpty(value);
  return isMembers(value) && Object.values(value).every(isNothing);
}
