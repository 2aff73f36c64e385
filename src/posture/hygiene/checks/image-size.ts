// Whether an image is much larger than others of its kind: what a service does not need has vulnerabilities all the same.
import { z } from 'zod';
import { checkTemplate, type HygieneImage } from '../check.ts';
import { type ImageJudgement, judgeTraits } from '../release-view.ts';

/** Fewer images of a kind have no median worth the name. */
const FEWEST = 3;

/** `factor`: how many times the median of the images on the same distribution an image may have, in unpacked bytes and in packages. */
export const imageSize = checkTemplate(
  'image-size',
  z.strictObject({ factor: z.number().min(1) }),
  (input, { factor }) => {
    const kinds = Map.groupBy(distinct(input.release.images), kindOf);
    const usual = new Map(
      [...kinds].map(([kind, images]) => [
        kind,
        {
          images: images.length,
          bytes: median(images.flatMap((one) => bytesOf(one) ?? [])),
          packages: median(images.map(({ packages }) => packages.length)),
        },
      ]),
    );
    return judgeTraits(input, (_traits, image): ImageJudgement => {
      const kind = kindOf(image);
      const { images = 0, bytes = 0, packages = 0 } = usual.get(kind) ?? {};
      const own = { bytes: bytesOf(image) ?? 0, packages: image.packages.length };
      const evidence = [
        `${megabytes(own.bytes)} MB, ${own.packages} packages`,
        `median of ${images} on ${kind}: ${megabytes(bytes)} MB, ${packages} packages`,
      ];
      if (images < FEWEST)
        return { verdict: 'not-applicable', evidence, reason: `too few images are on ${kind} to tell what is usual` };
      const large = own.bytes > factor * bytes;
      const many = own.packages > factor * packages && packages > 0;
      if (!large && !many)
        return { verdict: 'pass', evidence, reason: `not more than ${factor} times the median of its kind` };
      const what = [
        ...(large ? [`${megabytes(own.bytes)} MB where ${megabytes(bytes)} MB is usual`] : []),
        ...(many ? [`${own.packages} packages where ${packages} are usual`] : []),
      ];
      return { verdict: 'fail', evidence, reason: `${what.join(', ')} for ${kind}` };
    });
  },
);

/** References that meet in one image are one image. */
function distinct(images: readonly HygieneImage[]): readonly HygieneImage[] {
  return [
    ...new Map(
      images.flatMap((one) => (one.inventory?.traits === undefined ? [] : [[one.inventory.digest, one] as const])),
    ).values(),
  ];
}

function kindOf({ image: { os } }: HygieneImage): string {
  return os?.id ?? 'no distribution';
}

function bytesOf({ inventory }: HygieneImage): number | undefined {
  return inventory?.traits?.layerBytes.reduce((sum, bytes) => sum + bytes, 0);
}

/** The lower of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function megabytes(bytes: number): string {
  const rounded = bytes / 1e6;
  return rounded < 10 ? rounded.toFixed(1) : String(Math.round(rounded));
}
