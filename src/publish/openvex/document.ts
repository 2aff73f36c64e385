// An assessment as an OpenVEX document: findings grouped by vulnerability and word, products are images, subcomponents the packages.
import { compareText } from '../../platform/order.ts';
import type { AssessedImage, Assessment } from '../../scan/assess/assessment.ts';
import { uuidOf } from '../../statements/vex/document.ts';
import type { VexEntry } from '../../statements/vex/entries.ts';
import { openvexDocument } from '../../statements/vex/openvex.ts';
import { imagePurl } from '../../statements/vex/product.ts';
import type { VexWord } from '../../statements/vex/word.ts';
import { type Publisher, UNNAMED_PUBLISHER } from '../document-facts.ts';
import { TOOL } from '../tool.ts';
import { toldWord, type VexRow, vexRows } from '../vex.ts';

/** Rows of one vulnerability that have the same word. */
interface Group {
  readonly word: VexWord;
  readonly rows: VexRow[];
}

/** The document. Where nothing was found it has no statements, though the schema demands one: there is nothing that could be stated. */
export function assessmentOpenvex(assessment: Assessment, publisher: Publisher = UNNAMED_PUBLISHER): object {
  const images = new Map(assessment.images.map((image) => [image.slot, image]));
  const groups = new Map<string, Group>();
  for (const row of vexRows(assessment)) {
    const word = toldWord(row);
    const key = `${row.vulnerability}\0${JSON.stringify(word)}`;
    const group: Group = groups.get(key) ?? { word, rows: [] };
    groups.set(key, group);
    group.rows.push(row);
  }
  const entries = [...groups].sort(([a], [b]) => compareText(a, b)).map(([, group]) => entryOf(group, images));
  const id = `urn:uuid:${uuidOf(`openvex ${assessment.id} ${publisher.namespace}`)}`;
  return openvexDocument(entries, { id, issuer: publisher.name, date: assessment.asOf, tool: TOOL });
}

/** Products in the order of the slots. Slots with one image are one product. */
function entryOf({ word, rows }: Group, images: ReadonlyMap<string, AssessedImage>): VexEntry {
  const products = new Map<string, { readonly image: AssessedImage; readonly packages: Set<string> }>();
  for (const { slot, purl } of rows) {
    const image = images.get(slot);
    if (image === undefined) continue;
    const id = imagePurl(image);
    const product = products.get(id) ?? { image, packages: new Set() };
    products.set(id, product);
    product.packages.add(purl);
  }
  return {
    word,
    vulnerability: rows[0]?.vulnerability ?? '',
    aliases: [...new Set(rows.flatMap(({ finding }) => finding.aliases))].sort(),
    images: [...products.values()].map(({ image: { logical, digest }, packages }) => ({
      logical,
      ...(digest === undefined ? {} : { digest }),
      packages: [...packages],
    })),
  };
}
