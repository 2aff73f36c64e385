// The scan of a release, end to end: open its images, make or look up their inventories, assess. Reads no advisories but those it is given.
import type { Gap } from '../platform/gap.ts';
import { createPool } from '../platform/pool.ts';
import type { Store } from '../platform/store.ts';
import type { AdvisorySet } from './advisory/advisory.ts';
import { assess, NO_STATEMENTS } from './assess/assess.ts';
import type { Assessment } from './assess/assessment.ts';
import type { ImageToAssess } from './assess/placement.ts';
import type { SeverityPolicy } from './assess/severity.ts';
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

/** What a scan works on and with. */
export interface ScanOptions {
  readonly set: AdvisorySet;
  readonly severityPolicy: SeverityPolicy;
  /** ISO date at which end of life and expiry are judged. */
  readonly asOf: string;
  readonly store: Store;
  /** Worker threads. */
  readonly jobs: number;
  readonly access: RegistryAccess;
  readonly rules: readonly MappingRule[];
  readonly platform?: string;
  readonly onProgress: (text: string) => void;
}

/** The assessment, and what it took. */
export interface ScanResult {
  readonly assessment: Assessment;
  readonly counts: ReadCounts;
}

/**
 * Scans a release. Images that cannot be read are gaps of the assessment, not errors.
 * @throws PlimsollError `store` when results cannot be kept.
 */
export async function scanRelease(release: Release, options: ScanOptions): Promise<ScanResult> {
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
    options.onProgress('matching advisories');
    const inventories = [...outcomes, ...opened].flatMap((one) => ('inventory' in one ? one.inventory : []));
    const { set, severityPolicy, asOf } = options;
    return {
      assessment: assess({
        release,
        images,
        inventories: distinctInventories(inventories),
        set,
        severityPolicy,
        asOf,
        statements: NO_STATEMENTS,
      }),
      counts,
    };
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
