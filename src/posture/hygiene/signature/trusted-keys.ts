// The public keys that a user trusts to sign images: PEM files as `cosign generate-key-pair` and openssl write them (SubjectPublicKeyInfo, RFC 5480,
// RFC 8410). Keys are ECDSA on P-256, Ed25519 or RSA; hash and padding are cosign's: SHA-256, PKCS #1 v1.5.
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { PlimsollError } from '../../../platform/errors.ts';

/** A key that signatures are held against. */
export interface TrustedKey {
  /** What the user calls it: the file that it came from. */
  readonly name: string;
  /** SHA-256 of its SubjectPublicKeyInfo, in hexadecimal: how envelopes and bundles hint at it. */
  readonly id: string;
  readonly key: KeyObject;
}

const BLOCK = /-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g;
/** RSA keys below are no protection (NIST SP 800-131A rev. 2). */
const RSA_BITS = 2048;

/**
 * The keys of a PEM file, one or several. Errors never quote the file.
 * @throws PlimsollError `usage` for a file without a public key, with a private one, or with a key of another kind.
 */
export function readTrustedKeys(pem: string, name: string): readonly TrustedKey[] {
  if (pem.includes('PRIVATE KEY-----')) {
    throw new PlimsollError(
      'usage',
      `${name} holds a private key; give the public one, and keep the private where it signs`,
    );
  }
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length === 0) throw new PlimsollError('usage', `${name} holds no public key in PEM`);
  return blocks.map((block) => trustedKey(block, name));
}

/** Whether the key made the signature over the message. */
export function isSignedWith(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', message, key, signature);
  } catch {
    // Of a form that the key cannot have made.
    return false;
  }
}

/** The id of a key. */
export function keyId(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

function trustedKey(block: string, name: string): TrustedKey {
  let key: KeyObject;
  try {
    key = createPublicKey(block);
  } catch {
    throw new PlimsollError('usage', `${name}: a public key in it is damaged`);
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const known =
    type === 'ed25519' ||
    (type === 'ec' && details?.namedCurve === 'prime256v1') ||
    (type === 'rsa' && (details?.modulusLength ?? 0) >= RSA_BITS);
  if (known) return { name, id: keyId(key), key };
  throw new PlimsollError(
    'usage',
    `${name}: a key in it is neither ECDSA P-256, Ed25519 nor RSA of ${RSA_BITS} bits or more`,
  );
}
