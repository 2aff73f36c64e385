// Makes the inventories of opened images: looks up what the store has, reads each missing layer once whatever the number of images that use it,
// largest first, and merges. An image that fails costs itself, not the others.
import type { Digest } from '../platform/canonical.ts';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import type { Pool } from '../platform/pool.ts';
import { blobOf, compareBlobs, hashLayers, type LayerHashes } from './hash-layers.ts';
import { readsBehindLinks } from './image/behind-links.ts';
import type { LayerReport } from './image/layer-report.ts';
import type { ExtraRead } from './image/readers.ts';
import type { ImageSource, LayerDescriptor } from './image/source.ts';
import { ImageReports, ReportCache, reportBytes } from './image-reports.ts';
import type { Cataloguer } from './inventory/cataloguer.ts';
import type { InventoryStore } from './inventory/inventory-store.ts';
import { type InventorySubject, mergeInventory, viewOf } from './inventory/merge.ts';
import type { Inventory } from './inventory/package.ts';
import type { LayerJob, LayerJobResult } from './layer-job.ts';

/** What the reading of images needs. */
export interface ReadImagesOptions {
  readonly store: InventoryStore;
  readonly cataloguers: readonly Cataloguer[];
  readonly pool: Pool<LayerJob, LayerJobResult>;
  /** Called when a layer is done, with the number done and to do. */
  readonly onProgress: (done: number, total: number) => void;
}

/** The inventory of an image, or why there is none. */
export type ImageOutcome =
  | { readonly source: ImageSource; readonly inventory: Inventory }
  | { readonly source: ImageSource; readonly failure: string };

/** What was done: for the user, and for tests that nothing is read twice. */
export interface ReadCounts {
  layersRead: number;
  layersFromStore: number;
  imagesFromStore: number;
  bytesRead: number;
}

interface Layer {
  readonly digest: Digest;
  readonly descriptor: LayerDescriptor;
}

/** An image with all its layers' digests known. */
interface Pinned {
  readonly source: ImageSource;
  readonly layers: readonly Layer[];
}

/** Outcomes in the order of the sources. Each source is a distinct image. */
export async function readImages(
  sources: readonly ImageSource[],
  options: ReadImagesOptions,
): Promise<{ readonly outcomes: readonly ImageOutcome[]; readonly counts: ReadCounts }> {
  const counts: ReadCounts = { layersRead: 0, layersFromStore: 0, imagesFromStore: 0, bytesRead: 0 };
  const outcomes = new Map<ImageSource, ImageOutcome>();
  const fail = (source: ImageSource, error: unknown): void => {
    if (isStoreError(error)) throw error;
    outcomes.set(source, { source, failure: messageOf(error) });
  };

  const layered = sources.filter((candidate) => candidate.rootfs === undefined);
  const hashes = hashLayers(layered, options.pool);
  const pending: Pinned[] = [];
  for (const source of layered) {
    try {
      const pinned = await pin(source, hashes);
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
  for (const source of sources.filter((candidate) => candidate.rootfs !== undefined)) {
    try {
      outcomes.set(source, await readRootfsImage(source, options, counts));
    } catch (error) {
      fail(source, error);
    }
  }
  return { outcomes: sources.flatMap((source) => outcomes.get(source) ?? []), counts };
}

/**
 * Digests of all layers. Where no manifest pins them (docker archives) they are computed before any stored result is looked up: a configuration that
 * claims the diffID of a clean layer must not borrow that layer's result.
 */
async function pin(source: ImageSource, hashes: LayerHashes): Promise<Pinned> {
  const layers: Layer[] = [];
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

/** Copies of one layer that are tried: what is wrong with a layer's content is wrong in all. */
const LAYER_COPIES = 4;

/**
 * Reads every layer that the store lacks, largest first, and keeps its report. One that is damaged in one image may be whole in another that has it
 * elsewhere. Returns the failures by digest.
 */
async function readMissingLayers(
  images: readonly Pinned[],
  options: ReadImagesOptions,
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

async function readRootfsImage(
  source: ImageSource,
  options: ReadImagesOptions,
  counts: ReadCounts,
): Promise<ImageOutcome> {
  const folder = source.rootfs ?? '';
  const { report } = await options.pool.run({ kind: 'rootfs', folder });
  if (report === undefined) throw new PlimsollError('internal', 'a worker gave no report');
  counts.layersRead += 1;
  const known: ImageSource = { ...source, digest: report.digest };
  const inventory = await merge(subjectOf(known), [report], options, async (_index, extra) => {
    const again = await options.pool.run({ kind: 'rootfs', folder, extra });
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
  layer: Layer | undefined,
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
  layers: readonly Layer[],
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

/** A store that cannot be written fails the scan: going on would lose every result. */
function isStoreError(error: unknown): boolean {
  return error instanceof PlimsollError && error.code === 'store';
}

function subjectOf(source: ImageSource): InventorySubject {
  return {
    image: source.digest,
    platform: source.platform,
    config: source.config,
    foreignLayers: source.layers.filter((layer) => layer.packing === 'foreign').length,
  };
}
