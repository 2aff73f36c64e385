// The inventories of a release: opens its images, and makes or looks up what is in each. Judges nothing.
import { canonicalJson } from '../platform/canonical.ts';
import type { Gap } from '../platform/gap.ts';
import { createPool } from '../platform/pool.ts';
import type { Store } from '../platform/store.ts';
import type { ImageToAssess } from './assess/placement.ts';
import { type ImageSource, isPinned } from './image/source.ts';
import { inventoryStore } from './inventory/inventory-store.ts';
import { cataloguerVersions } from './inventory/merge.ts';
import type { Inventory } from './inventory/package.ts';
import { CATALOGUERS } from './inventory/registry.ts';
import { type OpenedImage, type OpenReleaseOptions, openRelease } from './open-images.ts';
import { type LayerJob, type LayerJobResult, layerWorkerEntry } from './read/layer-job.ts';
import { noReads, type ReadCounts } from './read/read-counts.ts';
import { type ImageOutcome, type ReadImagesOptions, readImages } from './read/read-images.ts';
import type { Release } from './release/release.ts';

/** What the reading of a release works with. */
export interface InventoryOptions extends OpenReleaseOptions {
  readonly store: Store;
  /** Worker threads. */
  readonly jobs: number;
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
  return inventoryImages(await openRelease(release, options), options);
}

/**
 * The same for images that were opened already.
 * @throws PlimsollError `store` when results cannot be kept.
 */
export async function inventoryImages(
  opened: readonly OpenedImage[],
  options: InventoryOptions,
): Promise<InventoriedRelease> {
  const pool = createPool<LayerJob, LayerJobResult>(layerWorkerEntry(), options.jobs, options.access);
  try {
    const counts = noReads();
    const reading: ReadImagesOptions = {
      store: inventoryStore(options.store, cataloguerVersions(CATALOGUERS)),
      cataloguers: CATALOGUERS,
      pool,
      onProgress: (done, total) => options.onProgress(`layers read ${done} of ${total}`),
    };
    const outcomes = await readFirstGoodCopies(copiesOfImages(opened), reading, counts);
    const images = opened.map((one) => toAssess(one, outcomes.get(imageKey(one))));
    const inventories = [...outcomes.values(), ...opened].flatMap((one) => ('inventory' in one ? one.inventory : []));
    return { images, inventories: distinctInventories(inventories), counts };
  } finally {
    await pool.close();
  }
}

/** The places of each image, by its key: references that meet in one image are read once, from the first place that gives it whole. */
function copiesOfImages(opened: readonly OpenedImage[]): ReadonlyMap<string, readonly ImageSource[]> {
  const copies = new Map<string, Map<string, ImageSource>>();
  for (const one of opened) {
    if (one.source === undefined) continue;
    const places = copies.get(imageKey(one)) ?? new Map<string, ImageSource>();
    const place = canonicalJson(one.source.layers.map(({ location }) => location));
    if (!places.has(place)) places.set(place, one.source);
    copies.set(imageKey(one), places);
  }
  return new Map([...copies].map(([key, places]) => [key, [...places.values()]]));
}

/** Equal for images that are known to be one. Directories have no digest before they are read. */
function imageKey({ source, physical }: OpenedImage): string {
  if (source === undefined) return '';
  return source.tree?.path ?? `${source.digest} ${isPinned(source) ? '' : physical}`;
}

/** Reads each image from its first place; one that is damaged there, or out of reach, from the next. */
async function readFirstGoodCopies(
  images: ReadonlyMap<string, readonly ImageSource[]>,
  options: ReadImagesOptions,
  counts: ReadCounts,
): Promise<ReadonlyMap<string, ImageOutcome>> {
  const outcomes = new Map<string, ImageOutcome>();
  let waiting = [...images.keys()];
  for (let round = 0; waiting.length > 0; round++) {
    const sources = waiting.flatMap((key) => images.get(key)?.[round] ?? []);
    const read = await readImages(sources, options, counts);
    for (const [index, outcome] of read.entries()) {
      const key = waiting[index] ?? '';
      // Of several failures the first is told: further copies are where nobody looks first.
      if (round === 0 || 'inventory' in outcome) outcomes.set(key, outcome);
    }
    const isFailed = (key: string): boolean => 'failure' in (outcomes.get(key) ?? {});
    waiting = waiting.filter((key) => isFailed(key) && images.get(key)?.[round + 1] !== undefined);
  }
  return outcomes;
}

function distinctInventories(inventories: readonly Inventory[]): readonly Inventory[] {
  return [...new Map(inventories.map((inventory) => [inventory.image, inventory])).values()];
}

function toAssess(opened: OpenedImage, outcome: ImageOutcome | undefined): ImageToAssess {
  const { image, physical, platform } = opened;
  const common = { logical: image.logical, physical, platform, origin: image.origin, charts: image.charts };
  const inventory =
    opened.inventory ?? (outcome !== undefined && 'inventory' in outcome ? outcome.inventory : undefined);
  if (inventory !== undefined) {
    const index = opened.source?.indexes?.[0];
    return { ...common, digest: inventory.image, ...(index === undefined ? {} : { index }), gaps: [] };
  }
  const failure = opened.failure ?? (outcome !== undefined && 'failure' in outcome ? outcome.failure : undefined);
  const gap: Gap = { kind: 'image-unreadable', target: image.logical, reason: failure ?? 'it was not read' };
  return { ...common, gaps: [gap] };
}
