// What reads or writes a value, without its key: the provider, the name that stands in the value, and the fingerprint of the key's bytes. Plans,
// states and faults are written in these; keys never are. Upstream's word for the thing is transformer (k8s.io/apiserver/pkg/storage/value).
import { type Transformer, transformerName } from '../configuration/configuration.ts';

/**
 * `identity`, `kms-v2:NAME`, or `aescbc:NAME#FINGERPRINT`. A key provider without a fingerprint (`aescbc:NAME`) is how values are named that no known
 * key opens: it is in no configuration.
 */
export type TransformerId = string;

/** No encryption. */
export const IDENTITY: TransformerId = 'identity';

/** The id of a configured transformer. The same bytes under the same name and provider have one id on every server. */
export function transformerId(transformer: Transformer): TransformerId {
  const name = transformerName(transformer);
  return 'key' in transformer ? `${name}#${transformer.key.secret.fingerprint}` : name;
}

/** Provider and key name, as they stand in a value: `aescbc:key1`. Two keys of one name have one. */
export function nameOf(id: TransformerId): string {
  return fingerprintStart(id) === undefined ? id : id.slice(0, fingerprintStart(id));
}

/** The fingerprint of the key; absent when the id has none. */
export function fingerprintOfId(id: TransformerId): string | undefined {
  const start = fingerprintStart(id);
  return start === undefined ? undefined : id.slice(start + 1);
}

/** Whether two ids are different keys under one name: a value does not say which of them opens it. */
export function sharesName(a: TransformerId, b: TransformerId): boolean {
  return a !== b && nameOf(a) === nameOf(b);
}

/** Whether it can be configured without bytes of a key. */
export function isKeyless(id: TransformerId): boolean {
  return id === IDENTITY || id.startsWith('kms-');
}

/** A transformer for a reader, with the start of its key's fingerprint. */
export function idText(id: TransformerId): string {
  const fingerprint = fingerprintOfId(id);
  return fingerprint === undefined ? nameOf(id) : `${nameOf(id)} (${fingerprint.slice(0, 13)})`;
}

/** A list for a reader; with fingerprints only where two keys have one name. */
export function listText(list: readonly TransformerId[]): string {
  return list.map((id) => (list.some((other) => sharesName(id, other)) ? idText(id) : nameOf(id))).join(', ');
}

/** Whether both try the same transformers in the same order. */
export function sameList(a: readonly TransformerId[], b: readonly TransformerId[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

/** A key's name may hold a number sign; the fingerprint, which is last, holds none. */
function fingerprintStart(id: TransformerId): number | undefined {
  const start = id.lastIndexOf('#kfp');
  return start < 0 ? undefined : start;
}
