// How many bytes of an image's layers its later layers delete or replace: they are stored and pulled, and nobody sees them. From the listings that the walk
// keeps of each layer (OCI image-spec layer.md, "Whiteouts"). Pure; no layer is read again.
import type { Digest } from '../../platform/canonical.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { LayerReport } from '../../scan/image/layer/layer-report.ts';
import { readListing } from '../../scan/image/layer/listing.ts';

/** What is needed of a layer. */
export type ListedLayer = Pick<LayerReport, 'whiteouts' | 'opaque' | 'listing'>;

/** Bytes of the files of a layer by path. */
type Sizes = ReadonlyMap<string, number>;

interface SizedLayer extends Pick<ListedLayer, 'whiteouts' | 'opaque'> {
  readonly sizes: Sizes;
}

/**
 * Counts for one image after another; images of a release share their lower layers, which are looked up once. Links are not followed, so a file that is
 * deleted through a link to its folder is not counted.
 */
export class HiddenBytes {
  readonly #load: (layer: Digest) => Promise<ListedLayer | undefined>;
  readonly #held = new Map<Digest, SizedLayer>();
  #entries = 0;

  /** `load` gives what is known of a layer. */
  constructor(load: (layer: Digest) => Promise<ListedLayer | undefined>) {
    this.#load = load;
  }

  /**
   * Bytes hidden in an image of these layers, bottom first; undefined when one of them is not known, or when they have more entries than are held at a time.
   * @throws ParseError when a listing is damaged; what `load` throws.
   */
  async of(layers: readonly Digest[]): Promise<number | undefined> {
    const known: SizedLayer[] = [];
    let entries = 0;
    for (const digest of layers) {
      const layer = await this.#sized(digest);
      entries += layer?.sizes.size ?? 0;
      if (layer === undefined || entries > LIMITS.heldSizes) return undefined;
      known.push(layer);
    }
    return hiddenIn(known);
  }

  async #sized(digest: Digest): Promise<SizedLayer | undefined> {
    let layer = this.#held.get(digest);
    if (layer === undefined) {
      const listed = await this.#load(digest);
      if (listed === undefined) return undefined;
      const { whiteouts, opaque, listing } = listed;
      layer = { whiteouts, opaque, sizes: sizesIn(listing) };
      this.#entries += layer.sizes.size;
    }
    // The one that was asked for last stands last.
    this.#held.delete(digest);
    this.#held.set(digest, layer);
    for (const [oldest, { sizes }] of this.#held) {
      if (this.#entries <= LIMITS.heldSizes || this.#held.size === 1) break;
      this.#held.delete(oldest);
      this.#entries -= sizes.size;
    }
    return layer;
  }
}

/** Bytes that upper layers hide. From the top down, so that every path is looked at once, however many layers there are. */
function hiddenIn(layers: readonly SizedLayer[]): number {
  /** Paths that are there above, or deleted. */
  const hiding = new Set<string>();
  /** Folders of which nothing below is seen: a whiteout hides what it names and all below it, an opaque mark only what is below. */
  const emptied = new Set<string>();
  let hidden = 0;
  for (const { sizes, whiteouts, opaque } of layers.toReversed()) {
    const known = new Map<string, boolean>([['', emptied.has('')]]);
    for (const [path, bytes] of sizes)
      if (hiding.has(path) || isEmptied(folderOf(path), emptied, known)) hidden += bytes;
    for (const path of sizes.keys()) hiding.add(path);
    for (const path of whiteouts) hiding.add(path);
    for (const path of [...whiteouts, ...opaque]) emptied.add(path);
  }
  return hidden;
}

/** Whether a folder or one above it is emptied; what is `known` is not asked again: most files share their folder with others. */
function isEmptied(folder: string, emptied: ReadonlySet<string>, known: Map<string, boolean>): boolean {
  if (emptied.size === 0) return false;
  let answer = known.get(folder);
  if (answer === undefined) {
    answer = emptied.has(folder) || isEmptied(folderOf(folder), emptied, known);
    known.set(folder, answer);
  }
  return answer;
}

/** The folder of a path; '' is the root. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

function sizesIn(listing: Uint8Array): Sizes {
  const sizes = new Map<string, number>();
  readListing(listing, ({ type, path, size }) => {
    if (type !== 'dir') sizes.set(path, size);
  });
  return sizes;
}
