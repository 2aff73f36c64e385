// Reads the layers that the store lacks on the workers, each once whatever the number of images that use it, and keeps their reports.
import type { Digest } from '../../platform/canonical.ts';
import { PlimsollError } from '../../platform/errors.ts';
import type { Pool } from '../../platform/pool.ts';
import type { LayerDescriptor } from '../image/source.ts';
import type { InventoryStore } from '../inventory/inventory-store.ts';
import { blobOf, compareBlobs } from './hash-layers.ts';
import type { LayerJob, LayerJobResult } from './layer-job.ts';
import type { PinnedImage } from './pin-layers.ts';
import type { ReadCounts } from './read-counts.ts';

/** What the reading of layers needs. */
export interface ReadLayersOptions {
  readonly store: InventoryStore;
  readonly pool: Pool<LayerJob, LayerJobResult>;
  /** Called when a layer is done, with the number done and to do. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Copies of one layer that are tried: what is wrong with a layer's content is wrong in all. */
const LAYER_COPIES = 4;

/**
 * Reads every layer that the store lacks, largest first, and keeps its report. One that is damaged in one image may be whole in another that has it
 * elsewhere. Gives the failures by digest.
 * @throws PlimsollError `store`.
 */
export async function readMissingLayers(
  images: readonly PinnedImage[],
  options: ReadLayersOptions,
  counts: ReadCounts,
): Promise<ReadonlyMap<Digest, unknown>> {
  const missing = new Map<Digest, LayerDescriptor[]>();
  const known = new Set<Digest>();
  for (const layer of images.flatMap((image) => image.layers)) {
    const found = missing.get(layer.digest);
    if (found !== undefined && found.length < LAYER_COPIES) found.push(layer.descriptor);
    if (found !== undefined || known.has(layer.digest)) continue;
    if (await options.store.hasReport(layer.digest)) {
      known.add(layer.digest);
      counts.layersFromStore += 1;
    } else missing.set(layer.digest, [layer.descriptor]);
  }
  const failures = new Map<Digest, unknown>();
  const queue = [...missing]
    .flatMap(([digest, [descriptor, ...copies]]) => (descriptor === undefined ? [] : [{ digest, descriptor, copies }]))
    .sort((a, b) => compareBlobs(a.descriptor, b.descriptor));
  options.onProgress(0, queue.length);
  let done = 0;
  await Promise.all(
    queue.map(async ({ digest, descriptor, copies }) => {
      for (const copy of [descriptor, ...copies]) {
        try {
          const { report } = await options.pool.run({ kind: 'read', blob: blobOf(copy), expected: digest });
          if (report !== undefined) await options.store.saveReport(report);
          counts.layersRead += 1;
          counts.bytesRead += copy.size;
          failures.delete(digest);
          break;
        } catch (error) {
          if (isStoreError(error)) throw error;
          if (!failures.has(digest)) failures.set(digest, error);
        }
      }
      options.onProgress(++done, queue.length);
    }),
  );
  return failures;
}

/** A store that cannot be written fails the scan: going on would lose every result. */
export function isStoreError(error: unknown): boolean {
  return error instanceof PlimsollError && error.code === 'store';
}
