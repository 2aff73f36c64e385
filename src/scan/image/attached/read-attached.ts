// Reads what is kept beside an opened image: by cosign's tags, by the referrers API and its fallback tag, by the attestations of its index. Gives each
// thing once; what could not be read is said, since "nothing is there" would be another answer.
import type { Digest } from '../../../platform/canonical.ts';
import { messageOf } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { BlobDescriptor, ImageSource } from '../source.ts';
import { parseArtefact } from './artefact.ts';
import { type Attachment, type AttachmentStore, isKnown, NOTARY, needsPayload } from './attachment.ts';

/** Endings of cosign's tags: signatures, attestations, bills of materials (cosign specs/SIGNATURE_SPEC.md, ATTESTATION_SPEC.md, SBOM_SPEC.md). */
const TAG_ENDINGS = ['sig', 'att', 'sbom'] as const;

/** Types of artefact that a list of referrers is followed to. Others (charts, scan reports, licences) are passed over; what states none is looked at. */
const FOLLOWED = /cosign|sigstore|dsse|in-toto|notary|spdx|cyclonedx|oci\.empty|oci\.image\.config|^$/;

/** The image that is asked for: by its own digest and by those of the indexes that led to it. */
export type AttachedSubject = Pick<ImageSource, 'digest' | 'indexes' | 'attestations'>;

/**
 * Calls `found` for everything beside the image, in a stable order. Payloads are not kept, so that many images cost no more than one.
 * @returns what could not be read, in words.
 */
export async function readAttached(
  subject: AttachedSubject,
  store: AttachmentStore,
  found: (attachment: Attachment) => void,
): Promise<readonly string[]> {
  const reading = new Reading(store, found);
  // Outermost first: who signs a tag signs the index that it names.
  for (const digest of new Set([...(subject.indexes ?? []), subject.digest])) {
    for (const ending of TAG_ENDINGS) {
      const tag = `${digest.replace(':', '-')}.${ending}`;
      await reading.attempt(`tag ${tag}`, async (place) => {
        const bytes = await store.tagged(tag);
        if (bytes !== undefined) await reading.parts(bytes, place);
      });
    }
    await reading.attempt(`what refers to ${digest}`, () => reading.referrers(digest));
  }
  for (const attestation of subject.attestations ?? []) {
    await reading.artefact(attestation, `index entry ${attestation.digest}`);
  }
  return reading.problems;
}

/** Artefacts and parts that are looked at for one image. */
const MOST_SEEN = 2 * LIMITS.attachments;

/** One image's things. */
class Reading {
  readonly problems: string[] = [];
  readonly #store: AttachmentStore;
  readonly #found: (attachment: Attachment) => void;
  readonly #seen = new Set<string>();
  #count = 0;

  constructor(store: AttachmentStore, found: (attachment: Attachment) => void) {
    this.#store = store;
    this.#found = found;
  }

  /** Whatever fails costs what is at that place. */
  async attempt(place: string, work: (place: string) => Promise<void>): Promise<void> {
    try {
      await work(place);
    } catch (error) {
      this.problems.push(`${place}: ${messageOf(error)}`);
    }
  }

  async referrers(subject: Digest): Promise<void> {
    const { list, whole } = await this.#store.referrers(subject);
    if (!whole) this.problems.push(`${this.#store.name} lists more of what refers to ${subject} than was read`);
    for (const listed of list) {
      if (FOLLOWED.test(listed.artifactType ?? '')) await this.artefact(listed, `referrer ${listed.digest}`);
    }
  }

  async artefact(descriptor: BlobDescriptor, place: string): Promise<void> {
    if (this.#seen.has(descriptor.digest)) return;
    this.#seen.add(descriptor.digest);
    if (this.#seen.size > MOST_SEEN) {
      if (this.#seen.size === MOST_SEEN + 1) this.problems.push(`${place}: more artefacts than are followed`);
      return;
    }
    await this.attempt(place, async () => this.parts(await this.#store.manifest(descriptor), place));
  }

  async parts(manifest: Uint8Array, place: string): Promise<void> {
    const artefact = parseArtefact(manifest, `${place} of ${this.#store.name}`);
    for (const part of artefact.layers) {
      if (!isKnown(part.mediaType, artefact)) continue;
      if (++this.#count > LIMITS.attachments) {
        this.problems.push(`${place}: more than the ${LIMITS.attachments} things that are read beside one image`);
        return;
      }
      const { annotations, digest } = part;
      const mediaType = artefact.type === NOTARY ? NOTARY : part.mediaType;
      // The same payload may be signed by several: only the signature beside it differs.
      const key = `${digest} ${mediaType} ${JSON.stringify(annotations)}`;
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      if (!needsPayload(mediaType)) this.#found({ place, mediaType, annotations });
      else {
        await this.attempt(place, async () => {
          this.#found({ place, mediaType, annotations, payload: await this.#store.blob(part) });
        });
      }
    }
  }
}
