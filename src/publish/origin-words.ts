// Own images and those of third parties, which are mended in different ways, in one sentence: the same in every format.
import type { Statistics } from '../explain/statistics.ts';
import { count, plural } from './words.ts';

const NAMES = { own: 'own', 'third-party': 'third party' } as const;

/** `Critical and high by origin: own 34 (25 fixable) in 10 images read; third party 8 (6 fixable) in 2 images read`. Undefined where no image was read. */
export function originText({ origins, scannedImages }: Statistics): string | undefined {
  if (scannedImages === 0) return undefined;
  const parts = (['own', 'third-party'] as const).map((origin) => {
    const { instances, scannedImages: read } = origins[origin];
    const fixable = instances.critical.fixable + instances.high.fixable;
    const severe = instances.critical.count + instances.high.count;
    return `${NAMES[origin]} ${count(severe)} (${count(fixable)} fixable) in ${plural(read, 'image')} read`;
  });
  return `Critical and high by origin: ${parts.join('; ')}`;
}
