// What was found beside the images of a release when somebody asked: signatures, attestations, bills of materials, each held against the trusted keys.
import type { Digest } from '../../../platform/canonical.ts';

/**
 * What is known of a signature. `known-key`: a trusted key made it, for this image. `unknown-key`: for this image, by none of the trusted keys.
 * `wrong`: it names a key, trusted or its own certificate's, and does not verify with it. `other-image`: it speaks of another digest. `unreadable`: it is
 * not in its format. `unsigned`: nobody signed it. `not-verified`: of a kind that is not verified here.
 */
export type SignatureState =
  | 'known-key'
  | 'unknown-key'
  | 'wrong'
  | 'other-image'
  | 'unreadable'
  | 'unsigned'
  | 'not-verified';

/** What an attestation is about. */
export type AttestationKind = 'sbom' | 'provenance' | 'other';

/** One thing beside an image. */
export interface FoundSignature {
  /** A signature of the image itself, or an attestation and of what kind. */
  readonly what: 'signature' | AttestationKind;
  readonly state: SignatureState;
  /** Where it was found: a tag, a digest, a file. */
  readonly place: string;
  /** Name of the trusted key that made it. */
  readonly key?: string;
  /** What it says of itself, in words; claims unless the state is `known-key`. */
  readonly says?: string;
}

/** What is beside one image. */
export interface ImageSignatures {
  /** In the order in which it was found. */
  readonly found: readonly FoundSignature[];
  /** What could not be read, in words. */
  readonly problems: readonly string[];
}

/** What is beside the images of a release. */
export interface SignatureEvidence {
  /** Names of the keys that signatures were held against. */
  readonly keys: readonly string[];
  /** By digest of the image. One that is missing was not asked for, or lies where nothing is kept beside images. */
  readonly images: ReadonlyMap<Digest, ImageSignatures>;
}
