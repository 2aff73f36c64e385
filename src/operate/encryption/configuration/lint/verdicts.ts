// How checks of a configuration give their verdicts.
import type { Verdict } from '../../../../platform/verdict.ts';
import type { Place } from '../document.ts';

/** What a check found at one place. */
export interface Found {
  readonly place: Place;
  readonly verdict: 'fail' | 'warn';
  readonly evidence?: readonly string[];
  readonly reason: string;
  readonly remediation: string;
}

/** A verdict for each that was found; one for the whole file when there is nothing. */
export function verdictsOf(
  check: string,
  file: string,
  found: readonly Found[],
  otherwise: string,
): readonly Verdict[] {
  if (found.length === 0) return [{ check, subject: file, verdict: 'pass', evidence: [], reason: otherwise }];
  return found.map(({ place, verdict, evidence = [], reason, remediation }) => ({
    check,
    subject: `${file}:${place.line}:${place.column}`,
    verdict,
    evidence,
    reason,
    remediation,
  }));
}
