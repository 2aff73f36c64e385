// Captured values beside a ledger: each in a file of its own, AES-256-GCM (NIST SP 800-38D) with the name as additional data, so that none can stand for
// another. Deleting the key file deletes all of them for good, and leaves the ledger provable.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { digestOf } from '../../../platform/canonical.ts';
import { ParseError } from '../../../platform/errors.ts';
import type { ContentReference } from './entry.ts';

/** Bytes of a content key. */
export const KEY_BYTES = 32;
/** Random bytes that sealing takes: 12 for the nonce, 16 that make the digest tell nothing. */
export const RANDOM_BYTES = 28;

const FORMAT = 1;
const NONCE = 12;
const TAG = 16;

/** An encrypted content and the name by which an entry refers to it. */
export interface SealedContent {
  readonly reference: ContentReference;
  readonly bytes: Uint8Array;
}

/** Encrypts a JSON value. @param random RANDOM_BYTES fresh random bytes */
export function sealContent(value: unknown, key: Uint8Array, random: Uint8Array): SealedContent {
  const nonce = random.subarray(0, NONCE);
  const plain = JSON.stringify({ salt: Buffer.from(random.subarray(NONCE)).toString('hex'), value });
  const id = Buffer.from(nonce).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return {
    reference: { id, digest: digestOf(plain) },
    bytes: Buffer.concat([Buffer.from([FORMAT]), nonce, cipher.getAuthTag(), sealed]),
  };
}

/**
 * Decrypts a content that an entry refers to.
 * @throws ParseError when it is not what the entry refers to: altered, of another key, or another content
 */
export function openContent({ id, digest }: ContentReference, bytes: Uint8Array, key: Uint8Array): unknown {
  const from = 1 + NONCE + TAG;
  if (bytes.length < from || bytes[0] !== FORMAT)
    throw new ParseError(`the captured content ${id} is of no known form`);
  let plain: string;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + NONCE), { authTagLength: TAG })
      .setAAD(Buffer.from(id))
      .setAuthTag(bytes.subarray(1 + NONCE, from));
    plain = Buffer.concat([decipher.update(bytes.subarray(from)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new ParseError(`the captured content ${id} was altered, or is of another key`, { cause });
  }
  if (digestOf(plain) !== digest)
    throw new ParseError(`the captured content ${id} is not the one that the ledger names`);
  const opened: unknown = JSON.parse(plain);
  return Reflect.get(Object(opened), 'value');
}
