// One key in a file that may travel between control planes and into a safe: sealed with a passphrase (scrypt, RFC 7914; AES-256-GCM, NIST SP 800-38D).
// What stands beside the sealed bytes is authenticated with them. Form: docs/guide/encryption.md. The cost of the passphrase belongs to version 1 of the
// form and not to the file, so that nobody can ask for a cheaper or a ruinous one.
import { createCipheriv, createDecipheriv, scryptSync } from 'node:crypto';
import { canonicalJson } from '../../../platform/canonical.ts';
import { ParseError, PlimsollError } from '../../../platform/errors.ts';
import type { KeyProviderKind } from '../configuration/configuration.ts';
import type { RandomBytes } from '../provider/ciphers.ts';
import { isKeyFingerprint, type KeyFingerprint } from './fingerprint.ts';
import { isKeyName, type NamedKey } from './generate.ts';
import { KeySecret } from './secret.ts';

/** The file. Texts of bytes are base64. */
export interface SealedKey {
  readonly schemaVersion: 1;
  readonly format: typeof FORMAT;
  readonly provider: KeyProviderKind;
  readonly name: string;
  /** Of the key: plans and receipts name it. */
  readonly fingerprint: KeyFingerprint;
  /** 16 bytes. */
  readonly salt: string;
  /** 12 bytes. */
  readonly nonce: string;
  /** The key, encrypted, and a tag of 16 bytes. */
  readonly sealed: string;
}

const FORMAT = 'plimsoll-sealed-key';
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 ** 2 } as const;
const [SALT, NONCE, TAG, KEY] = [16, 12, 16, 32];
/** Characters of a passphrase below which guessing pays even against scrypt. */
const SHORTEST_PASSPHRASE = 16;
const MEMBERS = ['schemaVersion', 'format', 'provider', 'name', 'fingerprint', 'salt', 'nonce', 'sealed'] as const;

/**
 * Seals a key.
 * @throws PlimsollError `usage` for a short passphrase
 */
export function sealKey(key: NamedKey, passphrase: string, random: RandomBytes): SealedKey {
  if ([...passphrase].length < SHORTEST_PASSPHRASE) {
    const advice = 'take six random words, or what `openssl rand -base64 24` prints';
    throw new PlimsollError('usage', `the passphrase has fewer than ${SHORTEST_PASSPHRASE} characters: ${advice}`);
  }
  const salt = random(SALT);
  const nonce = random(NONCE);
  const { provider, name, secret } = key;
  const head = { schemaVersion: 1, format: FORMAT, provider, name, fingerprint: secret.fingerprint } as const;
  const beside = { ...head, salt: base64(salt), nonce: base64(nonce) };
  const cipher = createCipheriv('aes-256-gcm', sealingKey(passphrase, salt), nonce, { authTagLength: TAG });
  cipher.setAAD(Buffer.from(canonicalJson(beside)));
  const sealed = Buffer.concat([cipher.update(secret.reveal()), cipher.final(), cipher.getAuthTag()]);
  return { ...beside, sealed: base64(sealed) };
}

/**
 * Opens a sealed key.
 * @param expected the fingerprint that a plan names: any other key is refused
 * @throws PlimsollError `digest-mismatch` for another key than expected, `input-unreadable` when the passphrase does not open it
 */
export function unsealKey(file: SealedKey, passphrase: string, expected?: KeyFingerprint): NamedKey {
  const { sealed, ...beside } = file;
  if (expected !== undefined && expected !== file.fingerprint) throw otherKey(file.fingerprint, expected);
  const bytes = Buffer.from(sealed, 'base64');
  const key = sealingKey(passphrase, Buffer.from(beside.salt, 'base64'));
  const cipher = createDecipheriv('aes-256-gcm', key, Buffer.from(beside.nonce, 'base64'), { authTagLength: TAG });
  cipher.setAAD(Buffer.from(canonicalJson(beside)));
  cipher.setAuthTag(bytes.subarray(-TAG));
  let plain: Buffer;
  try {
    plain = Buffer.concat([cipher.update(bytes.subarray(0, -TAG)), cipher.final()]);
  } catch (error) {
    const message = `the passphrase does not open the sealed key ${file.name}, or the file was altered`;
    throw new PlimsollError('input-unreadable', message, { cause: error });
  }
  const secret = KeySecret.of(plain);
  if (secret.fingerprint !== file.fingerprint) throw otherKey(secret.fingerprint, file.fingerprint);
  return { provider: file.provider, name: file.name, secret };
}

/** The file's text. */
export function writeSealedKey(file: SealedKey): string {
  return `${JSON.stringify(file, [...MEMBERS], 2)}\n`;
}

/**
 * Reads a sealed key, without its passphrase.
 * @throws ParseError for what is none, or of a version that is not known
 */
export function readSealedKey(text: string, name: string): SealedKey {
  const wrong = (what: string): ParseError => new ParseError(`${name}: no sealed key: ${what}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong('it is not JSON');
  }
  if (typeof value !== 'object' || value === null) throw wrong('it is not an object');
  const members = new Map<string, unknown>(Object.entries(value));
  if (members.get('format') !== FORMAT) throw wrong(`"format" is not ${FORMAT}`);
  if (members.get('schemaVersion') !== 1) throw wrong('of a version that is not known: update plimsoll');
  // Beside the sealed bytes nothing may stand that is not authenticated with them.
  if (members.size !== MEMBERS.length) throw wrong(`its members are not ${MEMBERS.join(', ')}`);
  const text64 = (member: string, least: number, most: number): string => {
    const field = members.get(member);
    const bytes = typeof field === 'string' ? Buffer.from(field, 'base64') : undefined;
    if (bytes === undefined || bytes.length < least || bytes.length > most || base64(bytes) !== field) {
      throw wrong(`"${member}" is not as it should be`);
    }
    return field;
  };
  const { provider, name: keyName, fingerprint } = Object.fromEntries(members);
  if (provider !== 'aescbc' && provider !== 'aesgcm' && provider !== 'secretbox')
    throw wrong('"provider" is not known');
  if (typeof keyName !== 'string' || !isKeyName(keyName)) throw wrong('"name" is no name of a key');
  if (typeof fingerprint !== 'string' || !isKeyFingerprint(fingerprint)) throw wrong('"fingerprint" is none');
  return {
    schemaVersion: 1,
    format: FORMAT,
    provider,
    name: keyName,
    fingerprint,
    salt: text64('salt', SALT, SALT),
    nonce: text64('nonce', NONCE, NONCE),
    sealed: text64('sealed', 16 + TAG, KEY + TAG),
  };
}

function sealingKey(passphrase: string, salt: Uint8Array): Buffer {
  return scryptSync(passphrase.normalize('NFC'), salt, KEY, COST);
}

function otherKey(found: KeyFingerprint, expected: KeyFingerprint): PlimsollError {
  return new PlimsollError('digest-mismatch', `the key has the fingerprint ${found}; ${expected} is expected`);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
