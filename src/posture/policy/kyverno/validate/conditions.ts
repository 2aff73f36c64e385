// Preconditions and conditions of deny: any and all of `{key, operator, value}`. Source: kyverno.io/docs/writing-policies/preconditions.
import { isList, isMap, type Json, listOf, memberOf, sameJson, textOf } from '../../../../platform/json.ts';
import { UnsupportedError } from '../failure.ts';
import { matchesLeaf } from '../pattern/leaf.ts';
import { compareExact, type Exact, parseDuration, parseQuantity } from '../pattern/quantity.ts';
import { matchesWildcard } from '../pattern/wildcard.ts';

/**
 * Whether conditions hold whose variables are replaced. None at all hold.
 * @throws UnsupportedError for an operator that is not known
 */
export function holds(conditions: Json | undefined): boolean {
  if (conditions === undefined || conditions === null) return true;
  // The old form: a list, all of which must hold.
  if (isList(conditions)) return conditions.every(holdsOne);
  const unknown = Object.keys(isMap(conditions) ? conditions : {}).find((key) => key !== 'any' && key !== 'all');
  if (unknown !== undefined || !isMap(conditions)) {
    throw new UnsupportedError(`conditions of a form that is not supported: ${unknown ?? 'no any and all'}`);
  }
  const any = listOf(conditions, 'any');
  return (any.length === 0 || any.some(holdsOne)) && listOf(conditions, 'all').every(holdsOne);
}

type Compare = (key: Json, value: Json) => boolean;

const OPERATORS: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ['Equals', equals],
  ['Equal', equals],
  ['NotEquals', (key, value) => !equals(key, value)],
  ['NotEqual', (key, value) => !equals(key, value)],
  ['In', (key, value) => inside(key, value, 'every')],
  ['AllIn', (key, value) => inside(key, value, 'every')],
  ['AnyIn', (key, value) => inside(key, value, 'some')],
  ['NotIn', (key, value) => outside(key, value, 'every')],
  ['AllNotIn', (key, value) => outside(key, value, 'every')],
  ['AnyNotIn', (key, value) => outside(key, value, 'some')],
  ['GreaterThan', (key, value) => ordered(key, value, (order) => order > 0)],
  ['GreaterThanOrEquals', (key, value) => ordered(key, value, (order) => order >= 0)],
  ['LessThan', (key, value) => ordered(key, value, (order) => order < 0)],
  ['LessThanOrEquals', (key, value) => ordered(key, value, (order) => order <= 0)],
  ['DurationGreaterThan', (key, value) => ordered(key, value, (order) => order > 0)],
  ['DurationGreaterThanOrEquals', (key, value) => ordered(key, value, (order) => order >= 0)],
  ['DurationLessThan', (key, value) => ordered(key, value, (order) => order < 0)],
  ['DurationLessThanOrEquals', (key, value) => ordered(key, value, (order) => order <= 0)],
]);

function holdsOne(condition: Json): boolean {
  const name = textOf(condition, 'operator') ?? '';
  const compare = OPERATORS.get(name);
  if (compare === undefined) throw new UnsupportedError(`the operator ${name || 'that is missing'} is not supported`);
  return compare(memberOf(condition, 'key') ?? null, memberOf(condition, 'value') ?? null);
}

/** Text equals by wildcards of the value; numbers, quantities and durations by what they mean. */
function equals(key: Json, value: Json): boolean {
  if (isList(key) || isMap(key)) return sameJson(key, value);
  if (typeof key === 'boolean') return value === key;
  if (key === null) return false;
  if (isList(value) || isMap(value) || typeof value === 'boolean' || value === null) return false;
  for (const parse of [parseDuration, parseQuantity]) {
    const [left, right] = [parse(String(key)), parse(String(value))];
    if (left !== undefined && right !== undefined) return compareExact(left, right) === 0;
  }
  return typeof value === 'string' && typeof key === 'string' && matchesWildcard(value, key);
}

/** Elements of the key, each in the value. */
function inside(key: Json, value: Json, how: 'every' | 'some'): boolean {
  const test = membership(value);
  if (test === undefined) return false;
  const keys = keysOf(key);
  if (keys === undefined) return false;
  return how === 'every' ? keys.every(test) : keys.some(test);
}

function outside(key: Json, value: Json, how: 'every' | 'some'): boolean {
  const test = membership(value);
  if (test === undefined) return false;
  const keys = keysOf(key);
  if (keys === undefined) return false;
  return how === 'every' ? !keys.some(test) : keys.some((item) => !test(item));
}

function keysOf(key: Json): readonly Json[] | undefined {
  if (isList(key)) return key;
  return key === null || isMap(key) ? undefined : [key];
}

/** Whether something is one of a list, of a list written as JSON, in a range, or the one value. */
function membership(value: Json): ((item: Json) => boolean) | undefined {
  if (isList(value)) return (item) => value.some((member) => sameScalar(item, member));
  if (typeof value !== 'string') return undefined;
  if (/^\s*\[/.test(value)) {
    try {
      return membership(JSON.parse(value) as Json);
    } catch {
      return undefined;
    }
  }
  if (/^[^-]+-[^-]+$/.test(value) && /^[-+]?\d/.test(value)) return (item) => matchesLeaf(item, value);
  return (item) => sameScalar(item, value);
}

function sameScalar(item: Json, member: Json): boolean {
  if (isMap(item) || isList(item)) return sameJson(item, member);
  if (item === null || member === null || typeof member === 'object') return item === member;
  const [a, b] = [String(item), String(member)];
  return a === b || matchesWildcard(b, a) || matchesWildcard(a, b);
}

function ordered(key: Json, value: Json, is: (order: number) => boolean): boolean {
  for (const parse of [parseDuration, parseQuantity, parseVersion]) {
    const [left, right] = [exactOf(key, parse), exactOf(value, parse)];
    if (left !== undefined && right !== undefined) return is(compareExact(left, right));
  }
  return false;
}

function exactOf(value: Json, parse: (text: string) => Exact | undefined): Exact | undefined {
  // A bare number in the place of a duration is one of seconds.
  if (typeof value === 'number') return parse === parseDuration ? parse(`${value}s`) : parse(String(value));
  return typeof value === 'string' ? parse(value) : undefined;
}

/** A version of three numbers, in an order that a number can hold. */
function parseVersion(text: string): Exact | undefined {
  const match = /^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})$/.exec(text);
  if (match === null) return undefined;
  const [, major = '0', minor = '0', patch = '0'] = match;
  return { value: BigInt(major) * 10n ** 12n + BigInt(minor) * 10n ** 6n + BigInt(patch), scale: 0 };
}
