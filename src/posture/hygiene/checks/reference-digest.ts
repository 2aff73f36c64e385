// Whether what is deployed is fixed: a chart or manifest that names an image by its tag alone starts whatever the tag names on that day.
import { z } from 'zod';
import { splitLogical } from '../../../scan/release/logical.ts';
import { checkTemplate, type Judgement } from '../check.ts';

/** Speaks of the images that charts use. Where a release has charts and nothing says which images they use, nothing can be told. */
export const referenceDigest = checkTemplate('reference-digest', z.strictObject({}), ({ release }) => {
  const isMapped = release.images.some(({ image }) => image.charts.length > 0);
  const unused: Omit<Judgement, 'subject'> =
    isMapped || release.assessment.charts.length === 0
      ? { verdict: 'not-applicable', evidence: [], reason: 'no chart of the release is known to use it' }
      : { verdict: 'no-evidence', evidence: [], reason: 'nothing says which images the charts of the release use' };
  return release.images.map(({ image: { logical, charts } }): Judgement => {
    if (charts.length === 0) return { subject: logical, ...unused };
    if (splitLogical(logical).digest !== undefined) {
      return { subject: logical, verdict: 'pass', evidence: charts, reason: 'its charts name it by digest' };
    }
    return { subject: logical, verdict: 'fail', evidence: charts, reason: 'its charts name it by tag alone' };
  });
});
