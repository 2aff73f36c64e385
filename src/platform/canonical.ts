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
  return JSON.stringify(value, (_key, member: unknown) =>
    isPlainObject(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => compareText(a, b))) : member,
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
