// Opens and seals stored values as a running kube-apiserver with a configuration would. Upstream: staging/src/k8s.io/apiserver/pkg/storage/value/
// transformer.go (the prefix transformers): every reader whose prefix fits is tried in order, so that two keys of one name both get their chance.
import { type Transformer, transformerName } from '../configuration/configuration.ts';
import { CIPHERS, type RandomBytes } from './ciphers.ts';
import { keyPrefix, parseStoredValue, startsWith } from './stored-value.ts';

/** What came of reading a stored value. */
export type Opened =
  /** The object's bytes and who read them. `stale`: another than the first reader, a rewrite would change it. */
  | { readonly state: 'open'; readonly plain: Uint8Array; readonly reader: Transformer; readonly stale: boolean }
  /** Written by a key management service that a reader names: nobody but it can tell. */
  | { readonly state: 'kms'; readonly reader: Transformer }
  /** No reader is for it. */
  | { readonly state: 'no-reader' }
  /** Readers are for it, and none of their keys opens it: other bytes under that name, another etcd key (aesgcm), or altered. */
  | { readonly state: 'refused'; readonly tried: readonly string[] };

/**
 * Reads a stored value.
 * @param readers in order, as `effective` gives them
 * @param etcdKey `/registry/secrets/NAMESPACE/NAME`
 */
export function openValue(value: Uint8Array, readers: readonly Transformer[], etcdKey: string): Opened {
  const isPlain = parseStoredValue(value).provider === 'identity';
  const tried: string[] = [];
  for (const [index, reader] of readers.entries()) {
    if (reader.provider === 'identity') {
      if (isPlain) return { state: 'open', plain: value, reader, stale: index > 0 };
      continue;
    }
    if (reader.provider === 'kms') {
      if (startsWith(value, Buffer.from(`k8s:enc:kms:${reader.version}:${reader.name}:`))) {
        return { state: 'kms', reader };
      }
      continue;
    }
    const prefix = keyPrefix(reader.provider, reader.key.name);
    if (!startsWith(value, prefix)) continue;
    const body = value.subarray(prefix.length);
    const plain = CIPHERS[reader.provider].open(body, reader.key.secret.reveal(), etcdKey);
    if (plain !== undefined) return { state: 'open', plain, reader, stale: index > 0 };
    tried.push(transformerName(reader));
  }
  return tried.length === 0 ? { state: 'no-reader' } : { state: 'refused', tried };
}

/** Writes a value as a provider with a key of the file would. */
export function sealValue(
  plain: Uint8Array,
  writer: Exclude<Transformer, { readonly provider: 'kms' }>,
  etcdKey: string,
  random: RandomBytes,
): Uint8Array {
  if (writer.provider === 'identity') return plain;
  const body = CIPHERS[writer.provider].seal(plain, writer.key.secret.reveal(), etcdKey, random);
  return Buffer.concat([keyPrefix(writer.provider, writer.key.name), body]);
}
