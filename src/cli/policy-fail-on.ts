// `--fail-on` of the policy commands.
import { PlimsollError } from '../platform/errors.ts';

/** `fail`: something failed or is rejected; `gaps`: something could not be judged. */
export type PolicyFailWord = 'fail' | 'gaps';

/** @throws PlimsollError `usage` */
export function parsePolicyFailOn(text: string | undefined): ReadonlySet<PolicyFailWord> {
  const words = new Set<PolicyFailWord>();
  for (const word of text === undefined ? [] : text.split(',').map((part) => part.trim())) {
    if (word !== 'fail' && word !== 'gaps') {
      throw new PlimsollError('usage', `--fail-on takes fail and gaps, not "${word}"`);
    }
    words.add(word);
  }
  return words;
}
