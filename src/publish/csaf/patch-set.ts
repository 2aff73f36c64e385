// A patch set as a CSAF security advisory: the old images as affected, the new ones as fixed, the way from one to the other as the remediation.
// OASIS CSAF 2.0, sections 3.2.2 (product tree), 3.2.3.12 (remediations), 4.4 (profile security advisory).
import { compareText } from '../../platform/order.ts';
import type { PatchFinding, PatchFindings } from '../../respond/patch-set/findings.ts';
import type { PatchImage, PatchSet, PatchSide } from '../../respond/patch-set/patch-set.ts';
import { RESTART_CATEGORIES } from '../../respond/patch-set/restart.ts';
import { type CsafProduct, csafHead, csafText, csafTree } from '../../statements/vex/csaf-document.ts';
import { csafSubject } from '../../statements/vex/csaf-vulnerability.ts';
import { imagePurl } from '../../statements/vex/product.ts';
import { type Publisher, UNNAMED_PUBLISHER } from '../document-facts.ts';
import { TOOL } from '../tool.ts';

/** The products of one image: its id before and after. */
interface Products {
  readonly image: PatchImage;
  readonly from?: string;
  readonly to?: string;
}

/** The document, ended by a line feed. Without a publisher it is a draft; without any vulnerability it is of the base profile, which demands none. */
export function patchSetCsaf(set: PatchSet, publisher?: Publisher): string {
  const products = productsOf(set.images);
  const vulnerabilities = vulnerabilitiesOf(set, products);
  return csafText({
    document: csafHead({
      category: vulnerabilities.length === 0 ? 'csaf_base' : 'csaf_security_advisory',
      title: set.title,
      id: set.id,
      publisher: { ...(publisher ?? UNNAMED_PUBLISHER), category: publisher === undefined ? 'other' : 'vendor' },
      date: set.to.asOf,
      status: publisher === undefined ? 'draft' : 'final',
      notes: notesOf(set),
      tool: TOOL,
    }),
    ...(vulnerabilities.length === 0 ? {} : { product_tree: treeOf(products), vulnerabilities }),
  });
}

function notesOf({ findings, images, notes, preconditions, tests }: PatchSet): readonly object[] {
  const counts = `${findings.closed.length} vulnerabilities closed, ${findings.left.length} left, ${findings.introduced.length} introduced`;
  const details = [
    ['Preconditions', preconditions],
    ['Tests before', tests.before],
    ['Steps', notes.steps],
    ['Tests after', tests.after],
    ['Back out', notes.backOutSteps],
  ] as const;
  return [
    { category: 'summary', title: 'What this patch set does', text: `${images.length} images change: ${counts}.` },
    ...details
      .filter(([, lines]) => lines.length > 0)
      .map(([title, lines]) => ({ category: 'details', title, text: lines.join('\n') })),
    ...(notes.supersedes === undefined
      ? []
      : [{ category: 'general', title: 'Takes the place of', text: notes.supersedes }]),
  ];
}

function productsOf(images: readonly PatchImage[]): ReadonlyMap<string, Products> {
  return new Map(
    images.map((image, at) => [
      image.slot,
      {
        image,
        ...(image.from === undefined ? {} : { from: `I${at + 1}-old` }),
        ...(image.to === undefined ? {} : { to: `I${at + 1}-new` }),
      },
    ]),
  );
}

function treeOf(products: ReadonlyMap<string, Products>): object {
  const named = [...products.values()].flatMap(({ image, from, to }) => [
    ...(from === undefined || image.from === undefined ? [] : [product(from, image.slot, 'before', image.from)]),
    ...(to === undefined || image.to === undefined ? [] : [product(to, image.slot, 'after', image.to)]),
  ]);
  return csafTree(named);
}

function product(id: string, slot: string, when: string, { logical, digest }: PatchSide): CsafProduct {
  return { id, name: `${slot} ${when}, ${digest}`, purl: imagePurl({ logical, digest }) };
}

/** What is only withdrawn is no vulnerability of any product here. */
const FATES = [
  'closed',
  'left',
  'introduced',
  'newlyKnown',
  'undecided',
] as const satisfies readonly (keyof PatchFindings)[];

/** An entry a vulnerability, sorted by id; one may be closed in some images and left in others. */
function vulnerabilitiesOf(
  { findings, restarts }: PatchSet,
  products: ReadonlyMap<string, Products>,
): readonly object[] {
  const all = FATES.flatMap((fate) => findings[fate].map((finding) => ({ fate, finding })));
  const restart = RESTART_CATEGORIES.findLast((category) => restarts.some((one) => one.category === category));
  return [...Map.groupBy(all, ({ finding }) => finding.vulnerability)]
    .sort(([a], [b]) => compareText(a, b))
    .map(([vulnerability, group]) => {
      const ids = (fates: readonly (keyof PatchFindings)[], side: 'from' | 'to') =>
        uniqueIds(
          group.filter(({ fate }) => fates.includes(fate)).map(({ finding }) => finding),
          side,
          products,
        );
      const fixed = ids(['closed'], 'to');
      // Of what is only not found any more, without a judgement, the later image is still under investigation.
      const open = ids(['undecided'], 'to');
      const patched = ids(['closed'], 'from');
      const remaining = [
        ...ids(['left', 'introduced', 'newlyKnown'], 'to'),
        ...ids(['left', 'newlyKnown', 'undecided'], 'from'),
      ].sort(compareText);
      const affected = [...new Set([...patched, ...remaining])].sort();
      const findingsOfIt = group.map(({ finding }) => finding);
      return {
        ...csafSubject({ vulnerability, aliases: [], summary: summaryOf(vulnerability, findingsOfIt) }),
        product_status: {
          ...(fixed.length === 0 ? {} : { fixed }),
          ...(affected.length === 0 ? {} : { known_affected: affected }),
          ...(open.length === 0 ? {} : { under_investigation: open }),
        },
        remediations: [
          ...(patched.length === 0
            ? []
            : [
                {
                  category: 'vendor_fix',
                  details: 'Apply this patch set: it replaces or removes these images.',
                  product_ids: patched,
                  ...(restart === undefined ? {} : { restart_required: { category: restart } }),
                },
              ]),
          ...(remaining.length === 0
            ? []
            : [
                {
                  category: 'none_available',
                  details: 'This patch set does not fix it in these images.',
                  product_ids: remaining,
                },
              ]),
        ],
      };
    });
}

function summaryOf(vulnerability: string, findings: readonly PatchFinding[]): string {
  const packages = [...new Set(findings.flatMap((finding) => finding.packages))].sort(compareText);
  const severities = [...new Set(findings.map(({ severity }) => severity))].sort(compareText);
  return `${vulnerability} in ${packages.join(', ')}; severity as assessed: ${severities.join(', ')}.`;
}

function uniqueIds(
  findings: readonly PatchFinding[],
  side: 'from' | 'to',
  products: ReadonlyMap<string, Products>,
): readonly string[] {
  const ids = findings.flatMap(({ slots }) => slots.flatMap((slot) => products.get(slot)?.[side] ?? []));
  return [...new Set(ids)].sort(compareText);
}
