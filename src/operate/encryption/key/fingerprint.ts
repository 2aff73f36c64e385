// The name of a key's bytes in plans, receipts and reports. It must be the same on every control plane, so it has no secret of its own and no
// random salt; and it must not let a typed key be guessed as fast as a hash is computed, so it is scrypt (RFC 7914) under a salt of this purpose.
// A guess costs 32 MiB and tens of milliseconds. Of a random key of 32 bytes nothing can be learnt from it.
import { createHash, scryptSync } from 'node:crypto';

/** `kfp1:` and 32 lower-case hexadecimal digits. */
export type KeyFingerprint = `kfp1:${string}`;

const SALT = 'plimsoll key fingerprint 1';
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 ** 2 } as const;
const BYTES = 16;

/** Those made so far, by the key's SHA-256: the same few keys come from every control plane's configuration. */
const made = new Map<string, KeyFingerprint>();

/** The fingerprint of a key's bytes: scrypt, N 32768, r 8, p 1, 16 bytes. */
export function fingerprintOf(key: Uint8Array): KeyFingerprint {
  const digest = createHash('sha256').update(key).digest('hex');
  const known = made.get(digest) ?? (`kfp1:${scryptSync(key, SALT, BYTES, COST).toString('hex')}` as const);
  made.set(digest, known);
  return known;
}

/** Whether a text has the form of a fingerprint. */
export function isKeyFingerprint(text: string): text is KeyFingerprint {
  return /^kfp1:[0-9a-f]{32}$/.test(text);
}
