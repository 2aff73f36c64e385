// Whether the distribution below an image is still kept: behind its end of life nobody fixes what is found in it.
import { z } from 'zod';
import { checkTemplate } from '../check.ts';
import { type ImageJudgement, judgeImages } from '../release-view.ts';

/** By the dates that the assessment has from its advisory set. */
export const endOfLife = checkTemplate('end-of-life', z.strictObject({}), (input) =>
  judgeImages(input, ({ image: { os } }): ImageJudgement => {
    if (os === undefined) return { verdict: 'not-applicable', evidence: [], reason: 'the image names no distribution' };
    const { asOf } = input.release.assessment;
    const name = `${os.id} ${os.version ?? ''}`.trim();
    const evidence = [name];
    if (os.endOfLife === undefined) {
      return { verdict: 'no-evidence', evidence, reason: `the advisory set knows no end of life of ${name}` };
    }
    if (asOf.slice(0, 10) <= os.endOfLife.slice(0, 10)) {
      return { verdict: 'pass', evidence, reason: `${name} is kept until ${os.endOfLife}` };
    }
    return { verdict: 'fail', evidence, reason: `${name} is past its end of life since ${os.endOfLife}` };
  }),
);
