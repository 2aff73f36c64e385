// The scan of a release, end to end: its inventories, and what the advisories say of them. Reads no advisories but those it is given.
import type { AdvisorySet } from './advisory/advisory.ts';
import { assess, NO_STATEMENTS } from './assess/assess.ts';
import type { Assessment } from './assess/assessment.ts';
import type { SeverityPolicy } from './assess/severity.ts';
import { type InventoryOptions, inventoryRelease } from './inventory-release.ts';
import type { ReadCounts } from './read-images.ts';
import type { Release } from './release/release.ts';

/** What a scan works on and with. */
export interface ScanOptions extends InventoryOptions {
  readonly set: AdvisorySet;
  readonly severityPolicy: SeverityPolicy;
  /** ISO date at which end of life and expiry are judged. */
  readonly asOf: string;
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
  const { images, inventories, counts } = await inventoryRelease(release, options);
  options.onProgress('matching advisories');
  const { set, severityPolicy, asOf } = options;
  const assessment = assess({ release, images, inventories, set, severityPolicy, asOf, statements: NO_STATEMENTS });
  return { assessment, counts };
}
