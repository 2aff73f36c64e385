// CSAF 2.0 documents of the profile VEX: reads decisions. Source: OASIS CSAF v2.0 sections 3.2.2 (product tree), 3.2.3 (vulnerabilities), 4.5.
import { z } from 'zod';
import { ParseError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { JUSTIFICATIONS, type Statement, type VexStatus } from '../statement.ts';
import { instant, nameOf, productBound, type ReadDecision, statementsOf, type VexReadOptions } from './document.ts';
import { readNote } from './note.ts';

const ids = z.array(z.string()).default([]);
const product = z.object({
  product_id: z.string(),
  name: z.string(),
  product_identification_helper: z.object({ purl: z.string().exactOptional() }).exactOptional(),
});
const detail = z.object({ details: z.string(), product_ids: ids, group_ids: ids, date: z.string().exactOptional() });
const csaf = z.object({
  document: z.object({
    publisher: z.object({ name: z.string(), namespace: z.string() }),
    tracking: z.object({ current_release_date: z.string() }),
  }),
  product_tree: z
    .object({
      branches: z.array(z.unknown()).default([]),
      full_product_names: z.array(product).default([]),
      product_groups: z.array(z.object({ group_id: z.string(), product_ids: ids })).default([]),
      relationships: z
        .array(
          z.object({
            product_reference: z.string(),
            relates_to_product_reference: z.string(),
            full_product_name: product,
          }),
        )
        .default([]),
    })
    .default({ branches: [], full_product_names: [], product_groups: [], relationships: [] }),
  vulnerabilities: z
    .array(
      z.object({
        cve: z.string().exactOptional(),
        ids: z.array(z.object({ text: z.string() })).default([]),
        product_status: z.partialRecord(z.string(), z.array(z.string())).default({}),
        flags: z
          .array(z.object({ label: z.string(), date: z.string().exactOptional(), product_ids: ids, group_ids: ids }))
          .default([]),
        threats: z.array(detail.extend({ category: z.string() })).default([]),
        remediations: z.array(detail.extend({ category: z.string() })).default([]),
      }),
    )
    .default([]),
});
type Csaf = z.output<typeof csaf>;
type Tree = Csaf['product_tree'];
type Vulnerability = Csaf['vulnerabilities'][number];

/** Section 3.2.3.9; `recommended` is advice and no status. */
const STATUS: Readonly<Record<string, VexStatus>> = {
  first_affected: 'affected',
  known_affected: 'affected',
  last_affected: 'affected',
  first_fixed: 'fixed',
  fixed: 'fixed',
  known_not_affected: 'not_affected',
  under_investigation: 'under_investigation',
};

/** Statements of a document. The issuer is the publisher's namespace, which CSAF requires to be a URI of its own. @throws ParseError */
export function readCsaf(document: unknown, options: VexReadOptions): readonly Statement[] {
  const result = csaf.safeParse(document);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new ParseError(
      `${options.file}: CSAF: ${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'is not valid'}`,
    );
  }
  const { product_tree: tree, vulnerabilities, document: head } = result.data;
  const targets = targetsOf(tree, options.file);
  const groups = new Map(tree.product_groups.map(({ group_id: id, product_ids: members }) => [id, members]));
  const released = instant(head.tracking.current_release_date);
  const bound = productBound(options.file);
  const decisions = vulnerabilities.flatMap((one) => decisionsOf(one, targets, groups, released, bound));
  return statementsOf(decisions, head.publisher.namespace, options);
}

interface Target {
  readonly id: string;
  readonly packages: readonly string[];
}

function decisionsOf(
  vulnerability: Vulnerability,
  targets: ReadonlyMap<string, Target>,
  groups: ReadonlyMap<string, readonly string[]>,
  released: string,
  bound: (more: number) => void,
): readonly ReadDecision[] {
  const names = [
    ...(vulnerability.cve === undefined ? [] : [vulnerability.cve]),
    ...vulnerability.ids.map(({ text }) => text),
  ];
  const name = nameOf(names);
  if (name === undefined) return [];
  const index = <T extends { readonly product_ids: readonly string[]; readonly group_ids: readonly string[] }>(
    rows: readonly T[],
  ): ReadonlyMap<string, T> =>
    new Map(
      rows.flatMap((row) => {
        const lists = [row.product_ids, ...row.group_ids.flatMap((id) => [groups.get(id) ?? []])];
        return lists.flatMap((list) => {
          bound(list.length);
          return list.map((id) => [id, row] as const);
        });
      }),
    );
  const flags = index(vulnerability.flags);
  const impacts = index(vulnerability.threats.filter(({ category }) => category === 'impact'));
  const remedies = index(vulnerability.remediations);
  return Object.entries(vulnerability.product_status).flatMap(([word, products = []]) => {
    const status = STATUS[word];
    if (status === undefined) return [];
    return products.map((id): ReadDecision => {
      const flag = flags.get(id);
      const said = status === 'not_affected' ? impacts.get(id) : remedies.get(id);
      const note = readNote(said?.details);
      const justification = JUSTIFICATIONS.find((known) => known === flag?.label);
      const date = said?.date ?? flag?.date;
      return {
        vulnerability: name,
        status,
        ...(justification === undefined ? {} : { justification }),
        ...(status === 'not_affected' && note.text !== undefined ? { impact: note.text } : {}),
        ...(status === 'affected' && note.text !== undefined ? { action: note.text } : {}),
        note,
        at: date === undefined ? released : instant(date),
        products: [targets.get(id) ?? { id, packages: [] }],
      };
    });
  });
}

/** What each product id names: a package URL where it has one, else its name; a relationship is one product in another. */
function targetsOf(tree: Tree, file: string): ReadonlyMap<string, Target> {
  const named = new Map<string, string>();
  const put = ({ product_id: id, name, product_identification_helper: helper }: z.output<typeof product>): void => {
    named.set(id, helper?.purl ?? name);
  };
  for (const one of [...tree.full_product_names, ...branchProducts(tree.branches, file)]) put(one);
  const targets = new Map<string, Target>([...named].map(([id, name]) => [id, { id: name, packages: [] }]));
  for (const {
    product_reference: part,
    relates_to_product_reference: whole,
    full_product_name: both,
  } of tree.relationships) {
    const packages = named.get(part);
    const id = named.get(whole);
    const purl = both.product_identification_helper?.purl;
    if (packages !== undefined && id !== undefined && /^pkg:(?:oci|docker)\//.test(id)) {
      targets.set(both.product_id, { id, packages: [packages] });
    } else targets.set(both.product_id, { id: purl ?? both.name, packages: [] });
  }
  return targets;
}

/** Products at the ends of branches, which nest. @throws ParseError, LimitError by depth */
function branchProducts(branches: readonly unknown[], file: string): readonly z.output<typeof product>[] {
  const branch = z.object({ product: product.exactOptional(), branches: z.array(z.unknown()).default([]) });
  const found: z.output<typeof product>[] = [];
  let level = branches;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > LIMITS.yamlDepth)
      throw new ParseError(`${file}: CSAF: branches nested more than ${LIMITS.yamlDepth} levels`);
    const next: unknown[] = [];
    for (const one of level) {
      const read = branch.safeParse(one);
      if (!read.success)
        throw new ParseError(
          `${file}: CSAF: product_tree.branches: ${read.error.issues[0]?.message ?? 'is not valid'}`,
        );
      if (read.data.product !== undefined) found.push(read.data.product);
      for (const child of read.data.branches) next.push(child);
    }
    level = next;
  }
  return found;
}
