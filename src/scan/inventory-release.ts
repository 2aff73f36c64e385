// The inventories of a release: opens its images, and makes or looks up what is in each. Judges nothing.
import type { Gap } from '../platform/gap.ts';
import { createPool } from '../platform/pool.ts';
import type { Store } from '../platform/store.ts';
import type { ImageToAssess } from './assess/placement.ts';
import type { RegistryAccess } from './image/registry/access.ts';
import { RegistryClient } from './image/registry/client.ts';
import type { MappingRule } from './image/resolve.ts';
import type { ImageSource } from './image/source.ts';
import { inventoryStore } from './inventory/inventory-store.ts';
import { cataloguerVersions } from './inventory/merge.ts';
import type { Inventory } from './inventory/package.ts';
import { CATALOGUERS } from './inventory/registry.ts';
import { type LayerJob, type LayerJobResult, layerWorkerEntry } from './layer-job.ts';
import { type OpenedImage, openImages } from './open-images.ts';
import { type ImageOutcome, type ReadCounts, readImages } from './read-images.ts';
import type { Release } from './release/release.ts';

/** What the reading of a release works with. */
export interface InventoryOptions {
  readonly store: Store;
  /** Worker threads. */
  readonly jobs: number;
  readonly access: RegistryAccess;
  readonly rules: readonly MappingRule[];
  readonly platform?: string;
  readonly onProgress: (text: string) => void;
}

/** What is in the images of a release, and what it took. */
export interface InventoriedRelease {
  /** In the order of the release; those that cannot be read have a gap and no digest. */
  readonly images: readonly ImageToAssess[];
  /** Each image's once. */
  readonly inventories: readonly Inventory[];
  readonly counts: ReadCounts;
}

/**
 * Reads the images of a release. Images that cannot be read are gaps, not errors.
 * @throws PlimsollError `store` when results cannot be kept.
 */
export async function inventoryRelease(release: Release, options: InventoryOptions): Promise<InventoriedRelease> {
  const client = new RegistryClient(options.access);
  const opened = await openImages(release.images, {
    client,
    rules: options.rules,
    ...(options.platform === undefined ? {} : { platform: options.platform }),
    onProgress: (done, total) => options.onProgress(`images opened ${done} of ${total}`),
  });
  const sources = distinctSources(opened);
  const pool = createPool<LayerJob, LayerJobResult>(layerWorkerEntry(), options.jobs, options.access);
  try {
    const { outcomes, counts } = await readImages([...new Set(sources.values())], {
      store: inventoryStore(options.store, cataloguerVersions(CATALOGUERS)),
      cataloguers: CATALOGUERS,
      pool,
      onProgress: (done, total) => options.onProgress(`layers read ${done} of ${total}`),
    });
    const bySource = new Map(outcomes.map((outcome, index) => [[...new Set(sources.values())][index], outcome]));
    const images = opened.map((one) => toAssess(one, bySource.get(sources.get(one))));
    const inventories = [...outcomes, ...opened].flatMap((one) => ('inventory' in one ? one.inventory : []));
    return { images, inventories: distinctInventories(inventories), counts };
  } finally {
    client.close();
    await pool.close();
  }
}

/** One source a digest: references that meet in one image are read once. Directories have no digest before they are read. */
function distinctSources(opened: readonly OpenedImage[]): ReadonlyMap<OpenedImage, ImageSource> {
  const byDigest = new Map<string, ImageSource>();
  const sources = new Map<OpenedImage, ImageSource>();
  for (const one of opened) {
    if (one.source === undefined) continue;
    const key = one.source.rootfs ?? `${one.source.digest} ${pinned(one.source) ? '' : one.physical}`;
    const source = byDigest.get(key) ?? one.source;
    byDigest.set(key, source);
    sources.set(one, source);
  }
  return sources;
}

/** Whether the image's digest fixes the bytes of its layers. */
function pinned(source: ImageSource): boolean {
  return source.layers.every((layer) => layer.digest !== undefined || layer.packing === 'foreign');
}

function distinctInventories(inventories: readonly Inventory[]): readonly Inventory[] {
  return [...new Map(inventories.map((inventory) => [inventory.image, inventory])).values()];
}

function toAssess(opened: OpenedImage, outcome: ImageOutcome | undefined): ImageToAssess {
  const { image, physical, platform } = opened;
  const common = { logical: image.logical, physical, platform, origin: image.origin, charts: image.charts };
  const inventory =
    opened.inventory ?? (outcome !== undefined && 'inventory' in outcome ? outcome.inventory : undefined);
  if (inventory !== undefined) return { ...common, digest: inventory.image, gaps: [] };
  const failure = opened.failure ?? (outcome !== undefined && 'failure' in outcome ? outcome.failure : undefined);
  const gap: Gap = { kind: 'image-unreadable', target: image.logical, reason: failure ?? 'it was not read' };
  return { ...common, gaps: [gap] };
}
