// Asks for the signatures and attestations of opened images, where each image is. Network only for images in registries.
import type { Digest } from '../../../platform/canonical.ts';
import { messageOf } from '../../../platform/errors.ts';
import { mapLimited } from '../../../platform/map-limited.ts';
import { type AttachedPlaces, readAttachedTo } from '../../../scan/image/attached/open-attached.ts';
import type { RegistryAccess } from '../../../scan/image/registry/access.ts';
import { RegistryClient } from '../../../scan/image/registry/client.ts';
import { parseTarget } from '../../../scan/image/target.ts';
import type { OpenedImage } from '../../../scan/open-images.ts';
import type { FoundSignature, ImageSignatures, SignatureEvidence } from './evidence.ts';
import { examine } from './examine.ts';
import type { TrustedKey } from './trusted-keys.ts';

/** Images asked for at once: a large attestation is held whole while it is verified. */
const AT_ONCE = 4;

/** What gathering works with. */
export interface GatherOptions {
  readonly keys: readonly TrustedKey[];
  readonly access: RegistryAccess;
  readonly onProgress: (text: string) => void;
}

/**
 * What is beside the images. An image that several references lead to is asked for at the first place that carries something; what fails is a problem of
 * its image, never an error.
 */
export async function gatherSignatures(
  opened: readonly OpenedImage[],
  { keys, access, onProgress }: GatherOptions,
): Promise<SignatureEvidence> {
  const client = new RegistryClient(access);
  const places: AttachedPlaces = { client, layouts: new Map() };
  let done = 0;
  try {
    const asked = await mapLimited(opened, AT_ONCE, async (one) => {
      const signatures = await signaturesOf(one, keys, places);
      done += 1;
      onProgress(`signatures asked for ${done} of ${opened.length}`);
      return signatures;
    });
    const images = new Map<Digest, ImageSignatures>();
    for (const [index, signatures] of asked.entries()) {
      const digest = opened[index]?.source?.digest;
      if (digest === undefined || signatures === undefined) continue;
      const before = images.get(digest);
      images.set(digest, before === undefined ? signatures : together(before, signatures));
    }
    return { keys: keys.map(({ name }) => name), images };
  } finally {
    client.close();
  }
}

async function signaturesOf(
  { image, physical, source }: OpenedImage,
  keys: readonly TrustedKey[],
  places: AttachedPlaces,
): Promise<ImageSignatures | undefined> {
  if (source === undefined) return undefined;
  const subjects = new Set([source.digest, ...(source.indexes ?? [])]);
  const found: FoundSignature[] = [];
  try {
    const target = parseTarget(image.local ?? `docker://${physical}`);
    const problems = await readAttachedTo(target, source, places, (attachment) => {
      const one = examine(attachment, subjects, keys);
      if (one !== undefined) found.push(one);
    });
    return problems === undefined ? undefined : { found, problems };
  } catch (error) {
    return { found, problems: [messageOf(error)] };
  }
}

/** One image at two places: all that is at both. */
function together(a: ImageSignatures, b: ImageSignatures): ImageSignatures {
  const found = new Map([...a.found, ...b.found].map((one) => [JSON.stringify(one), one]));
  return { found: [...found.values()], problems: [...new Set([...a.problems, ...b.problems])] };
}
