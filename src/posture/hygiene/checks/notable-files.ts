// Files of an image that give more rights or tools than a service needs. By the traits that the inventory keeps of them.
import { z } from 'zod';
import { FILE_TRAITS } from '../../../scan/inventory/files/notable-file.ts';
import type { TraitFile } from '../../../scan/inventory/image-traits.ts';
import { checkTemplate } from '../check.ts';
import { type ImageJudgement, judgeTraits } from '../release-view.ts';

/** Files that evidence names a trait. */
const NAMED = 20;

/** `traits`: any of them is one too many. */
export const notableFiles = checkTemplate(
  'notable-files',
  z.strictObject({ traits: z.array(z.enum(FILE_TRAITS)).min(1) }),
  (input, { traits }) =>
    judgeTraits(input, ({ files, layerBytes }): ImageJudgement => {
      const found = traits.flatMap((trait) => files[trait] ?? []);
      // A file with two of the traits is one file; beyond those that are named only the counts are known.
      const named = new Map(found.flatMap(({ first }) => first.map((file) => [file.path, file] as const)));
      const whole = found.every(({ count, first }) => count === first.length);
      const count = whole ? named.size : found.reduce((sum, one) => sum + one.count, 0);
      if (count === 0) return { verdict: 'pass', evidence: [], reason: 'none found' };
      const evidence = [...named.values()].slice(0, NAMED).map((file) => placeOf(file, layerBytes.length));
      const names = [...named.keys()].slice(0, 3).map((path) => path.slice(path.lastIndexOf('/') + 1));
      const more = count - names.length;
      const reason = `${count} found: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
      return {
        verdict: 'fail',
        evidence: count > evidence.length ? [...evidence, `and ${count - evidence.length} more`] : evidence,
        reason,
      };
    }),
);

function placeOf({ path, layer, mode, uid, gid }: TraitFile, layers: number): string {
  return `/${path} (mode ${mode.toString(8).padStart(4, '0')}, owner ${uid}:${gid}, layer ${layer + 1} of ${layers})`;
}
