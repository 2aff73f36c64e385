// What a registry keeps beside an image: cosign's tags and what refers to a digest (distribution-spec 1.1 "Listing Referrers", with its fallback tag).
import type { Digest } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { formatReference, type Reference } from '../reference.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { Place } from '../registry/session.ts';
import { readVerified } from '../select.ts';
import { parseArtefactList } from './artefact.ts';
import type { AttachmentStore } from './attachment.ts';

/** The repository of `reference`, as a place of attachments. */
export function registryAttachments({ registry, repository }: Reference, client: RegistryClient): AttachmentStore {
  const place = { registry, repository };
  /** Where the manifest read last was found: its blobs are there, in a mirror or in the registry itself. */
  let from: Place = place;
  const fetched = async (reference: Reference): Promise<Uint8Array> => {
    const found = await client.manifest(reference);
    from = found.place;
    return found.bytes;
  };
  const name = formatReference(place);
  const tagged = async (tag: string): Promise<Uint8Array | undefined> => {
    try {
      return await fetched({ ...place, tag });
    } catch (error) {
      if (error instanceof PlimsollError && error.code === 'not-found') return undefined;
      throw error;
    }
  };
  return {
    name,
    tagged,
    referrers: async (subject: Digest) => {
      const what = `the list of what refers to ${subject} in ${name}`;
      const answer = await client.referrers(place, subject);
      if (answer !== undefined) return { list: parseArtefactList(answer.bytes, what), whole: answer.whole };
      const bytes = await tagged(subject.replace(':', '-'));
      return { list: bytes === undefined ? [] : parseArtefactList(bytes, what), whole: true };
    },
    manifest: (descriptor) =>
      readVerified(descriptor, LIMITS.manifestBytes, `a manifest of ${name}`, ({ digest }) =>
        fetched({ ...place, digest }),
      ),
    blob: (descriptor) =>
      readVerified(descriptor, LIMITS.attachmentBytes, `a blob of ${name}`, ({ digest, size }) =>
        collected(client.blob(from, digest, size)),
      ),
  };
}

async function collected(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
