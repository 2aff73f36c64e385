// The products of a CSAF document: images, packages, and packages as parts of images, which is what statuses are said of.
import { compareText } from '../../platform/order.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { type CsafPart, type CsafProduct, csafTree } from '../../statements/vex/csaf-document.ts';
import { imagePurl } from '../../statements/vex/product.ts';
import type { VexRow } from '../vex.ts';

/** The tree, and the product id of a package in a slot: `products.get(slot)?.get(purl)`. */
export interface ProductTree {
  readonly tree: object;
  readonly products: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Products of the rows alone: what nothing is said of is not named. Numbered in the order of slots and package URLs. */
export function productTree(assessment: Assessment, rows: readonly VexRow[]): ProductTree {
  const images = new Map(assessment.images.map((image) => [image.slot, image]));
  const packages = new Map<string, CsafProduct>();
  for (const { purl, finding } of rows.toSorted((a, b) => compareText(a.purl, b.purl))) {
    if (packages.has(purl)) continue;
    packages.set(purl, { id: `P${packages.size + 1}`, name: `${finding.package} ${finding.version}`, purl });
  }
  const named: CsafProduct[] = [...packages.values()].map((one) => ({ ...one, name: `${one.name} (${one.purl})` }));
  const parts: CsafPart[] = [];
  const products = new Map<string, ReadonlyMap<string, string>>();
  const slots = [...Map.groupBy(rows, ({ slot }) => slot)].sort(([a], [b]) => compareText(a, b));
  for (const [number, [slot, ofSlot]] of slots.entries()) {
    const assessed = images.get(slot);
    const image: CsafProduct = {
      id: `I${number + 1}`,
      name: slot,
      ...(assessed === undefined ? {} : { purl: imagePurl(assessed) }),
    };
    named.push(image);
    const ids = new Map<string, string>();
    for (const purl of [...new Set(ofSlot.map((row) => row.purl))].sort()) {
      const inside = packages.get(purl);
      if (inside === undefined) continue;
      const id = `${image.id}-${inside.id}`;
      ids.set(purl, id);
      parts.push({ id, name: `${inside.name} in ${slot}`, purl, package: inside, image });
    }
    products.set(slot, ids);
  }
  return { tree: csafTree(named, parts), products };
}
