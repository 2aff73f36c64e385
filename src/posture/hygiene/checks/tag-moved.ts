// Whether a tag names what it named in the release before. Two releases, by logical reference, tag and platform.
import { z } from 'zod';
import type { Digest } from '../../../platform/canonical.ts';
import { splitLogical } from '../../../scan/release/logical.ts';
import { checkTemplate, type HygieneImage, type Judgement } from '../check.ts';
import { ownDigest, placeOf } from '../release-view.ts';

/** Compares the digests behind each reference that both releases have. Only references with a tag and no digest can move. */
export const tagMoved = checkTemplate(
  'tag-moved',
  z.strictObject({}),
  ({ release, since }) => compareTags(release.images, since?.images ?? []),
  {
    comparesReleases: true,
  },
);

function compareTags(images: readonly HygieneImage[], before: readonly HygieneImage[]): readonly Judgement[] {
  const earlier = new Map(before.map((one) => [placeOf(one), one]));
  return images.flatMap((one): readonly Judgement[] => {
    const { image } = one;
    const old = earlier.get(placeOf(one));
    const { tag, digest: pinned } = splitLogical(image.logical);
    if (old === undefined || tag === undefined || pinned !== undefined) return [];
    const subject = image.logical;
    const [then, now] = digestsOf(old, one);
    if (then === undefined || now === undefined) {
      const which = ownDigest(one) === undefined ? 'the image' : 'the image of the release before';
      return [{ subject, verdict: 'no-evidence', evidence: [], reason: `${which} was not read` }];
    }
    if (then === now) {
      return [{ subject, verdict: 'pass', evidence: [now], reason: 'it names the same image in both releases' }];
    }
    return [
      {
        subject,
        verdict: 'fail',
        evidence: [`before: ${then}`, `now: ${now}`],
        reason: 'the same tag names another image than in the release before',
      },
    ];
  });
}

/** Of the images where both were read, else as both releases record them: a recorded digest can be that of an index, so one of each does not compare. */
function digestsOf(before: HygieneImage, now: HygieneImage): readonly [Digest | undefined, Digest | undefined] {
  const [then, today] = [ownDigest(before), ownDigest(now)];
  if (then !== undefined && today !== undefined) return [then, today];
  return [splitLogical(before.image.physical).digest, splitLogical(now.image.physical).digest];
}
