// The layer reports that are in memory at one time: those of the image that is merged, bounded, and the last ones used, since images of a release
// share their lower layers.
import { LimitError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { LayerReport } from '../image/layer/layer-report.ts';
import type { KeptReport } from '../inventory/inventory-store.ts';

/** Reports that the cache keeps, at most. */
const CACHED_REPORTS = 16;
const CACHED_BYTES = 64 * 1024 ** 2;

/** The reports last used. */
export class ReportCache {
  readonly #kept = new Map<string, KeptReport>();
  #bytes = 0;

  /** The report under the key; `load` is asked for one that is not at hand. */
  async get(key: string, load: () => Promise<KeptReport | undefined>): Promise<KeptReport | undefined> {
    const known = this.#kept.get(key);
    const kept = known ?? (await load());
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    if (known === undefined) this.#bytes += kept.bytes;
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#kept.size <= CACHED_REPORTS && this.#bytes <= CACHED_BYTES) break;
      this.#kept.delete(oldest);
      this.#bytes -= bytes;
    }
    return kept;
  }
}

/** The reports of one image, each counted once. */
export class ImageReports {
  readonly #cache: ReportCache;
  readonly #most: number;
  readonly #held = new Map<string, LayerReport>();
  #bytes = 0;

  /** `most` bytes, for tests. */
  constructor(cache: ReportCache, most: number = LIMITS.imageReportBytes) {
    this.#cache = cache;
    this.#most = most;
  }

  /**
   * The report under the key, from the cache or as `load` gives it.
   * @throws LimitError when the image's reports would take more than one image may; what `load` throws.
   */
  async get(key: string, load: () => Promise<KeptReport | undefined>): Promise<LayerReport | undefined> {
    const held = this.#held.get(key);
    if (held !== undefined) return held;
    const kept = await this.#cache.get(key, load);
    if (kept === undefined) return undefined;
    this.#bytes += kept.bytes;
    if (this.#bytes > this.#most) {
      throw new LimitError(`what was found in the layers of this image takes more than ${this.#most} bytes`);
    }
    this.#held.set(key, kept.report);
    return kept.report;
  }
}

/** The room that a report takes, as the store counts it. */
export function reportBytes({ links, listing, ...body }: LayerReport): number {
  return Buffer.byteLength(JSON.stringify(body)) + links.length + listing.length;
}
