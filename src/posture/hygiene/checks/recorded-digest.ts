// Whether the digest that the release records is that of what it ships. An index digest in the records and the manifest of one platform in the
// delivery do not match, and whoever verifies finds neither (OCI image-spec image-index.md).
import { z } from 'zod';
import { splitLogical } from '../../../scan/release/logical.ts';
import { checkTemplate } from '../check.ts';
import { judgeImages, notSeen, ownDigest } from '../release-view.ts';

/** Compares the digest of the physical reference with that of the image, and of the index that it was chosen from. */
export const recordedDigest = checkTemplate('recorded-digest', z.strictObject({}), (input) =>
  judgeImages(input, (one) => {
    const { physical, index } = one.image;
    const { digest: recorded } = splitLogical(physical);
    if (recorded === undefined)
      return { verdict: 'not-applicable', evidence: [physical], reason: 'no digest is recorded for it' };
    const digest = ownDigest(one);
    if (digest === undefined) return notSeen(one);
    if (recorded === digest)
      return { verdict: 'pass', evidence: [physical], reason: 'the recorded digest is that of the image' };
    const shipped = `shipped: ${digest}`;
    if (recorded === index) {
      const reason = 'the recorded digest is that of the index which the image was chosen from';
      return { verdict: 'pass', evidence: [physical, shipped], reason };
    }
    const reason =
      'what was shipped does not have the recorded digest: that of an index with one of its images beside it, or of another build';
    return { verdict: 'fail', evidence: [`recorded: ${recorded}`, shipped], reason };
  }),
);
