// Functions of JMESPath (jmespath.org/specification.html#built-in-functions) and of Kyverno (kyverno.io/docs/writing-policies/jmespath). What asks the clock,
// randomness or the network is not here: it would make a verdict depend on when it was asked.
import { createHash } from 'node:crypto';
import { isList, isMap, type Json, type JsonMap, sameJson } from '../../../../platform/json.ts';
import { EvaluationError } from '../failure.ts';
import { matchesWildcard } from '../pattern/wildcard.ts';
import { imageOf } from '../variables/images.ts';
import type { Argument } from './argument.ts';
import { add, divide, modulo, multiply, round, subtract } from './arithmetic.ts';
import { parseJsonText, parseYamlText } from './parse-text.ts';
import { findMatch, replaceMatches } from './regex.ts';
import { compileRegex } from './regex-compile.ts';

/** A function: gets its arguments and its name, gives a value or throws EvaluationError. */
export type JmespathFunction = (given: readonly Argument[], name: string) => Json;

/** Every function by name. */
export const FUNCTIONS: ReadonlyMap<string, JmespathFunction> = new Map<string, JmespathFunction>([
  ['abs', (given, name) => Math.abs(number(given, 0, name))],
  ['avg', average],
  ['ceil', (given, name) => Math.ceil(number(given, 0, name))],
  ['contains', contains],
  ['ends_with', (given, name) => text(given, 0, name).endsWith(text(given, 1, name))],
  ['floor', (given, name) => Math.floor(number(given, 0, name))],
  ['items', items],
  ['join', (given, name) => texts(list(given, 1, name), name).join(text(given, 0, name))],
  ['keys', (given, name) => Object.keys(map(given, 0, name)).sort()],
  ['length', length],
  ['map', (given, name) => list(given, 1, name).map((item) => expression(given, 0, name)(item))],
  ['max', (given, name) => extreme(list(given, 0, name), (a, b) => compare(a, b, name) > 0)],
  ['max_by', (given, name) => extremeBy(given, name, (a, b) => compare(a, b, name) > 0)],
  ['merge', (given, name) => Object.assign({}, ...given.map((_, index) => map(given, index, name)))],
  ['min', (given, name) => extreme(list(given, 0, name), (a, b) => compare(a, b, name) < 0)],
  ['min_by', (given, name) => extremeBy(given, name, (a, b) => compare(a, b, name) < 0)],
  ['not_null', (given, name) => given.map((_, index) => value(given, index, name)).find((one) => one !== null) ?? null],
  ['reverse', reverse],
  ['sort', (given, name) => list(given, 0, name).toSorted((a, b) => compare(a, b, name))],
  ['sort_by', sortBy],
  ['starts_with', (given, name) => text(given, 0, name).startsWith(text(given, 1, name))],
  ['sum', (given, name) => list(given, 0, name).reduce((sum, item) => add(sum, item), 0)],
  ['to_array', (given, name) => wrapped(value(given, 0, name))],
  ['to_number', (given, name) => toNumber(value(given, 0, name))],
  ['to_string', (given, name) => written(value(given, 0, name))],
  ['type', (given, name) => typeName(value(given, 0, name))],
  ['values', (given, name) => Object.values(map(given, 0, name))],
  // Kyverno's own.
  ['add', (given, name) => add(value(given, 0, name), value(given, 1, name))],
  ['subtract', (given, name) => subtract(value(given, 0, name), value(given, 1, name))],
  ['multiply', (given, name) => multiply(value(given, 0, name), value(given, 1, name))],
  ['divide', (given, name) => divide(value(given, 0, name), value(given, 1, name))],
  ['modulo', (given, name) => modulo(value(given, 0, name), value(given, 1, name))],
  ['round', (given, name) => round(number(given, 0, name), number(given, 1, name))],
  ['base64_decode', (given, name) => Buffer.from(text(given, 0, name), 'base64').toString()],
  ['base64_encode', (given, name) => Buffer.from(text(given, 0, name)).toString('base64')],
  ['compare', (given, name) => compare(text(given, 0, name), text(given, 1, name), name)],
  ['equal_fold', (given, name) => text(given, 0, name).toLowerCase() === text(given, 1, name).toLowerCase()],
  ['image_normalize', (given, name) => imageOf(text(given, 0, name)).reference],
  ['label_match', (given, name) => labelMatch(map(given, 0, name), map(given, 1, name))],
  ['lookup', lookup],
  ['object_from_lists', objectFromLists],
  ['parse_json', (given, name) => parseJsonText(text(given, 0, name))],
  ['parse_yaml', (given, name) => parseYamlText(text(given, 0, name))],
  ['path_canonicalize', (given, name) => canonicalPath(text(given, 0, name))],
  ['pattern_match', (given, name) => matchesWildcard(text(given, 0, name), scalar(given, 1, name))],
  ['regex_match', (given, name) => findMatch(compileRegex(text(given, 0, name)), scalar(given, 1, name)) !== undefined],
  [
    'regex_replace_all',
    (given, name) => replaceMatches(compileRegex(text(given, 0, name)), scalar(given, 1, name), scalar(given, 2, name)),
  ],
  [
    'regex_replace_all_literal',
    (given, name) =>
      replaceMatches(compileRegex(text(given, 0, name)), scalar(given, 1, name), scalar(given, 2, name), true),
  ],
  ['replace', replace],
  ['replace_all', (given, name) => text(given, 0, name).replaceAll(text(given, 1, name), () => text(given, 2, name))],
  [
    'sha256',
    (given, name) =>
      createHash('sha256')
        .update(text(given, 0, name))
        .digest('hex'),
  ],
  ['split', (given, name) => text(given, 0, name).split(text(given, 1, name))],
  ['to_boolean', toBoolean],
  ['to_lower', (given, name) => text(given, 0, name).toLowerCase()],
  ['to_upper', (given, name) => text(given, 0, name).toUpperCase()],
  ['trim', (given, name) => trimmed(text(given, 0, name), text(given, 1, name))],
  ['trim_prefix', (given, name) => withoutPrefix(text(given, 0, name), text(given, 1, name))],
  ['truncate', (given, name) => text(given, 0, name).slice(0, Math.max(0, number(given, 1, name)))],
]);

function wrong(name: string, index: number, expected: string): EvaluationError {
  return new EvaluationError(`${name}: argument ${index + 1} is no ${expected}`);
}

function value(given: readonly Argument[], index: number, name: string): Json {
  const argument = given[index];
  if (argument === undefined) throw new EvaluationError(`${name}: argument ${index + 1} is missing`);
  if (!('value' in argument)) throw wrong(name, index, 'value');
  return argument.value;
}

function expression(given: readonly Argument[], index: number, name: string): (to: Json) => Json {
  const argument = given[index];
  if (argument === undefined || !('apply' in argument)) throw wrong(name, index, 'expression behind &');
  return argument.apply;
}

function number(given: readonly Argument[], index: number, name: string): number {
  const found = value(given, index, name);
  if (typeof found !== 'number') throw wrong(name, index, 'number');
  return found;
}

function text(given: readonly Argument[], index: number, name: string): string {
  const found = value(given, index, name);
  if (typeof found !== 'string') throw wrong(name, index, 'text');
  return found;
}

/** Text or a number, as functions on text take both. */
function scalar(given: readonly Argument[], index: number, name: string): string {
  const found = value(given, index, name);
  if (typeof found !== 'string' && typeof found !== 'number') throw wrong(name, index, 'text or number');
  return String(found);
}

function list(given: readonly Argument[], index: number, name: string): readonly Json[] {
  const found = value(given, index, name);
  if (!isList(found)) throw wrong(name, index, 'list');
  return found;
}

function map(given: readonly Argument[], index: number, name: string): JsonMap {
  const found = value(given, index, name);
  if (!isMap(found)) throw wrong(name, index, 'object');
  return found;
}

function texts(of: readonly Json[], name: string): readonly string[] {
  return of.map((item) => {
    if (typeof item !== 'string') throw new EvaluationError(`${name}: the list holds more than text`);
    return item;
  });
}

function average(given: readonly Argument[], name: string): Json {
  const numbers = list(given, 0, name);
  if (numbers.some((item) => typeof item !== 'number')) throw wrong(name, 0, 'list of numbers');
  return numbers.length === 0 ? null : numbers.reduce((sum: number, item) => sum + Number(item), 0) / numbers.length;
}

function contains(given: readonly Argument[], name: string): Json {
  const subject = value(given, 0, name);
  const wanted = value(given, 1, name);
  if (typeof subject === 'string') return typeof wanted === 'string' && subject.includes(wanted);
  return list(given, 0, name).some((item) => sameJson(item, wanted));
}

function items(given: readonly Argument[], name: string): Json {
  const [subject, keyName, valueName] = [value(given, 0, name), text(given, 1, name), text(given, 2, name)];
  if (isList(subject)) return subject.map((item, index) => ({ [keyName]: index, [valueName]: item }));
  const entries = Object.entries(map(given, 0, name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, member]) => ({ [keyName]: key, [valueName]: member }));
}

function length(given: readonly Argument[], name: string): Json {
  const subject = value(given, 0, name);
  if (typeof subject === 'string') return [...subject].length;
  if (isList(subject)) return subject.length;
  return Object.keys(map(given, 0, name)).length;
}

function compare(a: Json, b: Json, name: string): number {
  const comparable = typeof a === typeof b && (typeof a === 'string' || typeof a === 'number');
  if (!comparable || a === null || b === null)
    throw new EvaluationError(`${name}: only numbers, or only text, have an order`);
  return a < b ? -1 : Number(a > b);
}

function extreme(of: readonly Json[], isBetter: (a: Json, b: Json) => boolean): Json {
  return of.reduce<Json>((best, item) => (best === null || isBetter(item, best) ? item : best), null);
}

function extremeBy(given: readonly Argument[], name: string, isBetter: (a: Json, b: Json) => boolean): Json {
  const by = expression(given, 1, name);
  return extreme(list(given, 0, name), (a, b) => isBetter(by(a), by(b)));
}

function reverse(given: readonly Argument[], name: string): Json {
  const subject = value(given, 0, name);
  return typeof subject === 'string' ? [...subject].reverse().join('') : list(given, 0, name).toReversed();
}

function sortBy(given: readonly Argument[], name: string): Json {
  const by = expression(given, 1, name);
  const keyed = list(given, 0, name).map((item) => ({ item, key: by(item) }));
  return keyed.sort((a, b) => compare(a.key, b.key, name)).map(({ item }) => item);
}

function wrapped(subject: Json): Json {
  return isList(subject) ? subject : [subject];
}

function toNumber(subject: Json): Json {
  if (typeof subject === 'number') return subject;
  return typeof subject === 'string' && /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(subject)
    ? Number(subject)
    : null;
}

function written(subject: Json): string {
  return typeof subject === 'string' ? subject : JSON.stringify(subject);
}

function typeName(subject: Json): string {
  if (subject === null) return 'null';
  if (isList(subject)) return 'array';
  return typeof subject;
}

function labelMatch(wanted: JsonMap, actual: JsonMap): boolean {
  return Object.entries(wanted).every(([key, member]) => actual[key] === member);
}

function lookup(given: readonly Argument[], name: string): Json {
  const subject = value(given, 0, name);
  if (isList(subject)) return subject[number(given, 1, name)] ?? null;
  const key = text(given, 1, name);
  return Object.hasOwn(map(given, 0, name), key) ? (map(given, 0, name)[key] ?? null) : null;
}

function objectFromLists(given: readonly Argument[], name: string): Json {
  const members = list(given, 1, name);
  return Object.fromEntries(
    list(given, 0, name).map((key, index) => {
      if (typeof key !== 'string') throw wrong(name, 0, 'list of text');
      return [key, members[index] ?? null];
    }),
  );
}

/** Go's filepath.Join("/", path). */
function canonicalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return path === '' ? '' : `${path.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}

function replace(given: readonly Argument[], name: string): Json {
  const [subject, from, to] = [text(given, 0, name), text(given, 1, name), text(given, 2, name)];
  const times = number(given, 3, name);
  if (times < 0) return subject.replaceAll(from, () => to);
  let result = subject;
  let at = 0;
  for (let count = 0; count < times; count += 1) {
    const found = result.indexOf(from, at);
    if (found === -1) break;
    result = result.slice(0, found) + to + result.slice(found + from.length);
    at = found + to.length + (from === '' ? 1 : 0);
  }
  return result;
}

function toBoolean(given: readonly Argument[], name: string): Json {
  const found = text(given, 0, name).toLowerCase();
  if (found !== 'true' && found !== 'false') throw wrong(name, 0, 'true or false');
  return found === 'true';
}

function trimmed(subject: string, cut: string): string {
  const characters = [...subject];
  while (characters.length > 0 && cut.includes(characters[0] ?? '')) characters.shift();
  while (characters.length > 0 && cut.includes(characters.at(-1) ?? '')) characters.pop();
  return characters.join('');
}

function withoutPrefix(subject: string, prefix: string): string {
  return subject.startsWith(prefix) ? subject.slice(prefix.length) : subject;
}
