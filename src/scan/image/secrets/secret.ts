// A secret as it is recorded: what it is and how to know it again, never the secret.
import { createHash } from 'node:crypto';

/** Kinds of secrets. */
export const SECRET_KINDS = [
  'private-key',
  'key-store',
  'registry-login',
  'cluster-login',
  'cloud-key',
  'token',
  'password',
  'password-hash',
] as const;
/** One of them. */
export type SecretKind = (typeof SECRET_KINDS)[number];

/** A secret that a text or file holds. */
export interface RecognizedSecret {
  readonly kind: SecretKind;
  /**
   * First 48 bits of a SHA-256: equal for equal secrets. Of what a machine made alone (keys, tokens): of what people choose, even a part of a digest lets
   * guesses be tried.
   */
  readonly fingerprint?: string;
  /** Locked by a passphrase. */
  readonly locked?: true;
  /** One that everybody knows: a default, a placeholder that looks real. */
  readonly wellKnown?: true;
}

const FINGERPRINT_CHARACTERS = 12;

/** The fingerprint of a secret that a machine made. */
export function fingerprintOf(secret: string | Uint8Array): string {
  return createHash('sha256').update('plimsoll secret\n').update(secret).digest('hex').slice(0, FINGERPRINT_CHARACTERS);
}

/** A secret that a machine made. */
export function madeSecret(kind: SecretKind, secret: string | Uint8Array): RecognizedSecret {
  return { kind, fingerprint: fingerprintOf(secret) };
}

/** A secret that somebody chose; undefined for what stands in a secret's place: nothing, a variable, a mask. */
export function chosenSecret(kind: SecretKind, value: string): RecognizedSecret | undefined {
  if (isPlaceholder(value)) return undefined;
  return WELL_KNOWN.has(value.toLowerCase()) ? { kind, wellKnown: true } : { kind };
}

/** Passwords that manuals and images give. */
const WELL_KNOWN: ReadonlySet<string> = new Set(
  'admin changeit changeme default dummy example guest minioadmin pass password postgres root secret test testing'.split(
    ' ',
  ),
);

/**
 * Whether a value only stands where a secret would: `${VARIABLE}`, `` `command` ``, `<password>`, `@NAME@`, `__NAME__`, `your-key`, `****`, `%(name)s`, a
 * path, a comment, a truth value, a number.
 */
export function isPlaceholder(value: string): boolean {
  return /^(?:|[$%{<[(`].*|#\s.*|@{1,2}[\w.-]+@{1,2}|__.*__|your[-_ ].*|[*x._!~-]+|(?:~?\/|\.\/|file:).*|true|false|yes|no|null|none|nil|undefined|redacted|\d{1,5})$/is.test(
    value.trim(),
  );
}
