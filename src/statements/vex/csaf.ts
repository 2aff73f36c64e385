// CSAF 2.0, profile VEX (OASIS CSAF v2.0 sections 3.2 and 4.5): writes statements. Each package in an image is a product of its own, by a relationship.
import { compareText } from '../../platform/order.ts';
import { type CsafPart, type CsafProduct, csafHead, csafText, csafTree } from './csaf-document.ts';
import { csafVulnerability } from './csaf-vulnerability.ts';
import { documentDigits, type VexIssue } from './document.ts';
import type { VexEntry } from './entries.ts';
import { imagePurl } from './product.ts';

/** The document of statements as text, of at least one entry. */
export function writeCsaf(entries: readonly VexEntry[], issue: VexIssue): string {
  const { images, packages, parts } = productsOf(entries);
  const idOf = (image: string, purl: string): string => parts.get(partKey(image, purl))?.id ?? '';
  return csafText({
    document: csafHead({
      category: 'csaf_vex',
      title: `Vulnerability exploitability of ${issue.title}`,
      id: `plimsoll-vex-${documentDigits(entries, issue).slice(0, 16)}`,
      publisher: { category: 'vendor', name: issue.issuer, namespace: issue.namespace },
      date: issue.date,
      status: 'final',
      tlp: 'WHITE',
      tool: issue.tool,
    }),
    product_tree: csafTree([...images, ...packages], [...parts.values()]),
    vulnerabilities: [...Map.groupBy(entries, ({ vulnerability }) => vulnerability)]
      .sort(([a], [b]) => compareText(a, b))
      .map(([vulnerability, group]) =>
        csafVulnerability(
          {
            vulnerability,
            aliases: [...new Set(group.flatMap(({ aliases }) => aliases))].sort(),
            summary: `Decisions about ${vulnerability}.`,
          },
          group.map(({ word, images: within }) => ({
            word,
            products: within.flatMap((image) => image.packages.map((purl) => idOf(imagePurl(image), purl))).sort(),
          })),
        ),
      ),
  });
}

/** Every image, every package, and every package in an image, with ids that are short and the same for equal documents. */
function productsOf(entries: readonly VexEntry[]): {
  readonly images: readonly CsafProduct[];
  readonly packages: readonly CsafProduct[];
  readonly parts: ReadonlyMap<string, CsafPart>;
} {
  const pairs = new Map(
    entries
      .flatMap(({ images }) => images)
      .flatMap((one) => one.packages.map((purl) => [imagePurl(one), purl] as const))
      .map(([image, purl]) => [partKey(image, purl), { image, purl }]),
  );
  const images = numbered(
    'I',
    [...pairs.values()].map(({ image }) => image),
  );
  const packages = numbered(
    'C',
    [...pairs.values()].map(({ purl }) => purl),
  );
  const parts = new Map<string, CsafPart>();
  for (const [key, pair] of [...pairs].sort(([a], [b]) => compareText(a, b))) {
    const [image, inside] = [images.get(pair.image), packages.get(pair.purl)];
    if (image === undefined || inside === undefined) continue;
    const name = `${inside.name} in ${image.name}`;
    parts.set(key, { id: `P${parts.size + 1}`, name, package: inside, image });
  }
  return { images: [...images.values()], packages: [...packages.values()], parts };
}

function numbered(letter: string, purls: readonly string[]): ReadonlyMap<string, CsafProduct> {
  const sorted = [...new Set(purls)].sort();
  return new Map(sorted.map((purl, index) => [purl, { id: `${letter}${index + 1}`, name: purl, purl }]));
}

function partKey(image: string, purl: string): string {
  return `${image}\0${purl}`;
}
