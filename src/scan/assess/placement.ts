// Puts the images of a release into slots, each with its inventory or with the gap that says why there is none.
// Rules: docs/guide/counting.md, "Slots". Pure.
import type { Gap } from '../../platform/gap.ts';
import { compareText } from '../../platform/order.ts';
import type { Inventory } from '../inventory/package.ts';
import { assignSlots } from '../release/slots.ts';
import type { AssessedImage } from './assessment.ts';
import { uniqueGaps } from './gaps.ts';

/** An image of the release, read or not. `digest` is absent when it could not be read; its gaps then say why. */
export type ImageToAssess = Omit<AssessedImage, 'slot' | 'os' | 'packages'>;

/** An inventory as far as an assessment depends on it. */
export interface InventoryToAssess extends Pick<Inventory, 'image' | 'platform' | 'packages' | 'gaps' | 'cataloguers'> {
  readonly os?: { readonly id: string; readonly version?: string };
  readonly layers?: Inventory['layers'];
  readonly traits?: NonNullable<Inventory['traits']>;
  readonly secrets?: NonNullable<Inventory['secrets']>;
  readonly config: { readonly created?: string; readonly labels?: Readonly<Record<string, string>> };
}

/** An image with its slot, and its inventory if it was read. Its gaps are the image's and the inventory's. */
export interface PlacedImage extends ImageToAssess {
  readonly slot: string;
  readonly inventory?: InventoryToAssess;
}

/** The images with their slots and inventories, sorted by slot. */
export function placeImages(
  images: readonly ImageToAssess[],
  inventories: readonly InventoryToAssess[],
): readonly PlacedImage[] {
  const byDigest = new Map(inventories.map((inventory) => [inventory.image, inventory]));
  const distinct = [...Map.groupBy(images, ({ logical, platform }) => `${logical}|${platform}`).values()].map(
    mergeEqual,
  );
  const slots = assignSlots(distinct);
  return distinct
    .map(({ logical, physical, platform, origin, charts, digest, index: chosenFrom, gaps }, position): PlacedImage => {
      const slot = slots[position] ?? logical;
      const named = { slot, logical, physical, platform, origin, charts };
      const inventory = digest === undefined ? undefined : byDigest.get(digest);
      if (inventory === undefined) return { ...named, gaps: uniqueGaps(unreadGaps(gaps), slot) };
      return {
        ...named,
        digest: inventory.image,
        ...(chosenFrom === undefined ? {} : { index: chosenFrom }),
        gaps: uniqueGaps([...gaps, ...inventory.gaps], slot),
        inventory,
      };
    })
    .sort((a, b) => compareText(a.slot, b.slot));
}

/** Images of one reference and platform: one that was read stands for all, in the charts of all. */
function mergeEqual(images: readonly ImageToAssess[]): ImageToAssess {
  const [first, ...others] = images.toSorted(
    (a, b) => compareText(a.digest ?? '~', b.digest ?? '~') || compareText(a.physical, b.physical),
  );
  if (first === undefined) throw new TypeError('a group of images is never empty');
  const charts = [first, ...others].flatMap((image) => image.charts);
  return { ...first, charts: [...new Set(charts)].sort() };
}

/** An image that was not read always says so. */
function unreadGaps(gaps: readonly Gap[]): readonly Gap[] {
  if (gaps.some(({ kind }) => kind === 'image-unreadable' || kind === 'not-scanned')) return gaps;
  return [...gaps, { kind: 'image-unreadable', target: '', reason: 'the image was not read' }];
}
