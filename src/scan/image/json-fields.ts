// Reads JSON documents of registries and layouts field by field: only the fields that are used, each with its type, nothing else looked at.
import { ParseError } from '../../platform/errors.ts';

/** A JSON object whose members are not checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses bytes as a JSON object. `what` names the document in messages.
 * @throws ParseError when it is none; a web page is called one, since proxies and login pages answer in a registry's place.
 */
export function readObject(bytes: Uint8Array, what: string): Fields {
  const value = readJson(bytes, what);
  if (!isObject(value)) throw new ParseError(`${what} is not a JSON object`);
  return value;
}

/**
 * Parses bytes as a JSON array of objects.
 * @throws ParseError when it is none.
 */
export function readObjects(bytes: Uint8Array, what: string): readonly Fields[] {
  return objectsIn({ list: readJson(bytes, what) }, 'list', what);
}

/** The member as text; undefined when it is absent, null or empty, as encoders of Go's zero values write it. */
export function optionalText(fields: Fields, name: string, what: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new ParseError(`${what}: "${name}" is not a string`);
  return value;
}

/** The member as text. */
export function requiredText(fields: Fields, name: string, what: string): string {
  const value = optionalText(fields, name, what);
  if (value === undefined) throw new ParseError(`${what}: "${name}" is missing`);
  return value;
}

/** The member as a count or size: a whole number from 0 to 2^53 - 1. */
export function requiredCount(fields: Fields, name: string, what: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new ParseError(`${what}: "${name}" is not a whole number from 0`);
  }
  return value;
}

/** The member as an object; empty when it is absent or null. */
export function objectIn(fields: Fields, name: string, what: string): Fields {
  const value = fields[name] ?? {};
  if (!isObject(value)) throw new ParseError(`${what}: "${name}" is not an object`);
  return value;
}

/** The member as a list of objects; empty when it is absent or null. */
export function objectsIn(fields: Fields, name: string, what: string): readonly Fields[] {
  const value = fields[name] ?? [];
  if (!Array.isArray(value) || !value.every(isObject))
    throw new ParseError(`${what}: "${name}" is not a list of objects`);
  return value;
}

/** The member as a list of strings; undefined when it is absent or null. A lone string is a list of one, as old Docker wrote commands. */
export function textsIn(fields: Fields, name: string, what: string): readonly string[] | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  const list: unknown = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list) || !list.every((member) => typeof member === 'string')) {
    throw new ParseError(`${what}: "${name}" is not a list of strings`);
  }
  return list;
}

/** The member as an object whose values are strings; empty when it is absent or null. Null values read as ''. */
export function textMapIn(fields: Fields, name: string, what: string): Readonly<Record<string, string>> {
  const entries = Object.entries(objectIn(fields, name, what)).map(([key, value]) => {
    if (typeof value !== 'string' && value !== null) throw new ParseError(`${what}: "${name}" holds more than strings`);
    return [key, value ?? ''] as const;
  });
  return Object.fromEntries(entries);
}

function readJson(bytes: Uint8Array, what: string): unknown {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch (error) {
    throw new ParseError(`${what} is not UTF-8 text`, { cause: error });
  }
  if (/^\s*</.test(text))
    throw new ParseError(`${what} is a web page, not JSON; a proxy or login page may have answered`);
  try {
    return JSON.parse(text);
  } catch {
    // Without the cause: its message quotes the text, and some of these documents hold passwords.
    throw new ParseError(`${what} is not JSON`);
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
