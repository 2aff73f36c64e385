// Reads untrusted JSON and YAML documents of feeds: the whole must parse, single members of a wrong type count as absent.
import { LimitError, ParseError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { parseYaml, splitDocuments, type YamlNode } from '../release/yaml.ts';

/** An object whose members are not checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** @throws ParseError when the bytes are not a JSON document. */
export function readJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new ParseError(`${path}: not JSON`, { cause: error });
  }
}

/**
 * Reads a YAML document with every scalar as the text that was written, because a version 1.10 is not a number; null stays null.
 * @throws ParseError when it is not one YAML document; LimitError when it is too large, nested or repeats itself without measure.
 */
export function readYaml(bytes: Uint8Array, path: string): unknown {
  if (bytes.length > LIMITS.feedYamlBytes) {
    throw new LimitError(
      `${path}: YAML of more than ${LIMITS.feedYamlBytes} bytes; use the feed's JSON where there is one`,
    );
  }
  const documents = splitDocuments(new TextDecoder().decode(bytes));
  const [document] = documents;
  if (document === undefined || documents.length > 1) throw new ParseError(`${path}: not one YAML document`);
  return plain(parseYaml(document.text, path, document.line));
}

/** JSON or YAML, told apart by the name of the file: anything but .yaml and .yml is JSON. */
export function readDocument(bytes: Uint8Array, path: string): unknown {
  return /\.ya?ml$/i.test(path) ? readYaml(bytes, path) : readJson(bytes, path);
}

/** Whether the value is an object with members. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member as an object; empty when it is none. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** The value as a list; empty when it is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as text without surrounding space; undefined when it is no text or empty. */
export function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text === '' ? undefined : text;
}

/** Texts of a list, members of another type left out. */
export function textsOf(value: unknown): readonly string[] {
  return listOf(value).flatMap((member) => textOf(member) ?? []);
}

/**
 * A date or instant of ISO 8601 as `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`: offsets are applied, fractions cut.
 * Undefined for other text and for the zero dates (year 0001) that some publishers write for "not known".
 */
export function dateOf(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const match = /^(\d{4})-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text);
  if (match === null || Number(match[1]) < 1970) return undefined;
  const dayOnly = text.length === 10;
  const zone = match[2]?.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2') ?? 'Z';
  const time = Date.parse(dayOnly ? text : `${text.slice(0, 10)}T${text.slice(11, 19)}${zone}`);
  if (Number.isNaN(time)) return undefined;
  const instant = new Date(time).toISOString();
  if (!dayOnly) return `${instant.slice(0, 19)}Z`;
  return instant.startsWith(text) ? text : undefined;
}

function plain(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.isNull ? null : node.text;
  if (node.kind === 'list') return node.items.map(plain);
  const members: Record<string, unknown> = Object.create(null);
  for (const entry of node.entries) members[entry.key] = plain(entry.value);
  return members;
}
