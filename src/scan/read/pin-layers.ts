// The digests of an image's layers: those that its manifest pins, and those that were computed where none does (docker archives).
import type { Digest } from '../../platform/canonical.ts';
import { PlimsollError } from '../../platform/errors.ts';
import type { ImageSource, LayerDescriptor } from '../image/source.ts';
import type { LayerHashes } from './hash-layers.ts';

/** A layer under the digest of its bytes as stored. */
export interface PinnedLayer {
  readonly digest: Digest;
  readonly descriptor: LayerDescriptor;
}

/** An image with all its layers' digests known; foreign layers are not among them. */
export interface PinnedImage {
  readonly source: ImageSource;
  readonly layers: readonly PinnedLayer[];
}

/**
 * The image with its digests. Where no manifest pins them they are computed before any stored result is looked up: a configuration that claims the
 * diffID of a clean layer must not borrow that layer's result.
 * @throws PlimsollError `digest-mismatch` when a layer does not unpack to what the configuration names; what the hashing throws.
 */
export async function pinLayers(source: ImageSource, hashes: LayerHashes): Promise<PinnedImage> {
  const layers: PinnedLayer[] = [];
  for (const [index, descriptor] of source.layers.entries()) {
    if (descriptor.packing === 'foreign') continue;
    if (descriptor.digest !== undefined) {
      layers.push({ digest: descriptor.digest, descriptor });
      continue;
    }
    const { digest, diffId } = await hashes.of(descriptor);
    const claimed = source.config.diffIds[index];
    if (claimed !== diffId) {
      throw new PlimsollError(
        'digest-mismatch',
        `layer ${index} unpacks to ${diffId}, the configuration names ${claimed ?? 'none'}: the archive is damaged or forged`,
      );
    }
    layers.push({ digest, descriptor });
  }
  return { source, layers };
}
