// Whether a tag says which build it is: a whole version. `latest`, `3`, `v1`, `11-jre-slim`, a branch or a hash can name anything, and do so later.
import { z } from 'zod';
import { splitLogical } from '../../../scan/release/logical.ts';
import { checkTemplate, type Judgement } from '../check.ts';
import { whyOpaque } from './forms.ts';

/** `numbers`: how many numbers a whole version has. */
export const tagOpaque = checkTemplate(
  'tag-opaque',
  z.strictObject({ numbers: z.number().int().min(1).max(4) }),
  ({ release }, { numbers }) =>
    release.images.map(({ image }): Judgement => {
      const { tag, digest } = splitLogical(image.logical);
      const about = { subject: image.logical, evidence: [] };
      if (digest !== undefined) return { ...about, verdict: 'pass', reason: 'the reference has a digest' };
      const reason = whyOpaque(tag, numbers);
      return reason === undefined
        ? { ...about, verdict: 'pass', reason: 'the tag is a whole version' }
        : { ...about, verdict: 'fail', reason };
    }),
);
