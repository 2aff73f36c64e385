// Attestations: in-toto statements in DSSE envelopes (secure-systems-lab/dsse protocol.md 1.0.2, in-toto/attestation spec v1), bare as cosign keeps them
// or inside a Sigstore bundle (sigstore/protobuf-specs sigstore_bundle.proto), as cosign 3 keeps signatures of images too.
import type { Digest } from '../../../platform/canonical.ts';
import { ParseError } from '../../../platform/errors.ts';
import {
  type Fields,
  objectIn,
  objectsIn,
  optionalText,
  readObject,
  requiredText,
} from '../../../scan/image/json-fields.ts';
import { bytesOfBase64 } from './base64.ts';
import type { AttestationKind, FoundSignature } from './evidence.ts';
import { isSignedWith, type TrustedKey } from './trusted-keys.ts';

/** Payloads that are in-toto statements. */
const STATEMENT_TYPE = 'application/vnd.in-toto+json';
/** What a statement of cosign 3 says when it signs an image and nothing more. */
const COSIGN_SIGN = 'https://sigstore.dev/cosign/sign/v1';
const CLAIM_LENGTH = 200;

/** A parsed envelope. */
export interface Envelope {
  readonly type: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly { readonly hint: string; readonly signature: Uint8Array }[];
}

/**
 * Judges an envelope beside an image that is known by any of `subjects`.
 * @throws ParseError when envelope or statement is not in its format.
 */
export function judgeEnvelope(
  envelope: Envelope,
  subjects: ReadonlySet<Digest>,
  keys: readonly TrustedKey[],
): Pick<FoundSignature, 'what' | 'state' | 'key' | 'says'> {
  const { predicateType, digests } = parseStatement(envelope);
  const what = predicateType === COSIGN_SIGN ? 'signature' : kindOfPredicate(predicateType);
  const says = predicateType.slice(0, CLAIM_LENGTH);
  if (![...subjects].some((subject) => digests.has(subject))) return { what, state: 'other-image', says };
  const message = preAuthentication(envelope);
  const isMadeBy = ({ key }: TrustedKey): boolean =>
    envelope.signatures.some(({ signature }) => isSignedWith(key, message, signature));
  const key = keys.find(isMadeBy);
  if (key !== undefined) return { what, state: 'known-key', key: key.name, says };
  if (envelope.signatures.length === 0) return { what, state: 'unsigned', says };
  const named = envelope.signatures.some(({ hint }) => keys.some((one) => isHintOf(hint, one)));
  return { what, state: named ? 'wrong' : 'unknown-key', says };
}

/** What a predicate is about, by its type (in-toto/attestation spec/predicates). */
export function kindOfPredicate(type: string): AttestationKind {
  if (/^https:\/\/(?:spdx\.dev|cyclonedx\.org)\b/.test(type)) return 'sbom';
  return type.startsWith('https://slsa.dev/provenance/') ? 'provenance' : 'other';
}

/**
 * Reads a DSSE envelope.
 * @throws ParseError
 */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  return envelopeOf(readObject(bytes, 'the envelope'), '');
}

/**
 * Reads the envelope of a Sigstore bundle.
 * @throws ParseError also for a bundle of a bare signature, which names no image.
 */
export function parseBundle(bytes: Uint8Array): Envelope {
  const what = 'the bundle';
  const fields = readObject(bytes, what);
  if (fields['dsseEnvelope'] === undefined) throw new ParseError(`${what} holds no envelope`);
  const material = objectIn(fields, 'verificationMaterial', what);
  const hint = optionalText(objectIn(material, 'publicKey', what), 'hint', what) ?? '';
  return envelopeOf(objectIn(fields, 'dsseEnvelope', what), hint);
}

function envelopeOf(fields: Fields, hint: string): Envelope {
  const what = 'the envelope';
  return {
    type: requiredText(fields, 'payloadType', what),
    payload: bytesOfBase64(requiredText(fields, 'payload', what), 'the payload'),
    signatures: objectsIn(fields, 'signatures', what).map((one) => ({
      hint: optionalText(one, 'keyid', what) ?? hint,
      signature: bytesOfBase64(requiredText(one, 'sig', what), 'a signature'),
    })),
  };
}

/** The statement's predicate type and the digests of its subjects. */
function parseStatement({ type, payload }: Envelope): { predicateType: string; digests: ReadonlySet<string> } {
  const what = 'the statement';
  if (type !== STATEMENT_TYPE)
    throw new ParseError(`the envelope holds ${type.slice(0, CLAIM_LENGTH)}, not a statement`);
  const fields = readObject(payload, what);
  const kind = requiredText(fields, '_type', what);
  if (!/^https:\/\/in-toto\.io\/Statement\/v(?:0\.1|1)$/.test(kind)) {
    throw new ParseError(`${what} is of the type ${kind.slice(0, CLAIM_LENGTH)}`);
  }
  const digests = objectsIn(fields, 'subject', what).flatMap((subject) => {
    const digest = optionalText(objectIn(subject, 'digest', what), 'sha256', what);
    return digest === undefined ? [] : [`sha256:${digest}`];
  });
  return { predicateType: requiredText(fields, 'predicateType', what), digests: new Set(digests) };
}

/** "PAE" of the protocol: lengths in bytes stand before the parts, so that none can be moved into the other. */
function preAuthentication({ type, payload }: Envelope): Buffer {
  const name = Buffer.from(type);
  return Buffer.concat([Buffer.from(`DSSEv1 ${name.length} `), name, Buffer.from(` ${payload.length} `), payload]);
}

/** A hint is the key's id in hexadecimal, or in base64 as bundles write it. */
function isHintOf(hint: string, { id }: TrustedKey): boolean {
  return hint !== '' && (hint.toLowerCase() === id || hint === Buffer.from(id, 'hex').toString('base64'));
}
