// Makes the inventories of opened images: looks up what the store has, has the missing layers read, and merges. An image that fails costs itself, not
// the others.
import { messageOf, PlimsollError } from '../../platform/errors.ts';
import { readsBehindLinks } from '../image/behind-links.ts';
import type { LayerReport } from '../image/layer/layer-report.ts';
import type { ExtraRead } from '../image/layer/readers.ts';
import type { FileTree, ImageSource } from '../image/source.ts';
import type { Cataloguer } from '../inventory/cataloguer.ts';
import type { InventoryStore } from '../inventory/inventory-store.ts';
import { type InventorySubject, mergeInventory, viewOf } from '../inventory/merge.ts';
import type { Inventory } from '../inventory/package.ts';
import { blobOf, hashLayers } from './hash-layers.ts';
import { ImageReports, ReportCache, reportBytes } from './image-reports.ts';
import { isStoreError, type ReadLayersOptions, readMissingLayers } from './missing-layers.ts';
import { type PinnedImage, type PinnedLayer, pinLayers } from './pin-layers.ts';
import type { ReadCounts } from './read-counts.ts';

/** What the reading of images needs. */
export interface ReadImagesOptions extends ReadLayersOptions {
  readonly cataloguers: readonly Cataloguer[];
}

/** The inventory of an image, or why there is none. */
export type ImageOutcome =
  | { readonly source: ImageSource; readonly inventory: Inventory }
  | { readonly source: ImageSource; readonly failure: string };

/**
 * Outcomes in the order of the sources, each of which is a distinct image. What it takes is added to `counts`.
 * @throws PlimsollError `store` when results cannot be kept.
 */
export async function readImages(
  sources: readonly ImageSource[],
  options: ReadImagesOptions,
  counts: ReadCounts,
): Promise<readonly ImageOutcome[]> {
  const outcomes = new Map<ImageSource, ImageOutcome>();
  const fail = (source: ImageSource, error: unknown): void => {
    if (isStoreError(error)) throw error;
    outcomes.set(source, { source, failure: messageOf(error) });
  };

  const layered = sources.filter((candidate) => candidate.tree === undefined);
  const hashes = hashLayers(layered, options.pool);
  const pending: PinnedImage[] = [];
  for (const source of layered) {
    try {
      const pinned = await pinLayers(source, hashes);
      const digests = pinned.layers.map((layer) => layer.digest);
      const inventory = await options.store.inventory(source.digest, digests);
      if (inventory === undefined) pending.push(pinned);
      else {
        counts.imagesFromStore += 1;
        outcomes.set(source, { source, inventory });
      }
    } catch (error) {
      fail(source, error);
    }
  }

  const failures = await readMissingLayers(pending, options, counts);
  const cache = new ReportCache();
  for (const { source, layers } of pending) {
    try {
      for (const { digest } of layers) if (failures.has(digest)) throw failures.get(digest);
      const held = new ImageReports(cache);
      const reports = await storedReports(layers, held, options.store);
      const inventory = await merge(subjectOf(source), reports, options, (index, extra) =>
        readAgain(layers[index], extra, held, options.pool),
      );
      await options.store.saveInventory(inventory);
      outcomes.set(source, { source, inventory });
    } catch (error) {
      fail(source, error);
    }
  }
  for (const source of sources) {
    if (source.tree === undefined) continue;
    try {
      outcomes.set(source, await readTreeImage(source, source.tree, options, counts));
    } catch (error) {
      fail(source, error);
    }
  }
  return sources.flatMap((source) => outcomes.get(source) ?? []);
}

async function readTreeImage(
  source: ImageSource,
  tree: FileTree,
  options: ReadImagesOptions,
  counts: ReadCounts,
): Promise<ImageOutcome> {
  const { report } = await options.pool.run({ kind: 'tree', tree });
  if (report === undefined) throw new PlimsollError('internal', 'a worker gave no report');
  counts.layersRead += 1;
  const known: ImageSource = { ...source, digest: report.digest };
  const inventory = await merge(subjectOf(known), [report], options, async (_index, extra) => {
    const again = await options.pool.run({ kind: 'tree', tree, extra });
    return again.report;
  });
  return { source: known, inventory };
}

/** Merges, after reading again what lies behind links. The second look cannot lead further: its reads are real paths. */
async function merge(
  subject: InventorySubject,
  reports: readonly LayerReport[],
  options: ReadImagesOptions,
  reread: (index: number, extra: readonly ExtraRead[]) => Promise<LayerReport | undefined>,
): Promise<Inventory> {
  const view = viewOf(reports);
  const behind = readsBehindLinks(reports, view, options.cataloguers);
  if (behind.size === 0) return mergeInventory(subject, reports, view, options.cataloguers);
  const complete = [...reports];
  for (const [index, extra] of behind)
    complete[index] = withDigest((await reread(index, extra)) ?? reports[index], reports[index]);
  return mergeInventory(subject, complete, viewOf(complete), options.cataloguers);
}

/** A second walk over a directory reads more and so has another digest; the image keeps the first. */
function withDigest(again: LayerReport | undefined, first: LayerReport | undefined): LayerReport {
  if (again === undefined || first === undefined) throw new PlimsollError('internal', 'a layer is missing');
  return { ...again, digest: first.digest };
}

/** Images of a release share such layers as they share others. */
async function readAgain(
  layer: PinnedLayer | undefined,
  extra: readonly ExtraRead[],
  reports: ImageReports,
  pool: ReadImagesOptions['pool'],
): Promise<LayerReport | undefined> {
  if (layer === undefined) return undefined;
  const { digest, descriptor } = layer;
  return reports.get(`${digest} ${JSON.stringify(extra)}`, async () => {
    const { report } = await pool.run({ kind: 'read', blob: blobOf(descriptor), expected: digest, extra });
    return report === undefined ? undefined : { report, bytes: reportBytes(report) };
  });
}

/** @throws LimitError when the reports would take more memory than those of one image may; PlimsollError `store`. */
async function storedReports(
  layers: readonly PinnedLayer[],
  reports: ImageReports,
  store: InventoryStore,
): Promise<readonly LayerReport[]> {
  const found: LayerReport[] = [];
  for (const { digest } of layers) {
    const report = await reports.get(digest, () => store.report(digest));
    if (report === undefined) {
      throw new PlimsollError('store', `the store lost the report of layer ${digest}; scan again`);
    }
    found.push(report);
  }
  return found;
}

function subjectOf(source: ImageSource): InventorySubject {
  return {
    image: source.digest,
    platform: source.platform,
    config: source.config,
    foreignLayers: source.layers.filter((layer) => layer.packing === 'foreign').length,
  };
}
