// Joins the inventories of a release with an advisory set under a severity policy at a date. Gives an Assessment: findings, gaps, identity.
// Rules: docs/guide/counting.md. Pure: equal inputs give equal bytes, in whatever order they come.
import { canonicalJson, type Digest, digestOf } from '../../platform/canonical.ts';
import { compareText } from '../../platform/order.ts';
import { asGiven, digestOfStatements, judgeOf, type StatementJudge } from '../../statements/judge.ts';
import { type Statement, statementText } from '../../statements/statement.ts';
import { type AdvisorySet, feedFacts, newestContent } from '../advisory/advisory.ts';
import { osNamespace } from '../inventory/os-release/namespace.ts';
import type { Package } from '../inventory/package.ts';
import type { Release } from '../release/release.ts';
import {
  type AssessedImage,
  type Assessment,
  type Finding,
  IMAGE_LABEL_PREFIXES,
  type InventoryIdentity,
} from './assessment.ts';
import type { Book } from './book.ts';
import {
  coverageGaps,
  emptyGaps,
  endOfLifeGaps,
  olderThanImageGaps,
  starterGaps,
  undatedGaps,
  undecidedGaps,
  uniqueGaps,
} from './gaps.ts';
import { beginJudging, type JudgedInventory } from './judge.ts';
import { type ImageToAssess, type InventoryToAssess, type PlacedImage, placeImages } from './placement.ts';
import type { SeverityPolicy } from './severity.ts';

/** What an assessment is made of. */
export interface AssessInput {
  readonly release: Pick<Release, 'name' | 'version' | 'target' | 'charts' | 'containers' | 'lint' | 'gaps'>;
  /** Those with equal reference and platform are one. */
  readonly images: readonly ImageToAssess[];
  /** One an image digest; more than the images need does no harm. */
  readonly inventories: readonly InventoryToAssess[];
  readonly set: AdvisorySet;
  readonly severityPolicy: SeverityPolicy;
  /** ISO date. */
  readonly asOf: string;
  /** Statements, in any order; none when absent. */
  readonly statements?: readonly Statement[];
}

/** Digest of the empty list of statements. */
export const NO_STATEMENTS: Digest = digestOfStatements([]);

/** An assessment with the book of what was judged, which makes the next judgement of the same packages cheap. */
export interface Assessed {
  readonly assessment: Assessment;
  readonly book: () => Book;
}

/** Assesses a release. */
export function assess(input: AssessInput): Assessment {
  return assessWithBook(input).assessment;
}

/** The same, helped by the book of an earlier assessment. The assessment does not depend on it. */
export function assessWithBook(input: AssessInput, earlier?: Book): Assessed {
  const { release, set, severityPolicy, asOf } = input;
  const given = asGiven(input.statements ?? []);
  const judgeStatements = judgeOf(given, { releaseVersion: release.version, asOf });
  const images = placeImages(input.images, input.inventories);
  const inventories = usedInventories(images);
  const judging = beginJudging(inventories, set, severityPolicy, earlier);
  const judged = new Map(inventories.map((inventory) => [inventory, judging.judge(inventory)]));
  const judgedIn = ({ inventory }: PlacedImage) => (inventory === undefined ? undefined : judged.get(inventory));
  const assessed = images.map((image) => assessedImage(image, judgedIn(image), set, asOf));

  const basis = {
    release: { name: release.name, version: release.version, target: release.target },
    charts: release.charts,
    ...(release.containers === undefined ? {} : { containers: release.containers }),
    lint: release.lint,
    severityPolicy,
    asOf,
    statements: digestOfStatements(given),
    inventories: inventories.map(identityOf),
  };
  const releaseGaps = uniqueGaps(release.gaps);
  const members = images.map(({ inventory: _, ...image }) => image);
  const assessment: Assessment = {
    id: digestOf(canonicalJson({ ...basis, advisorySet: set.id, images: members, gaps: releaseGaps })),
    ...basis,
    ...(given.length === 0 ? {} : { givenStatements: given }),
    advisorySet: quoted(set),
    images: assessed,
    packages: inventories.flatMap(({ image, packages }) => packages.map((installed) => inImage(installed, image))),
    findings: images.flatMap((image) =>
      (judgedIn(image)?.rows ?? []).map((row) => stated({ slot: image.slot, ...row }, image, judgeStatements)),
    ),
    gaps: uniqueGaps([
      ...releaseGaps,
      ...starterGaps(set),
      ...undatedGaps(namespacesOf(inventories), set),
      ...assessed.flatMap(({ gaps }) => gaps),
    ]),
  };
  return { assessment, book: judging.book };
}

/** The finding with the statement that applies to it. */
function stated(finding: Finding, image: PlacedImage, judge: StatementJudge): Finding {
  const statement = judge(finding, image);
  return statement === undefined ? finding : { ...finding, statement: statementText(statement) };
}

/** What the id of the set vouches for: equal ids, equal words. */
function quoted({ id, starter, feeds }: AdvisorySet): Assessment['advisorySet'] {
  const builtAt = newestContent(feeds);
  return { id, ...(builtAt === undefined ? {} : { builtAt }), starter, feeds: feedFacts(feeds) };
}

/** Packages of an assessment that is made again have their image already. */
function inImage(
  installed: Package & { readonly image?: Digest },
  image: Digest,
): Package & { readonly image: Digest } {
  return isIn(installed, image) ? installed : { ...installed, image };
}

function isIn(
  installed: Package & { readonly image?: Digest },
  image: Digest,
): installed is Package & { readonly image: Digest } {
  return installed.image === image;
}

/** The inventories of the images, one an image digest, sorted by it. */
function usedInventories(images: readonly PlacedImage[]): readonly InventoryToAssess[] {
  const used = new Map<Digest, InventoryToAssess>();
  for (const { inventory } of images) if (inventory !== undefined) used.set(inventory.image, inventory);
  return [...used.values()].sort((a, b) => compareText(a.image, b.image));
}

function assessedImage(
  placed: PlacedImage,
  judged: JudgedInventory | undefined,
  set: AdvisorySet,
  asOf: string,
): AssessedImage {
  const { inventory, gaps, ...image } = placed;
  if (inventory === undefined || judged === undefined) return { ...image, packages: 0, gaps };
  const { os, packages, config } = inventory;
  const namespace = os === undefined ? undefined : osNamespace(os);
  const endOfLife = namespace === undefined ? undefined : set.endOfLife(namespace)?.date;
  const counts = packagesByNamespace(packages);
  return {
    ...image,
    ...(os === undefined ? {} : { os: osOf(os, endOfLife) }),
    packages: packages.length,
    gaps: uniqueGaps([
      ...gaps,
      ...(namespace === undefined || endOfLife === undefined
        ? []
        : endOfLifeGaps(image.slot, namespace, endOfLife, asOf)),
      ...coverageGaps(image.slot, counts, set),
      ...olderThanImageGaps(image.slot, config.created, counts.keys(), set.feeds),
      ...emptyGaps(image.slot, packages, os),
      ...judged.undecided.flatMap((undecided) => undecidedGaps(image.slot, undecided)),
    ]),
  };
}

function osOf(os: { readonly id: string; readonly version?: string }, endOfLife: string | undefined) {
  return {
    id: os.id,
    ...(os.version === undefined ? {} : { version: os.version }),
    ...(endOfLife === undefined ? {} : { endOfLife }),
  };
}

/** Packages that are judged by their own namespace; '' where the distribution is not known. */
function packagesByNamespace(packages: readonly Package[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { namespace = '', ownedBy } of packages) {
    if (ownedBy === undefined) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  }
  return counts;
}

function namespacesOf(inventories: readonly InventoryToAssess[]): ReadonlySet<string> {
  return new Set(inventories.flatMap(({ packages }) => [...packagesByNamespace(packages).keys()]));
}

function identityOf(inventory: InventoryToAssess): InventoryIdentity {
  const { image, cataloguers, platform, config, os, layers, traits, secrets, gaps } = inventory;
  return {
    digest: image,
    cataloguers,
    platform,
    ...(config.created === undefined ? {} : { created: config.created }),
    ...(os === undefined ? {} : { os: osOf(os, undefined) }),
    ...(layers === undefined ? {} : { layers }),
    ...(config.labels === undefined ? {} : { labels: ownAccount(config.labels) }),
    ...(traits === undefined ? {} : { traits }),
    ...(secrets === undefined ? {} : { secrets }),
    gaps: uniqueGaps(gaps),
  };
}

/** The labels in which an image tells of its making; others hold anything, up to whole documents. */
function ownAccount(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const told = Object.entries(labels).filter(([name]) =>
    IMAGE_LABEL_PREFIXES.some((prefix) => name.startsWith(prefix)),
  );
  return Object.fromEntries(told.sort(([a], [b]) => compareText(a, b)));
}
