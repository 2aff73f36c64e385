// The products of a CSAF document: images, packages, and packages as parts of images, which is what statuses are said of.
// OASIS CSAF 2.0, 3.1.2 (full product names), 3.2.2 (product tree), relationships of the category `default_component_of`.
import { compareText } from '../../platform/order.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { imagePurl } from '../../statements/vex/product.ts';
import type { VexRow } from '../vex.ts';

/** The tree, and the product id of a package in a slot: `products.get(slot)?.get(purl)`. */
export interface ProductTree {
  readonly tree: object;
  readonly products: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** A package URL that the document's schema takes: it demands a name behind the type, and no space. */
const PURL = /^pkg:[A-Za-z.\-+][A-Za-z0-9.\-+]*\/\S+$/;

/** Products of the rows alone: what nothing is said of is not named. Numbered in the order of slots and package URLs. */
export function productTree(assessment: Assessment, rows: readonly VexRow[]): ProductTree {
  const images = new Map(assessment.images.map((image) => [image.slot, image]));
  const packages = new Map<string, { readonly id: string; readonly name: string }>();
  const named: object[] = [];
  const slots = [...Map.groupBy(rows, ({ slot }) => slot)].sort(([a], [b]) => compareText(a, b));
  const sortedRows = rows.toSorted((a, b) => compareText(a.purl, b.purl));
  for (const { purl, finding } of sortedRows) {
    if (packages.has(purl)) continue;
    const id = `P${packages.size + 1}`;
    const name = `${finding.package} ${finding.version}`;
    packages.set(purl, { id, name });
    named.push(product(id, `${name} (${purl})`, purl));
  }
  const products = new Map<string, ReadonlyMap<string, string>>();
  const relationships: object[] = [];
  for (const [number, [slot, ofSlot]] of slots.entries()) {
    const image = images.get(slot);
    const imageId = `I${number + 1}`;
    named.push(product(imageId, slot, image === undefined ? undefined : imagePurl(image)));
    const ids = new Map<string, string>();
    for (const purl of [...new Set(ofSlot.map((row) => row.purl))].sort()) {
      const part = packages.get(purl);
      if (part === undefined) continue;
      const id = `${imageId}-${part.id}`;
      ids.set(purl, id);
      relationships.push({
        category: 'default_component_of',
        full_product_name: product(id, `${part.name} in ${slot}`, purl),
        product_reference: part.id,
        relates_to_product_reference: imageId,
      });
    }
    products.set(slot, ids);
  }
  return { tree: { full_product_names: named, relationships }, products };
}

function product(id: string, name: string, purl: string | undefined): object {
  return {
    name,
    product_id: id,
    ...(purl !== undefined && PURL.test(purl) ? { product_identification_helper: { purl } } : {}),
  };
}
