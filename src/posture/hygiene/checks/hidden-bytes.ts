// Whether an image carries much that its own later layers delete or replace (OCI image-spec layer.md): a package cache that is removed in the next step
// of a build is pulled by every node all the same.
import { z } from 'zod';
import { checkTemplate } from '../check.ts';
import { type ImageJudgement, judgeTraits } from '../release-view.ts';

/** Both bounds must be passed: `bytes` that nobody sees, and their share of all bytes in `percent`. */
export const hiddenBytes = checkTemplate(
  'hidden-bytes',
  z.strictObject({ bytes: z.number().int().min(0), percent: z.number().min(0).max(100) }),
  (input, { bytes, percent }) =>
    judgeTraits(input, ({ layerBytes }, { inventory: { digest } }): ImageJudgement => {
      if (layerBytes.length < 2) return { verdict: 'pass', evidence: [], reason: 'the image is of one layer' };
      const hidden = input.hiddenBytes?.get(digest);
      if (hidden === undefined) {
        return {
          verdict: 'no-evidence',
          evidence: [],
          reason: 'the store has not all layers of the image: scan it with this store',
        };
      }
      const all = layerBytes.reduce((sum, one) => sum + one, 0);
      const share = all === 0 ? 0 : (hidden / all) * 100;
      const reason = `${(hidden / 1e6).toFixed(1)} MB, ${share.toFixed(1)} % of its layers, are deleted or replaced by later ones`;
      return {
        verdict: hidden > bytes && share > percent ? 'fail' : 'pass',
        evidence: [`${hidden} of ${all} bytes`],
        reason,
      };
    }),
);
