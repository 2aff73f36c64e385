// An assessment as an OpenVEX document: statements grouped by vulnerability and word, products are images, subcomponents the packages.
// OpenVEX specification 0.2.0, "Document", "Statement", "Product Data Structure".
import { canonicalJson } from '../../platform/canonical.ts';
import { compareText } from '../../platform/order.ts';
import type { AssessedImage, Assessment } from '../../scan/assess/assessment.ts';
import { imagePurl } from '../../statements/vex/product.ts';
import { instantOf, type Publisher, recordUrl, UNNAMED_PUBLISHER, uuidOf } from '../document-facts.ts';
import { TOOL } from '../tool.ts';
import { actionText, NO_REASON_RECORDED, type VexRow, vexRows } from '../vex.ts';

interface Group {
  readonly statement: object;
  readonly vulnerability: string;
  readonly rows: VexRow[];
}

/** The document. Where nothing was found it has no statements, though the schema demands one: there is nothing that could be stated. */
export function openvexDocument(assessment: Assessment, publisher: Publisher = UNNAMED_PUBLISHER): object {
  const images = new Map(assessment.images.map((image) => [image.slot, image]));
  const groups = new Map<string, Group>();
  for (const row of vexRows(assessment)) {
    const statement = wordsOf(row);
    const key = `${row.vulnerability}\0${canonicalJson(statement)}`;
    const group = groups.get(key) ?? { statement, vulnerability: row.vulnerability, rows: [] };
    groups.set(key, group);
    group.rows.push(row);
  }
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': `urn:uuid:${uuidOf(`openvex ${assessment.id} ${publisher.namespace}`)}`,
    author: publisher.name,
    role: 'Document Creator',
    timestamp: instantOf(assessment.asOf),
    version: 1,
    tooling: `${TOOL.name} ${TOOL.version}`,
    statements: [...groups]
      .sort(([a], [b]) => compareText(a, b))
      .map(([, { statement, vulnerability, rows }]) => ({
        vulnerability: vulnerabilityOf(vulnerability, rows),
        products: productsOf(rows, images),
        ...statement,
      })),
  };
}

function vulnerabilityOf(name: string, rows: readonly VexRow[]): object {
  const aliases = [...new Set(rows.flatMap(({ finding }) => finding.aliases))].sort();
  const url = recordUrl(name);
  return { ...(url === undefined ? {} : { '@id': url }), name, ...(aliases.length === 0 ? {} : { aliases }) };
}

/** Products with the packages that it is about, in the order of the slots. Slots with one image are one product. */
function productsOf(rows: readonly VexRow[], images: ReadonlyMap<string, AssessedImage>): readonly object[] {
  const products = new Map<string, Set<string>>();
  for (const { slot, purl } of rows) {
    const image = images.get(slot);
    const id = image === undefined ? slot : imagePurl(image);
    const packages = products.get(id) ?? new Set();
    products.set(id, packages);
    packages.add(purl);
  }
  return [...products].map(([id, packages]) => ({
    '@id': id,
    identifiers: { purl: id },
    subcomponents: [...packages].map((purl) => ({ '@id': purl, identifiers: { purl } })),
  }));
}

/** What a statement says besides its subject; what the specification demands of each status is there. */
function wordsOf(row: VexRow): object {
  const { status, justification, impact } = row;
  if (status === 'not_affected') {
    const why = impact ?? (justification === undefined ? NO_REASON_RECORDED : undefined);
    return {
      status,
      ...(justification === undefined ? {} : { justification }),
      ...(why === undefined ? {} : { impact_statement: why }),
    };
  }
  if (status === 'affected') return { status, action_statement: actionText(row) };
  return { status };
}
