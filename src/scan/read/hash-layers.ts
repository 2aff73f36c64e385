// The digests of layers that no manifest pins (docker archives), computed on the workers at once: each stretch of a file once, whatever the number of
// images that name it.
import { PlimsollError } from '../../platform/errors.ts';
import { compareText } from '../../platform/order.ts';
import type { Pool } from '../../platform/pool.ts';
import type { StoredBlob } from '../image/blob.ts';
import type { ImageSource, LayerDescriptor } from '../image/source.ts';
import type { LayerJob, LayerJobResult } from './layer-job.ts';

/** The digests on their way. */
export interface LayerHashes {
  /**
   * Of a layer of one of the images.
   * @throws PlimsollError when its bytes cannot be read; ParseError when they are damaged; LimitError when they unpack to too much.
   */
  of(layer: LayerDescriptor): Promise<LayerJobResult>;
}

/** Begins to hash every layer that has no digest. */
export function hashLayers(sources: readonly ImageSource[], pool: Pool<LayerJob, LayerJobResult>): LayerHashes {
  const blobs = new Map<string, StoredBlob>();
  for (const layer of sources.flatMap((source) => source.layers)) {
    if (layer.digest === undefined && layer.packing !== 'foreign') blobs.set(placeOf(layer), blobOf(layer));
  }
  const hashes = new Map<string, Promise<LayerJobResult>>();
  for (const [place, blob] of [...blobs].sort(([, a], [, b]) => compareBlobs(a, b))) {
    const hash = pool.run({ kind: 'hash', blob });
    // Told to those who ask for it. An image that failed before does not.
    hash.catch(() => undefined);
    hashes.set(place, hash);
  }
  return {
    of: async (layer) => {
      const hash = hashes.get(placeOf(layer));
      if (hash === undefined) throw new PlimsollError('internal', 'a layer was not hashed');
      return hash;
    },
  };
}

/** What a worker needs of a layer to read it. */
export function blobOf({ location, size }: LayerDescriptor): StoredBlob {
  return { location, size };
}

/** The order in which blobs are read: largest first; those of packed archives last, which are read forwards, in the archive's order. */
export function compareBlobs(a: StoredBlob, b: StoredBlob): number {
  const [first, second] = [a.location, b.location];
  if (first.kind === 'packed' && second.kind === 'packed') {
    return compareText(first.path, second.path) || first.offset - second.offset;
  }
  return Number(first.kind === 'packed') - Number(second.kind === 'packed') || b.size - a.size;
}

function placeOf({ location }: LayerDescriptor): string {
  return JSON.stringify(location);
}
