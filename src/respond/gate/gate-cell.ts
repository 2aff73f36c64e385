// What the criteria of the gate are asked about, and the form of their answer.
import type { InstanceCell } from '../../explain/cells.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { Finding } from '../../scan/assess/assessment.ts';
import type { AgeOf } from './ages.ts';

/** An instance with its findings. */
export interface GateCell {
  readonly cell: InstanceCell;
  readonly rows: readonly Finding[];
}

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
