// The scan of a release, end to end: its inventories, and what the advisories say of them. Reads no advisories but those it is given.
import type { Statement } from '../statements/statement.ts';
import type { AdvisorySet } from './advisory/advisory.ts';
import { assess } from './assess/assess.ts';
import type { Assessment } from './assess/assessment.ts';
import type { SeverityPolicy } from './assess/severity.ts';
import { type InventoryOptions, inventoryImages } from './inventory-release.ts';
import { type OpenedImage, openRelease } from './open-images.ts';
import type { ReadCounts } from './read/read-counts.ts';
import type { Release } from './release/release.ts';

/** What an inventory is judged by. All of it is in the key of a kept result (result-key.ts). */
export interface Judgement {
  readonly set: AdvisorySet;
  readonly severityPolicy: SeverityPolicy;
  /** ISO date at which end of life and expiry are judged. */
  readonly asOf: string;
  /** Decisions that may apply to findings; none when absent. */
  readonly statements?: readonly Statement[];
}

/** What a scan works on and with. */
export interface ScanOptions extends InventoryOptions, Judgement {}

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
  return scanOpened(release, await openRelease(release, options), options);
}

/**
 * The same for images that were opened already.
 * @throws PlimsollError `store` when results cannot be kept.
 */
export async function scanOpened(
  release: Release,
  opened: readonly OpenedImage[],
  options: ScanOptions,
): Promise<ScanResult> {
  const { images, inventories, counts } = await inventoryImages(opened, options);
  options.onProgress('matching advisories');
  const { set, severityPolicy, asOf, statements = [] } = options;
  const assessment = assess({ release, images, inventories, set, severityPolicy, asOf, statements });
  return { assessment, counts };
}
