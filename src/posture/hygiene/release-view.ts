// A release as checks see it: its images, each with its inventory and packages. Pure.
import type { Digest } from '../../platform/canonical.ts';
import type { Assessment, InventoryIdentity } from '../../scan/assess/assessment.ts';
import type { ImageTraits } from '../../scan/inventory/image-traits.ts';
import type { HygieneImage, HygieneInput, HygieneRelease, Judgement } from './check.ts';

/** The release of an assessment. */
export function hygieneRelease(assessment: Assessment): HygieneRelease {
  const inventories = new Map(assessment.inventories.map((inventory) => [inventory.digest, inventory]));
  const packages = Map.groupBy(assessment.packages, ({ image }) => image);
  return {
    assessment,
    images: assessment.images.map((image): HygieneImage => {
      const inventory = image.digest === undefined ? undefined : inventories.get(image.digest);
      return {
        image,
        ...(inventory === undefined ? {} : { inventory }),
        packages: inventory === undefined ? [] : (packages.get(inventory.digest) ?? []),
      };
    }),
  };
}

/** An image that was read. */
export type ReadImage = HygieneImage & { readonly inventory: InventoryIdentity };

/**
 * The digest of an image that was itself looked at. What a bill of materials describes goes under the digest of that document, which stands for its only
 * layer too; other scanners' results say nothing of layers.
 */
export function ownDigest({ image, inventory }: HygieneImage): Digest | undefined {
  const lowest = inventory?.layers?.[0];
  return lowest === undefined || lowest === image.digest ? undefined : image.digest;
}

/** Whether two images are one in two releases, or in one: reference and platform. */
export function placeOf({ image: { logical, platform } }: HygieneImage): string {
  return `${logical}|${platform}`;
}

/** What is said of an image, without its name. */
export type ImageJudgement = Omit<Judgement, 'subject'>;

/** Judges every image; of those that were not read nothing can be told. Undefined: the image is not asked. */
export function judgeImages(
  { release }: Pick<HygieneInput, 'release'>,
  judge: (image: ReadImage) => ImageJudgement | undefined,
): readonly Judgement[] {
  return release.images.flatMap((one): readonly Judgement[] => {
    const { inventory, image } = one;
    const subject = image.logical;
    if (inventory === undefined) return [{ subject, ...NOT_READ }];
    const judged = judge({ ...one, inventory });
    return judged === undefined ? [] : [{ subject, ...judged }];
  });
}

/** The same for what only reading the image itself tells: bills of materials and other scanners' results say nothing of it. */
export function judgeTraits(
  input: Pick<HygieneInput, 'release'>,
  judge: (traits: ImageTraits, image: ReadImage) => ImageJudgement | undefined,
): readonly Judgement[] {
  return judgeImages(input, (image) =>
    image.inventory.traits === undefined ? NO_TRAITS : judge(image.inventory.traits, image),
  );
}

/** What is said of an image that was not read. */
const NOT_READ: ImageJudgement = { verdict: 'no-evidence', evidence: [], reason: 'the image was not read' };

/** What checks that look at several images at once say of those that were not read. */
export function unreadImages({ images }: HygieneRelease): readonly Judgement[] {
  return images.flatMap(({ image, inventory }) =>
    inventory === undefined ? [{ subject: image.logical, ...NOT_READ }] : [],
  );
}

/** What is said of an image without a digest of its own. */
export function notSeen({ inventory }: HygieneImage): ImageJudgement {
  return inventory === undefined ? NOT_READ : NO_TRAITS;
}

const NO_TRAITS: ImageJudgement = {
  verdict: 'no-evidence',
  evidence: [],
  reason: 'the image itself was not looked at: scan it again with this version, not from a bill of materials',
};

/** Lines of evidence, at most so many of them, and how many more there are. */
export function listed(lines: readonly string[], most = 20): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most), `and ${lines.length - most} more`];
}
