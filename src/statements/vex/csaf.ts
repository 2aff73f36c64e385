// CSAF 2.0, profile VEX (OASIS CSAF v2.0 sections 3.2 and 4.5): writes decisions. Each package in an image is a product of its own, by a relationship.
import { jsonText } from '../../platform/json-text.ts';
import { compareText } from '../../platform/order.ts';
import type { ExceptionReason, VexStatus } from '../statement.ts';
import { documentDigits, instantOf, type VexIssue } from './document.ts';
import type { VexEntry } from './entries.ts';
import { withNote } from './note.ts';
import { imagePurl } from './product.ts';

/** The word of section 3.2.3.9 for each status. */
export const CSAF_STATUS = {
  not_affected: 'known_not_affected',
  affected: 'known_affected',
  fixed: 'fixed',
  under_investigation: 'under_investigation',
} as const satisfies Record<VexStatus, string>;

/** What section 3.2.3.12.1 calls it that an exception stands for. */
const REMEDIATION: Record<ExceptionReason, string> = {
  'version-locked': 'no_fix_planned',
  'purged-after-upgrade': 'no_fix_planned',
  'no-upstream-fix': 'none_available',
  'after-content-freeze': 'none_available',
  'next-release': 'none_available',
  'removal-procedure': 'workaround',
};

interface Product {
  readonly id: string;
  readonly image: string;
  readonly package: string;
}

/** The document, of at least one entry. */
export function writeCsaf(entries: readonly VexEntry[], issue: VexIssue): string {
  const digits = documentDigits(entries, issue);
  const at = instantOf(issue.date);
  const products = productsOf(entries);
  const idOf = (image: string, purl: string): string => products.get(`${image}\0${purl}`)?.id ?? '';
  return `${jsonText({
    document: {
      category: 'csaf_vex',
      csaf_version: '2.0',
      distribution: { tlp: { label: 'WHITE' } },
      lang: 'en',
      publisher: { category: 'vendor', name: issue.issuer, namespace: issue.namespace },
      title: `Vulnerability exploitability of ${issue.title}`,
      tracking: {
        current_release_date: at,
        generator: { date: at, engine: { name: issue.tool.name, version: issue.tool.version } },
        id: `plimsoll-vex-${digits.slice(0, 16)}`,
        initial_release_date: at,
        revision_history: [{ date: at, number: '1', summary: 'First version.' }],
        status: 'final',
        version: '1',
      },
    },
    product_tree: productTree([...products.values()]),
    vulnerabilities: [...Map.groupBy(entries, ({ vulnerability }) => vulnerability)]
      .sort(([a], [b]) => compareText(a, b))
      .map(([vulnerability, group]) => vulnerabilityOf(vulnerability, group, idOf)),
  })}\n`;
}

/** Every package in every image, with an id that is short and the same for equal documents. */
function productsOf(entries: readonly VexEntry[]): ReadonlyMap<string, Product> {
  const keys = new Map<string, Omit<Product, 'id'>>();
  for (const { images } of entries) {
    for (const image of images) {
      for (const purl of image.packages)
        keys.set(`${imagePurl(image)}\0${purl}`, { image: imagePurl(image), package: purl });
    }
  }
  const sorted = [...keys].sort(([a], [b]) => compareText(a, b));
  return new Map(sorted.map(([key, product], index) => [key, { ...product, id: `P${index + 1}` }]));
}

function productTree(products: readonly Product[]): object {
  const images = [...new Set(products.map(({ image }) => image))].sort();
  const packages = [...new Set(products.map((product) => product.package))].sort();
  const named = (purl: string, id: string): object => ({
    name: purl,
    product_id: id,
    product_identification_helper: { purl },
  });
  const imageId = new Map(images.map((purl, index) => [purl, `I${index + 1}`]));
  const packageId = new Map(packages.map((purl, index) => [purl, `C${index + 1}`]));
  return {
    full_product_names: [
      ...images.map((purl) => named(purl, imageId.get(purl) ?? '')),
      ...packages.map((purl) => named(purl, packageId.get(purl) ?? '')),
    ],
    relationships: products.map((product) => ({
      category: 'default_component_of',
      full_product_name: { name: `${product.package} in ${product.image}`, product_id: product.id },
      product_reference: packageId.get(product.package),
      relates_to_product_reference: imageId.get(product.image),
    })),
  };
}

function vulnerabilityOf(
  vulnerability: string,
  entries: readonly VexEntry[],
  idOf: (image: string, purl: string) => string,
): object {
  const rows = entries.map(({ statement, images }) => ({
    statement,
    ids: images.flatMap((image) => image.packages.map((purl) => idOf(imagePurl(image), purl))).sort(),
  }));
  const isCve = /^CVE-/.test(vulnerability);
  const others = [...new Set(entries.flatMap(({ aliases }) => aliases))].sort();
  const ids = [...(isCve ? [] : [vulnerability]), ...others.filter((id) => !/^CVE-/.test(id))];
  const statuses = Map.groupBy(rows, ({ statement }) => CSAF_STATUS[statement.status]);
  const flags = rows.filter(({ statement }) => statement.justification !== undefined);
  const impacts = rows.filter(({ statement }) => statement.status === 'not_affected');
  const remedies = rows.filter(({ statement }) => statement.status !== 'not_affected');
  return {
    ...(isCve ? { cve: vulnerability } : {}),
    ...(ids.length === 0 ? {} : { ids: ids.map((id) => ({ system_name: systemOf(id), text: id })) }),
    notes: [{ category: 'summary', text: `Decisions about ${vulnerability}.`, title: vulnerability }],
    product_status: Object.fromEntries(
      [...statuses]
        .sort(([a], [b]) => compareText(a, b))
        .map(([status, group]) => [status, group.flatMap(({ ids }) => ids).sort()]),
    ),
    ...(flags.length === 0
      ? {}
      : {
          flags: flags.map(({ statement, ids }) => ({
            date: instantOf(statement.date),
            label: statement.justification,
            product_ids: ids,
          })),
        }),
    ...(impacts.length === 0
      ? {}
      : {
          threats: impacts.map(({ statement, ids }) => ({
            category: 'impact',
            date: instantOf(statement.date),
            details: withNote(statement.impact, statement),
            product_ids: ids,
          })),
        }),
    ...(remedies.length === 0
      ? {}
      : {
          remediations: remedies.map(({ statement, ids }) => ({
            category: remediationOf(statement.status, statement.exception?.reason),
            date: instantOf(statement.date),
            details: withNote(statement.action, statement),
            product_ids: ids,
          })),
        }),
  };
}

function remediationOf(status: VexStatus, reason: ExceptionReason | undefined): string {
  if (status === 'fixed') return 'vendor_fix';
  if (status === 'under_investigation') return 'none_available';
  return reason === undefined ? 'mitigation' : REMEDIATION[reason];
}

function systemOf(id: string): string {
  return id.startsWith('GHSA-') ? 'GitHub Security Advisory' : 'Advisory';
}
