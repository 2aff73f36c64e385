// The two sides of a comparison, each evaluated again with today's program: its assessment, and what its advisory set says of any image.
import type { Digest } from '../../platform/canonical.ts';
import type { AdvisorySet } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { reassess } from '../../scan/assess/reassess.ts';
import { SEVERITY_POLICIES, type SeverityPolicy } from '../../scan/assess/severity.ts';
import { importedFrom } from '../../scan/import/import-assessment.ts';
import type { Package } from '../../scan/inventory/package.ts';
import { type Contents, type SetView, viewOfFindings, viewOfSet } from './set-view.ts';

/** An assessment to compare, and the set that it was made with where that is at hand. */
export interface ComparisonInput {
  readonly assessment: Assessment;
  readonly set?: AdvisorySet;
  /** Where it is not: other assessments that were made with it under the same severity policy. */
  readonly alsoJudged?: readonly Assessment[];
}

/** A side, ready for mixtures. */
export interface Side {
  /** As it was published. */
  readonly published: Assessment;
  /** By today's program where its set is at hand, else as published. */
  readonly assessment: Assessment;
  /** Whether it was evaluated again. */
  readonly evaluated: boolean;
  readonly policy: SeverityPolicy;
  /** The other scanner whose results these are; absent for our own. */
  readonly importedFrom?: string;
  readonly view: SetView;
}

/** Both sides and the contents of all images that were read. */
export interface Sides {
  readonly a: Side;
  readonly b: Side;
  readonly contents: ReadonlyMap<Digest, Contents>;
  /** The package of an image; undefined when there is none with this purl. */
  packageOf(image: Digest, purl: string): Package | undefined;
  /** Images that both sides have, read by different cataloguers, of a side that could not be evaluated again. */
  readonly differentMethod: ReadonlySet<Digest>;
  /** Whether other cataloguers read the one image than the other. */
  readUnlike(image: Digest, other: Digest): boolean;
}

/** Evaluates both sides again, with one inventory an image: that of the newer cataloguers. */
export function prepareSides(fromInput: ComparisonInput, toInput: ComparisonInput): Sides {
  const [a, b] = sharingSet(fromInput, toInput);
  const readA = cataloguersByImage(a.assessment);
  const readB = cataloguersByImage(b.assessment);
  const unlike = [...readA].filter(([image, read]) => readB.has(image) && readB.get(image) !== read);
  const takenFromA = new Set(unlike.filter(([image, read]) => read > (readB.get(image) ?? '')).map(([image]) => image));
  const takenFromB = new Set(unlike.map(([image]) => image).filter((image) => !takenFromA.has(image)));
  const currentA = evaluatedAgain(a, b.assessment, takenFromB);
  const currentB = evaluatedAgain(b, a.assessment, takenFromA);
  const contents = new Map([
    ...contentsByImage(currentA ?? a.assessment),
    ...contentsByImage(currentB ?? b.assessment),
  ]);
  const all = [...contents.values()];
  const evaluated = [currentA ?? a.assessment, currentB ?? b.assessment] as const;
  const readBy = new Map(evaluated.flatMap((side) => [...cataloguersByImage(side)]));
  const told = hasSameSet(a, b) && policyOf(a.assessment) === policyOf(b.assessment) ? evaluated : undefined;
  return {
    a: sideOf(a, currentA, all, told ?? [evaluated[0]]),
    b: sideOf(b, currentB, all, told ?? [evaluated[1]]),
    contents,
    packageOf: packageLookUp(contents),
    differentMethod: new Set([
      ...(currentA === undefined ? takenFromB : []),
      ...(currentB === undefined ? takenFromA : []),
    ]),
    readUnlike: (image, other) => readBy.get(image) !== readBy.get(other),
  };
}

/** Whether both were judged by one set: then what one side tells of it holds for the other. */
function hasSameSet(a: ComparisonInput, b: ComparisonInput): boolean {
  return a.assessment.advisorySet.id === b.assessment.advisorySet.id;
}

function sharingSet(a: ComparisonInput, b: ComparisonInput): readonly [ComparisonInput, ComparisonInput] {
  const set = hasSameSet(a, b) ? (a.set ?? b.set) : undefined;
  return set === undefined
    ? [a, b]
    : [
        { ...a, set },
        { ...b, set },
      ];
}

/** `told` are the assessments that the side's set made, for when it is not at hand. */
function sideOf(
  { assessment, set, alsoJudged = [] }: ComparisonInput,
  current: Assessment | undefined,
  all: readonly Contents[],
  told: readonly Assessment[],
): Side {
  const judged = [...told, ...alsoJudged];
  const scanner = importedFrom(assessment);
  return {
    published: assessment,
    assessment: current ?? assessment,
    evaluated: current !== undefined,
    policy: policyOf(assessment),
    ...(scanner === undefined ? {} : { importedFrom: scanner }),
    view:
      set === undefined
        ? viewOfFindings(
            judged.flatMap(({ findings }) => findings),
            judged.flatMap(({ packages }) => packages),
            policyOf(assessment),
          )
        : viewOfSet(set, all, current && { assessment: current, policy: policyOf(assessment) }),
  };
}

/** Undefined when the set is not at hand, or the results are another scanner's. */
function evaluatedAgain(
  { assessment, set }: ComparisonInput,
  other: Assessment,
  taken: ReadonlySet<Digest>,
): Assessment | undefined {
  if (set === undefined || importedFrom(assessment) !== undefined) return undefined;
  return reassess(withInventoriesOf(assessment, other, taken), {
    set,
    asOf: assessment.asOf,
    severityPolicy: policyOf(assessment),
  });
}

/** The assessment with some images' inventories taken from the other. */
function withInventoriesOf(assessment: Assessment, other: Assessment, taken: ReadonlySet<Digest>): Assessment {
  if (taken.size === 0) return assessment;
  const kept = <T>(own: readonly T[], others: readonly T[], imageOf: (value: T) => Digest): readonly T[] => [
    ...own.filter((value) => !taken.has(imageOf(value))),
    ...others.filter((value) => taken.has(imageOf(value))),
  ];
  return {
    ...assessment,
    inventories: kept(assessment.inventories, other.inventories, ({ digest }) => digest),
    packages: kept(assessment.packages, other.packages, ({ image }) => image),
  };
}

function contentsByImage({ images, inventories, packages }: Assessment): ReadonlyMap<Digest, Contents> {
  const byImage = new Map<Digest, Package[]>();
  const platforms = new Map(inventories.map(({ digest, platform }) => [digest, platform]));
  for (const { digest } of images) if (digest !== undefined) byImage.set(digest, []);
  for (const installed of packages) byImage.get(installed.image)?.push(installed);
  return new Map(
    [...byImage].map(([image, packages]) => {
      const platform = platforms.get(image);
      return [image, { image, ...(platform === undefined ? {} : { platform }), packages }];
    }),
  );
}

function packageLookUp(contents: ReadonlyMap<Digest, Contents>): Sides['packageOf'] {
  const indexes = new Map<Digest, ReadonlyMap<string, Package>>();
  return (image, purl) => {
    const packages = contents.get(image)?.packages ?? [];
    const index = indexes.get(image) ?? new Map(packages.map((installed) => [installed.purl, installed]));
    indexes.set(image, index);
    return index.get(purl);
  };
}

/** Cataloguers by image, as text that rises with their versions. */
function cataloguersByImage({ inventories }: Assessment): ReadonlyMap<Digest, string> {
  return new Map(
    inventories.map(({ digest, cataloguers }) => [
      digest,
      cataloguers.map((name) => name.replace(/\d+$/, (version) => version.padStart(6, '0'))).join(' '),
    ]),
  );
}

function policyOf({ severityPolicy }: Assessment): SeverityPolicy {
  return SEVERITY_POLICIES.find((policy) => policy === severityPolicy) ?? SEVERITY_POLICIES[0];
}
