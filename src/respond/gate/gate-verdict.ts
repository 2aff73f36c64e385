// What the criteria of the gate ask beside the assessment, and the form of their answer.
import type { Verdict } from '../../platform/verdict.ts';
import type { AgeOf } from './ages.ts';

/** What the gate asks beside the assessment. */
export interface GateLookups {
  readonly ageOf: AgeOf;
  /** Whether a ticket lists the instance; undefined when no ledger of tickets was there to ask. */
  readonly hasTicket?: (slot: string, ids: readonly string[]) => boolean;
}

/** A verdict on one criterion. */
export function verdictOf(
  check: string,
  subject: string,
  verdict: Verdict['verdict'],
  evidence: readonly string[],
  reason: string,
): Verdict {
  return { check, subject, verdict, evidence, reason };
}
