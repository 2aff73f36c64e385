// Where the images of a release were shipped: pins of the release and mirror rules of the configuration applied to each, no registry asked.
import { messageOf } from '../../platform/errors.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { type MappingRule, placeReference } from '../image/resolve.ts';
import { compareLint } from './assemble.ts';
import type { Release, ReleaseImage } from './release.ts';

/** The release with the physical reference of each image, or why the rules refuse it, which is lint too. Images on disk lie where they lie. */
export function shipRelease(release: Release, rules: readonly MappingRule[]): Release {
  const images = release.images.map((image) => (image.local === undefined ? shipped(image, rules) : image));
  return { ...release, images, lint: [...release.lint, ...images.flatMap(refusal)].sort(compareLint) };
}

function shipped(image: ReleaseImage, rules: readonly MappingRule[]): ReleaseImage {
  const { logical, physical: pin, ...rest } = image;
  try {
    return { logical, physical: placeReference(logical, pin, rules), ...rest };
  } catch (error) {
    return { logical, refused: messageOf(error), ...rest };
  }
}

function refusal({ logical, refused, sources }: ReleaseImage): readonly Verdict[] {
  if (refused === undefined) return [];
  return [
    {
      check: 'reference-refused',
      subject: logical,
      verdict: 'fail',
      evidence: sources.map((source) => `${source} ${logical}`),
      reason: refused,
      remediation: 'name the image by a reference that is shipped, or add a rule for it to release.mirrors',
    },
  ];
}
