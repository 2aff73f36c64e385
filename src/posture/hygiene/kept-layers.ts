// What the store still knows of the layers of a release's images: for checks that need more than an assessment carries.
import type { Digest } from '../../platform/canonical.ts';
import { compareText } from '../../platform/order.ts';
import type { Store } from '../../platform/store.ts';
import type { InventoryIdentity } from '../../scan/assess/assessment.ts';
import { inventoryStore } from '../../scan/inventory/inventory-store.ts';
import { HiddenBytes } from './hidden-bytes.ts';

/**
 * Bytes that later layers hide, by digest of the image. Images of one layer, those of which the store lacks a layer, and those with more entries than are
 * held at a time are left out.
 * @throws PlimsollError `store` when what is kept is damaged; ParseError for a damaged listing.
 */
export async function hiddenBytesOf(
  store: Store,
  inventories: readonly InventoryIdentity[],
): Promise<ReadonlyMap<Digest, number>> {
  const hidden = new Map<Digest, number>();
  for (const group of Map.groupBy(inventories, ({ cataloguers }) => cataloguers.join(' ')).values()) {
    const kept = inventoryStore(store, group[0]?.cataloguers ?? []);
    const counting = new HiddenBytes(async (layer) => (await kept.report(layer))?.report);
    // Images on one base one after another, so that its listing is at hand.
    for (const { digest, layers = [] } of group.toSorted((a, b) => compareText(baseOf(a), baseOf(b)))) {
      const bytes = layers.length < 2 ? undefined : await counting.of(layers);
      if (bytes !== undefined) hidden.set(digest, bytes);
    }
  }
  return hidden;
}

function baseOf({ layers }: InventoryIdentity): string {
  return layers?.join(' ') ?? '';
}
