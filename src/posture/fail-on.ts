// The words of --fail-on: severities of checks whose failed or warning results, unless waived, make the answer "no"; `gaps` for missing evidence.
import { PlimsollError } from '../platform/errors.ts';
import type { Verdict } from '../platform/verdict.ts';
import { CHECK_SEVERITIES, type CheckSeverity, type Outcomes } from './check-outcome.ts';

/** What is asked for. */
export type FailOnWord = CheckSeverity | 'gaps';

const WORDS: readonly string[] = [...CHECK_SEVERITIES, 'gaps'];

/** Reads `critical,high,gaps`. @throws PlimsollError `usage` */
export function parseFailOn(text: string): readonly FailOnWord[] {
  const words = text.split(',').map((word) => word.trim());
  const wrong = words.find((word) => !WORDS.includes(word));
  if (wrong !== undefined) {
    throw new PlimsollError('usage', `--fail-on: there is no "${wrong}"; the words are ${WORDS.join(', ')}`);
  }
  return words as readonly FailOnWord[];
}

/** Whether any of the words holds. */
export function failsOn(
  { checks, counts, verdict }: Pick<Outcomes, 'checks' | 'counts'> & { readonly verdict: Verdict },
  words: readonly FailOnWord[],
): boolean {
  return (
    (words.includes('gaps') && (counts.noEvidence > 0 || verdict.verdict === 'no-evidence')) ||
    checks.some(({ severity, fail, warn }) => words.includes(severity) && fail + warn > 0)
  );
}
