// Fields of answers, checked where they are used: a tracker may answer anything.
import { PlimsollError } from '../../platform/errors.ts';
import { isDay } from '../../statements/day.ts';

/** Members of a value; none when it is no object. */
export function members(value: unknown): ReadonlyMap<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : new Map();
}

/** The member at a path; undefined when it is not there. */
export function memberAt(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const name of path) at = members(at).get(name);
  return at;
}

/** A text or number as text that an address can hold. @throws PlimsollError `tracker` with the name of the field */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = memberAt(value, ...path);
  if (typeof found === 'string' || typeof found === 'number') return String(found).toWellFormed();
  throw new PlimsollError('tracker', `the answer of the tracker has no ${path.join('.')}: is tickets.address its API?`);
}

/** A text; empty when there is none. */
export function optionalText(value: unknown, ...path: readonly string[]): string {
  const found = memberAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The day of an instant, as a member for a record; empty when it is none. */
export function closedDay(instant: string): { readonly closedOn?: string } {
  const day = instant.slice(0, 10);
  return isDay(day) ? { closedOn: day } : {};
}
