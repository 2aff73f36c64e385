// The three ciphers of kube-apiserver's providers with keys of the file. Upstream: staging/src/k8s.io/apiserver/pkg/storage/value/encrypt/aes/aes.go
// and secretbox/secretbox.go. AES comes from Node; XSalsa20-Poly1305, which it has not, from @noble/ciphers.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import type { KeyProviderKind } from '../configuration/configuration.ts';

/** One cipher: what stands behind the prefix, to and from the object. */
export interface Cipher {
  /**
   * Undefined when the body is no result of this cipher with this key: with the others that is certain, aescbc cannot tell one wrong key in some 256.
   * @param etcdKey the key in etcd; aesgcm alone binds the value to it
   */
  readonly open: (body: Uint8Array, key: Uint8Array, etcdKey: string) => Uint8Array | undefined;
  /** @param random gives that many random bytes */
  readonly seal: (plain: Uint8Array, key: Uint8Array, etcdKey: string, random: RandomBytes) => Uint8Array;
}

/** A source of random bytes, as node:crypto's randomBytes. */
export type RandomBytes = (size: number) => Uint8Array;

const BLOCK = 16;
const GCM_NONCE = 12;
const TAG = 16;
const SALSA_NONCE = 24;

/** AES-CBC with PKCS #7 padding: the initialization vector, then blocks. No authentication. */
const AESCBC: Cipher = {
  open: (body, key) => {
    if (body.length < 2 * BLOCK || body.length % BLOCK !== 0) return undefined;
    return opened(() => {
      const cipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, body.subarray(0, BLOCK));
      return Buffer.concat([cipher.update(body.subarray(BLOCK)), cipher.final()]);
    });
  },
  seal: (plain, key, _etcdKey, random) => {
    const vector = random(BLOCK);
    const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, vector);
    return Buffer.concat([vector, cipher.update(plain), cipher.final()]);
  },
};

/** AES-GCM: a nonce of 12 bytes, the ciphertext, a tag of 16; the key in etcd is the additional data. */
const AESGCM: Cipher = {
  open: (body, key, etcdKey) => {
    if (body.length < GCM_NONCE + TAG) return undefined;
    return opened(() => {
      const cipher = createDecipheriv(gcmName(key), key, body.subarray(0, GCM_NONCE), { authTagLength: TAG });
      cipher.setAAD(Buffer.from(etcdKey));
      cipher.setAuthTag(body.subarray(-TAG));
      return Buffer.concat([cipher.update(body.subarray(GCM_NONCE, -TAG)), cipher.final()]);
    });
  },
  seal: (plain, key, etcdKey, random) => {
    const nonce = random(GCM_NONCE);
    const cipher = createCipheriv(gcmName(key), key, nonce, { authTagLength: TAG });
    cipher.setAAD(Buffer.from(etcdKey));
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  },
};

/** NaCl's secretbox: a nonce of 24 bytes, a tag of 16, the ciphertext. Not bound to the key in etcd. */
const SECRETBOX: Cipher = {
  open: (body, key) => {
    if (body.length < SALSA_NONCE + TAG) return undefined;
    return opened(() => xsalsa20poly1305(key, body.subarray(0, SALSA_NONCE)).decrypt(body.subarray(SALSA_NONCE)));
  },
  seal: (plain, key, _etcdKey, random) => {
    const nonce = random(SALSA_NONCE);
    return Buffer.concat([nonce, xsalsa20poly1305(key, nonce).encrypt(plain)]);
  },
};

/** By the provider's name. */
export const CIPHERS: Readonly<Record<KeyProviderKind, Cipher>> = {
  aescbc: AESCBC,
  aesgcm: AESGCM,
  secretbox: SECRETBOX,
};

function gcmName(key: Uint8Array): 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm' {
  return `aes-${key.length * 8}-gcm` as ReturnType<typeof gcmName>;
}

/** Wrong keys, keys of a size that is none, and altered bytes show as exceptions of the ciphers. */
function opened(work: () => Uint8Array): Uint8Array | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
