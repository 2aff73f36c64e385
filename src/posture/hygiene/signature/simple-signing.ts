// cosign's signatures of images: a "simple signing" payload and, beside it, the signature over its bytes (cosign specs/SIGNATURE_SPEC.md; the payload
// after github.com/containers/image docs/containers-signature.5.md).
import { type KeyObject, X509Certificate } from 'node:crypto';
import type { Digest } from '../../../platform/canonical.ts';
import { ParseError } from '../../../platform/errors.ts';
import { objectIn, readObject, requiredText } from '../../../scan/image/json-fields.ts';
import { bytesOfBase64 } from './base64.ts';
import type { FoundSignature } from './evidence.ts';
import { isSignedWith, type TrustedKey } from './trusted-keys.ts';

const SIGNATURE = 'dev.cosignproject.cosign/signature';
const CERTIFICATE = 'dev.sigstore.cosign/certificate';
/** What `critical.type` of cosign's payloads is. */
const TYPE = 'cosign container image signature';
/** Claims that are told, at most, and characters of each. */
const MOST_CLAIMS = 8;
const CLAIM_LENGTH = 200;

/** What a payload says. */
export interface SimpleSigning {
  readonly digest: string;
  /** Where the image was when it was signed. */
  readonly reference: string;
  /** Members of `optional` that are text, sorted: the annotations that the signer added. */
  readonly annotations: readonly (readonly [string, string])[];
}

/**
 * Judges one signature of an image that is known by any of `subjects`.
 * @throws ParseError when payload or signature is not in its format.
 */
export function judgeSimpleSigning(
  payload: Uint8Array,
  annotations: Readonly<Record<string, string>>,
  subjects: ReadonlySet<Digest>,
  keys: readonly TrustedKey[],
): Pick<FoundSignature, 'state' | 'key' | 'says'> {
  const { digest, reference, annotations: added } = parseSimpleSigning(payload);
  const signature = bytesOfBase64(annotations[SIGNATURE] ?? '', 'the signature');
  const certificate = certificateIn(annotations[CERTIFICATE]);
  const claims = [
    ...(reference === '' ? [] : [`for ${reference}`]),
    ...added.slice(0, MOST_CLAIMS).map(([name, value]) => `${name}=${value}`),
    ...(certificate === undefined ? [] : [`certificate of ${certificate.owner}`]),
  ];
  const says = claims.length === 0 ? {} : { says: claims.map((claim) => claim.slice(0, CLAIM_LENGTH)).join(', ') };
  if (![...subjects].some((subject) => subject === digest)) return { state: 'other-image', ...says };
  const key = keys.find((one) => isSignedWith(one.key, payload, signature));
  if (key !== undefined) return { state: 'known-key', key: key.name, ...says };
  const own = certificate === undefined || isSignedWith(certificate.key, payload, signature);
  return { state: own ? 'unknown-key' : 'wrong', ...says };
}

/**
 * Reads a payload.
 * @throws ParseError
 */
export function parseSimpleSigning(payload: Uint8Array): SimpleSigning {
  const what = 'the payload';
  const fields = readObject(payload, what);
  const critical = objectIn(fields, 'critical', what);
  const type = requiredText(critical, 'type', what);
  if (type !== TYPE) throw new ParseError(`${what} has the type "${type.slice(0, CLAIM_LENGTH)}", not "${TYPE}"`);
  const reference = objectIn(critical, 'identity', what)['docker-reference'];
  return {
    digest: requiredText(objectIn(critical, 'image', what), 'docker-manifest-digest', what),
    reference: typeof reference === 'string' ? reference : '',
    annotations: Object.entries(objectIn(fields, 'optional', what))
      .flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** @throws ParseError */
function certificateIn(pem: string | undefined): { readonly key: KeyObject; readonly owner: string } | undefined {
  if (pem === undefined) return undefined;
  try {
    const certificate = new X509Certificate(pem);
    return { key: certificate.publicKey, owner: ownerOf(certificate) };
  } catch (error) {
    throw new ParseError('the certificate beside the signature cannot be read', { cause: error });
  }
}

/** Whom a certificate names: of a keyless one the alternative name, an address or a workflow (fulcio docs/certificate-specification.md). */
function ownerOf(certificate: X509Certificate): string {
  return (certificate.subjectAltName ?? certificate.subject ?? 'nobody').replaceAll(/\s+/g, ' ').trim();
}
