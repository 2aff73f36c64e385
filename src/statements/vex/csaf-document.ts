// The parts that every CSAF document of ours has: what it says about itself, and its products. OASIS CSAF 2.0, 3.2.1 (document), 3.1.2 (full product
// names), 3.2.2 (product tree).
import { canonicalJson } from '../../platform/canonical.ts';
import { jsonText } from '../../platform/json-text.ts';
import { instantOf } from '../day.ts';

/** Labels of the Traffic Light Protocol 1.0 that CSAF 2.0 knows, of those that are given out. */
export type TlpLabel = 'WHITE' | 'AMBER' | 'RED';

/** What a document says about itself. */
export interface CsafHead {
  /** The profile, section 4. */
  readonly category: string;
  readonly title: string;
  /** Within what its issuer publishes. */
  readonly id: string;
  readonly publisher: {
    readonly category: 'vendor' | 'other';
    readonly name: string;
    readonly namespace: string;
    readonly contact?: string;
  };
  /** ISO date that stands for the time of the document. */
  readonly date: string;
  readonly status: 'draft' | 'final';
  /** Absent in what was not given out for anybody. */
  readonly tlp?: TlpLabel;
  readonly notes?: readonly object[];
  readonly references?: readonly object[];
  /** Of the one revision there is. */
  readonly revision?: string;
  readonly tool: { readonly name: string; readonly version: string };
}

/** The member `document`. A draft has the version 0, section 3.2.1.12.7. */
export function csafHead(head: CsafHead): object {
  const { category, title, id, publisher, status, tlp, notes, references, revision = 'First version.', tool } = head;
  const date = instantOf(head.date);
  const version = status === 'draft' ? '0' : '1';
  return {
    category,
    csaf_version: '2.0',
    ...(tlp === undefined ? {} : { distribution: { tlp: { label: tlp } } }),
    lang: 'en',
    ...(notes === undefined ? {} : { notes }),
    publisher: {
      category: publisher.category,
      ...(publisher.contact === undefined ? {} : { contact_details: publisher.contact }),
      name: publisher.name,
      namespace: publisher.namespace,
    },
    ...(references === undefined ? {} : { references }),
    title,
    tracking: {
      current_release_date: date,
      generator: { date, engine: { name: tool.name, version: tool.version } },
      id,
      initial_release_date: date,
      revision_history: [{ date, number: version, summary: revision }],
      status,
      version,
    },
  };
}

/** A product: an image or a package. */
export interface CsafProduct {
  readonly id: string;
  readonly name: string;
  readonly purl?: string;
}

/** A package as part of an image. */
export interface CsafPart extends CsafProduct {
  readonly package: CsafProduct;
  readonly image: CsafProduct;
}

/** A package URL that the document's schema takes: it demands a name behind the type, and no space. */
const PURL = /^pkg:[A-Za-z.\-+][A-Za-z0-9.\-+]*\/\S+$/;

/** The member `product_tree`. Relationships are of the category `default_component_of`. */
export function csafTree(products: readonly CsafProduct[], parts: readonly CsafPart[] = []): object {
  return {
    full_product_names: products.map(namedProduct),
    ...(parts.length === 0
      ? {}
      : {
          relationships: parts.map((part) => ({
            category: 'default_component_of',
            full_product_name: namedProduct(part),
            product_reference: part.package.id,
            relates_to_product_reference: part.image.id,
          })),
        }),
  };
}

function namedProduct({ id, name, purl }: CsafProduct): object {
  return {
    name,
    product_id: id,
    ...(purl !== undefined && PURL.test(purl) ? { product_identification_helper: { purl } } : {}),
  };
}

/** A document as text, members sorted by name as test 6.2.13 asks, ended by a line feed. */
export function csafText(document: object): string {
  return `${jsonText(JSON.parse(canonicalJson(document)))}\n`;
}
