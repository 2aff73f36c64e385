// The beginning of a value as kube-apiserver stores it in etcd: which provider and key wrote it. Upstream: the prefixes of staging/src/k8s.io/apiserver/
// pkg/server/options/encryptionconfig/config.go (`k8s:enc:PROVIDER:VERSION:NAME:`); without encryption `k8s\0` and protobuf, or JSON.

/** A value without encryption. */
export interface PlainValue {
  readonly provider: 'identity';
  /** `other` is nothing that kube-apiserver writes for an object of its API. */
  readonly form: 'protobuf' | 'json' | 'other';
}

/** A value that a provider wrote. */
export interface EncryptedValue {
  readonly provider: 'aescbc' | 'aesgcm' | 'secretbox' | 'kms';
  /** `v1`; kms also `v2`. */
  readonly version: string;
  /** Up to the first colon. A key's name may itself contain colons: only who has the keys can tell. */
  readonly name: string;
  /** Where what the provider wrote begins. */
  readonly bodyOffset: number;
}

/** A value that says it is encrypted, by nothing that is known here. */
export interface UnknownValue {
  readonly provider: 'unknown';
}

/** What the beginning of a value says. */
export type StoredValue = PlainValue | EncryptedValue | UnknownValue;

const ENCRYPTED = Buffer.from('k8s:enc:');
const PROTOBUF = Buffer.from('k8s\0');
const HEADER = /^k8s:enc:(?:(aescbc|aesgcm|secretbox|kms):(v1)|(kms):(v2)):/;
/** Longest name that is looked for: names of Secrets' keys have some 80 characters, the provider and SHA-256 in hexadecimal. */
const MOST_NAME = 1024;
const COLON = 0x3a;

/** Reads the beginning of a value. */
export function parseStoredValue(value: Uint8Array): StoredValue {
  if (!startsWith(value, ENCRYPTED)) return { provider: 'identity', form: formOf(value) };
  const head = Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, 32)).toString('latin1');
  const match = HEADER.exec(head);
  if (match === null) return { provider: 'unknown' };
  const [{ length }, keyed, keyedVersion, kms, kmsVersion] = match;
  const end = value.subarray(0, length + MOST_NAME).indexOf(COLON, length);
  if (end < 0) return { provider: 'unknown' };
  return {
    provider: (keyed ?? kms) as EncryptedValue['provider'],
    version: keyedVersion ?? kmsVersion ?? '',
    name: Buffer.from(value.subarray(length, end)).toString(),
    bodyOffset: end + 1,
  };
}

/** The name of a value's writer as reports write it: `identity`, `aescbc:key1`, `kms-v2:name`, `unknown`. The same as of a configuration's transformers. */
export function storedValueName(stored: StoredValue): string {
  if (stored.provider === 'identity' || stored.provider === 'unknown') return stored.provider;
  const provider = stored.provider === 'kms' ? `kms-${stored.version}` : stored.provider;
  return `${provider}:${stored.name}`;
}

/** The prefix that a provider of keys puts before what it writes. */
export function keyPrefix(provider: 'aescbc' | 'aesgcm' | 'secretbox', name: string): Buffer {
  return Buffer.from(`k8s:enc:${provider}:v1:${name}:`);
}

/** Whether the bytes begin so. */
export function startsWith(value: Uint8Array, start: Uint8Array): boolean {
  return value.length >= start.length && Buffer.compare(value.subarray(0, start.length), start) === 0;
}

function formOf(value: Uint8Array): PlainValue['form'] {
  if (startsWith(value, PROTOBUF)) return 'protobuf';
  return value[0] === 0x7b ? 'json' : 'other';
}
