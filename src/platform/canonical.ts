// Content addressing: canonical JSON (sorted keys, no white space) and SHA-256 digests over it.
import { createHash } from 'node:crypto';
import { compareText } from './order.ts';

/** `sha256:` and 64 lower-case hexadecimal digits, as OCI image-spec "Digests" writes it. */
export type Digest = `sha256:${string}`;

/** SHA-256 of bytes or UTF-8 text. */
export function digestOf(content: string | Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** Whether the text is a well-formed SHA-256 digest. */
export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

/** JSON with the keys of every object sorted by code unit; absent and undefined members are left out. Equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** The value with sorted keys: itself where they are, since most of what is written comes from records that are made in order. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  if (Array.isArray(value)) return value.some(isObject) ? value.map(sorted) : value;
  const record: Readonly<Record<string, unknown>> = value as Record<string, unknown>;
  const names = Object.keys(record);
  const inOrder = isAscending(names);
  const keys = inOrder ? names : names.sort(compareText);
  // An assignment to this name would set the prototype instead.
  if (keys.includes('__proto__')) return Object.fromEntries(keys.map((key) => [key, sorted(record[key])]));
  let copy: Record<string, unknown> | undefined = inOrder ? undefined : {};
  for (const key of keys) {
    const member = record[key];
    const own = isObject(member) ? sorted(member) : member;
    if (copy === undefined && own !== member) copy = upTo(key, keys, record);
    if (copy !== undefined) copy[key] = own;
  }
  return copy ?? value;
}

/** The members before the key. */
function upTo(
  end: string,
  keys: readonly string[],
  record: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of keys) {
    if (key === end) break;
    copy[key] = record[key];
  }
  return copy;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isAscending(keys: readonly string[]): boolean {
  for (let index = 1; index < keys.length; index += 1) {
    if (compareText(keys[index - 1] ?? '', keys[index] ?? '') > 0) return false;
  }
  return true;
}
