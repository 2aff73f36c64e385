// Whether a new tag names new content: an image of one repository whose tag is another than in the release before, and whose digest is the same.
import { z } from 'zod';
import { splitLogical } from '../../../scan/release/logical.ts';
import { checkTemplate, type HygieneImage, type Judgement } from '../check.ts';
import { notSeen, ownDigest } from '../release-view.ts';

/** Speaks of the images whose tag is new. */
export const digestReused = checkTemplate(
  'digest-reused',
  z.strictObject({}),
  ({ release, since }) => newTags(release.images, since?.images ?? []),
  {
    comparesReleases: true,
  },
);

function newTags(images: readonly HygieneImage[], before: readonly HygieneImage[]): readonly Judgement[] {
  const known = new Set(before.map(({ image }) => image.logical));
  const byRepository = Map.groupBy(before, ({ image }) => splitLogical(image.logical).repository);
  return images.flatMap((image): readonly Judgement[] => {
    const subject = image.image.logical;
    const digest = ownDigest(image);
    const earlier = byRepository.get(splitLogical(subject).repository);
    if (known.has(subject) || earlier === undefined) return [];
    if (digest === undefined) return [{ subject, ...notSeen(image) }];
    const same = earlier.find((one) => ownDigest(one) === digest);
    if (same === undefined)
      return [{ subject, verdict: 'pass', evidence: [digest], reason: 'a new tag for new content' }];
    return [
      {
        subject,
        verdict: 'fail',
        evidence: [`before: ${same.image.logical}`, digest],
        reason: `a new tag for the image that was shipped as ${same.image.logical}: whatever the tag promises was in it before`,
      },
    ];
  });
}
