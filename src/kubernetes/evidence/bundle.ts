// A bundle of evidence as a file, and its signature beside it: canonical JSON, and a DSSE envelope over its digest and what it is of. A bundle is
// signed by whoever joined it; from then on nothing of it is free.
import type { KeyObject } from 'node:crypto';
import { canonicalJson, digestOf } from '../../platform/canonical.ts';
import { isSignedBy, keyId, readEnvelope, signEnvelope } from '../../platform/dsse.ts';
import { LimitError, messageOf, ParseError, PlimsollError } from '../../platform/errors.ts';
import { escapeHidden } from '../../platform/json-text.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { EvidenceBundle } from './evidence.ts';
import { refuseNesting } from './nesting.ts';
import { evidenceBundle } from './schema.ts';

/** Media type of what is signed. */
const SIGNED_TYPE = 'application/vnd.plimsoll.evidence.v1+json';

/** The name of the file with the signature of a bundle. */
export function signaturePath(bundle: string): string {
  return `${bundle}.dsse.json`;
}

/** The text of a bundle's file. */
export function bundleText(bundle: EvidenceBundle): string {
  return `${escapeHidden(canonicalJson(bundle))}\n`;
}

/**
 * Reads a bundle, whoever signed it.
 * @param file name for messages
 * @throws ParseError, LimitError
 */
export function readEvidence(text: string, file: string): EvidenceBundle {
  if (text.length > LIMITS.evidenceBytes) throw new LimitError(`${file}: more than ${LIMITS.evidenceBytes} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ParseError(`${file}: no bundle of evidence: ${messageOf(cause)}`, { cause });
  }
  refuseNesting(value, file);
  const result = evidenceBundle.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the file' : issue.path.join('.');
  throw new ParseError(`${file}: no bundle of evidence: ${where}: ${issue?.message ?? 'is wrong'}`);
}

/** The text of the signature's file. */
export function signEvidence(text: string, bundle: EvidenceBundle, key: KeyObject): string {
  return signEnvelope({ type: SIGNED_TYPE, payload: payloadOf(text, bundle) }, key);
}

/**
 * Which of the keys signed the bundle.
 * @param signature text of the signature's file; undefined when there is none
 * @returns the id of the key
 * @throws PlimsollError `unauthorized` when it is not signed, was altered, or was signed by others; ParseError for what is no signature
 */
export function verifyEvidence(
  text: string,
  bundle: EvidenceBundle,
  signature: string | undefined,
  keys: readonly KeyObject[],
  file: string,
): string {
  if (signature === undefined) throw refused(file, 'it is not signed');
  const envelope = readEnvelope(signature);
  const key = keys.find((one) => isSignedBy(envelope, one));
  if (key === undefined) throw refused(file, 'none of the given keys signed it');
  if (envelope.type !== SIGNED_TYPE || envelope.payload !== payloadOf(text, bundle)) {
    throw refused(file, 'it is not what was signed: it was altered, or the signature is of another bundle');
  }
  return keyId(key);
}

function refused(file: string, why: string): PlimsollError {
  return new PlimsollError('unauthorized', `${file}: ${why}`);
}

function payloadOf(text: string, { cluster, nodes }: EvidenceBundle): string {
  const of = { nodes: nodes.map(({ node }) => node), ...(cluster === undefined ? {} : { cluster: cluster.id }) };
  return canonicalJson({ digest: digestOf(text), ...of });
}
