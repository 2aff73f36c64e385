// What is kept beside an image, whatever keeps it: payloads with their media types, and the places that are asked for them.
import type { Digest } from '../../../platform/canonical.ts';
import type { Descriptor } from '../manifest.ts';
import type { BlobDescriptor } from '../source.ts';
import type { Artefact } from './artefact.ts';

/** cosign's simple signing payload (cosign specs/SIGNATURE_SPEC.md). */
export const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
/** A DSSE envelope; cosign's attestations are such. */
export const DSSE = 'application/vnd.dsse.envelope.v1+json';
/** Start of the media types of Sigstore bundles, a version behind it. */
export const BUNDLE = 'application/vnd.dev.sigstore.bundle';
/** An in-toto statement without a signature, as BuildKit keeps it in an index. */
export const STATEMENT = 'application/vnd.in-toto+json';
/** Artefacts of Notary Project signatures. */
export const NOTARY = 'application/vnd.cncf.notary.signature';

/** One thing beside an image. */
export interface Attachment {
  /** Where it was found, for people: `tag sha256-….sig`, `referrer sha256:…`, `file signature-1`. */
  readonly place: string;
  /** Of the payload. */
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Absent where that it is there says all: bills of materials and statements without a signature, signatures that are not verified. */
  readonly payload?: Uint8Array;
}

/** A place that keeps things beside images. */
export interface AttachmentStore {
  /** For messages. */
  readonly name: string;
  /** The manifest under a tag; undefined when there is no such tag. Throws what reading throws. */
  tagged(tag: string): Promise<Uint8Array | undefined>;
  /** What refers to the digest, and whether that is all of it. Their types may be missing. */
  referrers(subject: Digest): Promise<{ readonly list: readonly Descriptor[]; readonly whole: boolean }>;
  /** A manifest, verified. */
  manifest(descriptor: BlobDescriptor): Promise<Uint8Array>;
  /** A blob, verified. */
  blob(descriptor: BlobDescriptor): Promise<Uint8Array>;
}

/** Whether the payload of a part is needed. */
export function needsPayload(mediaType: string): boolean {
  return mediaType === SIMPLE_SIGNING || mediaType === DSSE || mediaType.startsWith(BUNDLE);
}

/** Whether a part is one of the things that are told of. */
export function isKnown(mediaType: string, { type }: Pick<Artefact, 'type'>): boolean {
  return needsPayload(mediaType) || mediaType === STATEMENT || type === NOTARY || isBillOfMaterials(mediaType);
}

/** Whether a media type is that of a bill of materials, as cosign and others attach it (cosign specs/SBOM_SPEC.md). */
export function isBillOfMaterials(mediaType: string): boolean {
  return /^(?:application|text)\/(?:vnd\.)?(?:spdx|cyclonedx|syft)\b/.test(mediaType);
}
