// The images of a release as the checks need them: opened and read as a scan does, with its store; what single files hold is read when it is asked for, each
// layer of an image once a round. One image's files are held at a time.
import { messageOf, PlimsollError } from '../../platform/errors.ts';
import { createPool } from '../../platform/pool.ts';
import { imageFiles } from '../../scan/image/image-files.ts';
import type { ImageSource } from '../../scan/image/source.ts';
import { inventoryStore } from '../../scan/inventory/inventory-store.ts';
import { cataloguerVersions } from '../../scan/inventory/merge.ts';
import type { Inventory } from '../../scan/inventory/package.ts';
import { CATALOGUERS } from '../../scan/inventory/registry.ts';
import { type InventoryOptions, inventoryImages } from '../../scan/inventory-release.ts';
import { openRelease } from '../../scan/open-images.ts';
import { ReportCache } from '../../scan/read/image-reports.ts';
import { type LayerJob, type LayerJobResult, layerWorkerEntry } from '../../scan/read/layer-job.ts';
import { startFacts } from '../../scan/read/start-facts.ts';
import type { ReleaseImage } from '../../scan/release/release.ts';
import { ImageQuestions, type ImageStart, type Known } from './image-start.ts';

/** Rounds of questions: accounts and programs, their interpreters, the scripts that these start, each next one. */
const ROUNDS = 8;

/**
 * Calls `visit` for each image until it asks nothing new: its last answer counts. An image that cannot be read is told by its reason.
 * @throws PlimsollError `store` when results cannot be kept
 */
export async function visitImages(
  images: readonly ReleaseImage[],
  options: InventoryOptions,
  visit: (logical: string, image: Known<ImageStart>) => void,
): Promise<void> {
  const opened = await openRelease({ images }, options);
  const read = await inventoryImages(opened, options);
  const inventories = new Map(read.inventories.map((inventory) => [inventory.image, inventory]));
  const pool = createPool<LayerJob, LayerJobResult>(layerWorkerEntry(), options.jobs, options.access);
  const reports = new ReportCache();
  try {
    for (const [index, { image, source }] of opened.entries()) {
      options.onProgress(`images judged ${index} of ${opened.length}`);
      const { digest, gaps } = read.images[index] ?? {};
      const inventory = digest === undefined ? undefined : inventories.get(digest);
      if (source === undefined || inventory === undefined || source.layers.length === 0) {
        const reason =
          gaps?.[0]?.reason ?? 'there are no layers: only images with layers say what their files may be used for';
        visit(image.logical, { unknown: reason });
        continue;
      }
      try {
        await visitImage(source, inventory, { options, reports, pool }, (start) => visit(image.logical, start));
      } catch (error) {
        if (error instanceof PlimsollError && error.code === 'store') throw error;
        visit(image.logical, { unknown: messageOf(error) });
      }
    }
  } finally {
    await pool.close();
  }
}

interface Reading {
  readonly options: InventoryOptions;
  readonly reports: ReportCache;
  readonly pool: ReturnType<typeof createPool<LayerJob, LayerJobResult>>;
}

async function visitImage(
  source: ImageSource,
  { layers }: Inventory,
  { options: { store }, reports, pool }: Reading,
  visit: (image: Known<ImageStart>) => void,
): Promise<void> {
  const kept = inventoryStore(store, cataloguerVersions(CATALOGUERS));
  const listed = [];
  for (const digest of layers) {
    const report = await reports.get(digest, () => kept.report(digest));
    if (report === undefined) throw new PlimsollError('not-found', `the store lost the report of layer ${digest}`);
    listed.push(report.report);
  }
  const questions = new ImageQuestions(source.config, imageFiles(listed), layers);
  const descriptors = source.layers.filter(({ packing }) => packing !== 'foreign');
  for (let round = 0; round < ROUNDS; round++) {
    visit({ value: questions.image });
    const open = Map.groupBy(questions.takeOpen(), ({ layer }) => layer);
    if (open.size === 0) return;
    await Promise.all(
      [...open].map(async ([position, asked]) => {
        const [digest, descriptor] = [layers[position], descriptors[position]];
        if (digest === undefined || descriptor === undefined) return;
        const answers = await startFacts({ digest, descriptor }, asked, { store, pool });
        for (const [index, question] of asked.entries()) {
          questions.answer(question, answers[index] ?? { problem: 'it could not be read' });
        }
      }),
    );
  }
}
