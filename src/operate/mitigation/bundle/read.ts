// A bundle from its file, with its digest, and whether it may change anything: who signed it. The signature stands beside the file, over the digest of
// what the file says, so that comments and line breaks are free and nothing else is.
import type { KeyObject } from 'node:crypto';
import { canonicalJson, type Digest, digestOf } from '../../../platform/canonical.ts';
import { checkedYaml } from '../../../platform/checked-yaml.ts';
import { isSignedBy, keyId, readEnvelope, signEnvelope } from '../../../platform/dsse.ts';
import { LimitError, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { Bundle } from './bundle.ts';
import { bundleSchema } from './schema.ts';

/** A bundle and what it is known by. */
export interface ReadBundle {
  readonly bundle: Bundle;
  readonly digest: Digest;
  /** File, as it was named. */
  readonly file: string;
}

/** Media type of what is signed: id, version and digest of a bundle, canonical JSON. */
const SIGNED_TYPE = 'application/vnd.plimsoll.mitigation.v1+json';

/**
 * Reads a bundle.
 * @param file name for messages
 * @throws ParseError with file, line and column; LimitError
 */
export function readBundle(text: string, file: string): ReadBundle {
  if (text.length > LIMITS.mitigationFileBytes) {
    throw new LimitError(`${file}: more than ${LIMITS.mitigationFileBytes} characters`);
  }
  const { value } = checkedYaml(text, file, bundleSchema());
  return { bundle: value, digest: digestOf(canonicalJson(value)), file };
}

/** The text of a signature file. */
export function signBundle(read: ReadBundle, key: KeyObject): string {
  return signEnvelope({ type: SIGNED_TYPE, payload: payloadOf(read) }, key);
}

/**
 * Who of the site's list signed the bundle.
 * @param signature text of the signature file; undefined when there is none
 * @returns the id of the key
 * @throws PlimsollError `unauthorized` when it is not signed, was altered, or was signed by others; ParseError for what is no signature
 */
export function signerOf(read: ReadBundle, signature: string | undefined, keys: readonly KeyObject[]): string {
  const refused = (why: string): PlimsollError =>
    new PlimsollError(
      'unauthorized',
      `${read.file}: ${why}; a mitigation that changes anything must be signed by a key that the site trusts`,
    );
  if (keys.length === 0) throw refused('the site has no list of keys (mitigations.keys, or --key)');
  if (signature === undefined) throw refused('it is not signed');
  const envelope = readEnvelope(signature);
  const key = keys.find((one) => isSignedBy(envelope, one));
  if (key === undefined) throw refused('none of the keys of the site signed it');
  if (envelope.type !== SIGNED_TYPE || envelope.payload !== payloadOf(read)) {
    throw refused('it is not what was signed: it was altered, or the signature is of another');
  }
  return keyId(key);
}

function payloadOf({ bundle: { mitigation, version }, digest }: ReadBundle): string {
  return canonicalJson({ digest, mitigation, version });
}
