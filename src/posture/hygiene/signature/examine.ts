// Holds one thing beside an image against the trusted keys.
import type { Digest } from '../../../platform/canonical.ts';
import { messageOf, ParseError } from '../../../platform/errors.ts';
import {
  type Attachment,
  BUNDLE,
  DSSE,
  isBillOfMaterials,
  NOTARY,
  SIMPLE_SIGNING,
  STATEMENT,
} from '../../../scan/image/attached/attachment.ts';
import { OPENPGP } from '../../../scan/image/attached/directory-store.ts';
import { judgeEnvelope, kindOfPredicate, parseBundle, parseEnvelope } from './envelope.ts';
import type { FoundSignature } from './evidence.ts';
import { judgeSimpleSigning } from './simple-signing.ts';
import type { TrustedKey } from './trusted-keys.ts';

/** Annotation of BuildKit's and cosign's parts that hold a statement. */
const PREDICATE_TYPES = ['in-toto.io/predicate-type', 'predicateType'] as const;

/** What a thing beside an image is; undefined for what says nothing about it. `subjects`: digests that the image is known by. */
export function examine(
  attachment: Attachment,
  subjects: ReadonlySet<Digest>,
  keys: readonly TrustedKey[],
): FoundSignature | undefined {
  const { place, mediaType, annotations, payload } = attachment;
  try {
    if (payload !== undefined) {
      if (mediaType === SIMPLE_SIGNING) {
        return { what: 'signature', place, ...judgeSimpleSigning(payload, annotations, subjects, keys) };
      }
      const envelope = mediaType === DSSE ? parseEnvelope(payload) : parseBundle(payload);
      return { place, ...judgeEnvelope(envelope, subjects, keys) };
    }
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return { what: claimedKind(attachment), state: 'unreadable', place, says: messageOf(error) };
  }
  if (mediaType === STATEMENT) return { what: claimedKind(attachment), state: 'unsigned', place };
  if (mediaType === NOTARY)
    return { what: 'signature', state: 'not-verified', place, says: 'a Notary Project signature' };
  if (mediaType === OPENPGP) return { what: 'signature', state: 'not-verified', place, says: 'an OpenPGP signature' };
  return isBillOfMaterials(mediaType) ? { what: 'sbom', state: 'unsigned', place, says: mediaType } : undefined;
}

/** What something claims to be that could not be read, or that nobody signed. */
function claimedKind({ mediaType, annotations }: Attachment): FoundSignature['what'] {
  if (mediaType === SIMPLE_SIGNING) return 'signature';
  const type = PREDICATE_TYPES.map((name) => annotations[name]).find((value) => value !== undefined);
  if (type !== undefined) return kindOfPredicate(type);
  // A bundle does not say from outside whether it signs or attests: what it would be worst to miss.
  return mediaType.startsWith(BUNDLE) ? 'signature' : 'other';
}
