// Signs and checks a payload with a key of the user's: DSSE envelopes (secure-systems-lab/dsse, protocol.md version 1.0.2). Keys are Ed25519,
// whose signature follows from key and payload alone (RFC 8032), or ECDSA on P-256 with SHA-256, whose signature differs every time.
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { ParseError, PlimsollError } from './errors.ts';
import { jsonText } from './json-text.ts';

/** What was signed, and of which type. */
export interface SignedPayload {
  readonly type: string;
  readonly payload: string;
}

const PRIVATE = /-----BEGIN (?:EC |ENCRYPTED )?PRIVATE KEY-----/;

/**
 * A private key from its PEM file (PKCS #8 or SEC 1). Errors never quote the file.
 * @throws PlimsollError `usage` for a file that is no key, is locked by a passphrase, or is of another kind.
 */
export function readSigningKey(pem: string, name: string): KeyObject {
  if (pem.includes('ENCRYPTED')) {
    throw new PlimsollError('usage', `the key in ${name} is locked by a passphrase; unlock it with \`openssl pkey\``);
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new PlimsollError('usage', `${name} holds no private key in PEM`);
  }
  return supported(key, name);
}

/**
 * The public key of a PEM file that holds it, a certificate, or the private key.
 * @throws PlimsollError `usage`
 */
export function readVerificationKey(pem: string, name: string): KeyObject {
  if (PRIVATE.test(pem)) return createPublicKey(readSigningKey(pem, name));
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new PlimsollError('usage', `${name} holds no key in PEM`);
  }
  return supported(key, name);
}

function supported(key: KeyObject, name: string): KeyObject {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519' || (type === 'ec' && details?.namedCurve === 'prime256v1')) return key;
  throw new PlimsollError(
    'usage',
    `the key in ${name} is ${type ?? 'of an unknown kind'}: give an Ed25519 or a P-256 key`,
  );
}

/** SHA-256 of the public key's SubjectPublicKeyInfo, in hexadecimal: a hint which key to take, no proof. */
export function keyId(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** The envelope as JSON, ended by a line feed. */
export function signEnvelope({ type, payload }: SignedPayload, key: KeyObject): string {
  const signature = sign(hashFor(key), preAuthentication(type, payload), key);
  return envelopeText(type, payload, [{ keyid: keyId(key), sig: signature.toString('base64') }]);
}

/**
 * What an envelope holds, whether or not it is rightly signed. Only the form that signEnvelope writes is read, so that no byte of it is free.
 * @throws ParseError
 */
export function readEnvelope(text: string): SignedPayload & { readonly signatures: readonly Signature[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ParseError('the envelope is no JSON', { cause });
  }
  const { payloadType, payload, signatures } = membersOf(value);
  if (typeof payloadType !== 'string' || typeof payload !== 'string')
    throw new ParseError('the envelope has no payload');
  const body = Buffer.from(payload, 'base64').toString('utf8');
  const read = (Array.isArray(signatures) ? signatures : []).map((one: unknown) => {
    const { keyid, sig } = membersOf(one);
    if (typeof sig !== 'string' || typeof keyid !== 'string') {
      throw new ParseError('the envelope has a signature without its members');
    }
    return { keyid, sig: Buffer.from(sig, 'base64').toString('base64') };
  });
  if (envelopeText(payloadType, body, read) !== text)
    throw new ParseError('the envelope is not in the form that it was written in');
  return { type: payloadType, payload: body, signatures: read };
}

/** A signature of an envelope; `sig` in base64. */
export interface Signature {
  readonly keyid: string;
  readonly sig: string;
}

/** Whether one of the signatures is the key's. */
export function isSignedBy(
  { type, payload, signatures }: SignedPayload & { readonly signatures: readonly Signature[] },
  key: KeyObject,
): boolean {
  const id = keyId(key);
  return signatures.some(
    ({ keyid, sig }) =>
      keyid === id && verify(hashFor(key), preAuthentication(type, payload), key, Buffer.from(sig, 'base64')),
  );
}

/** Ed25519 hashes by itself. */
function hashFor(key: KeyObject): 'sha256' | null {
  return key.asymmetricKeyType === 'ec' ? 'sha256' : null;
}

/** "PAE" of the protocol: lengths in bytes stand before the parts, so that none can be moved into the other. */
function preAuthentication(type: string, payload: string): Buffer {
  const [typeBytes, body] = [Buffer.from(type), Buffer.from(payload)];
  return Buffer.concat([Buffer.from(`DSSEv1 ${typeBytes.length} `), typeBytes, Buffer.from(` ${body.length} `), body]);
}

function envelopeText(payloadType: string, payload: string, signatures: readonly Signature[]): string {
  return `${jsonText({ payloadType, payload: Buffer.from(payload).toString('base64'), signatures })}\n`;
}

/** Members of an object that are not checked yet; none of anything else. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
