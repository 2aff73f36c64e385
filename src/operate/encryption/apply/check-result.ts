// What a check around a step found.
import type { Check } from '../plan/step.ts';

/** The outcome of one check. `not-known`: it could not be told, and is named; a step is not taken on it. */
export interface CheckResult {
  readonly check: Check;
  readonly when: 'before' | 'after';
  readonly outcome: 'passed' | 'failed' | 'not-known';
  readonly reason: string;
}
