// When an instance is to be gone: days by severity, exploitation and fix, from the day on which it was first seen. Rules: docs/guide/tickets.md, "Clocks". Pure.
import type { ClockRule } from '../../platform/settings.ts';
import { addDays } from '../../statements/day.ts';
import type { AgeOf } from '../gate/ages.ts';
import type { Instance } from '../priority/instance.ts';

/** The clock of one instance. */
export interface Clock {
  /** ISO date of the first assessment that has it, of those that are known. */
  readonly firstSeen: string;
  /** Whether an assessment before it did not have it; else it may be older than firstSeen says. */
  readonly exact: boolean;
  /** Days that it may take; absent where no rule matches. */
  readonly days?: number;
  /** ISO date of the last day; absent where no rule matches. */
  readonly due?: string;
  readonly late: boolean;
}

/** Reads the clock of an instance on a day. */
export function clockOf(rules: readonly ClockRule[], instance: Instance, ageOf: AgeOf, asOf: string): Clock {
  const { firstSeen = asOf, absentOn } = ageOf(instance.slot, [instance.vulnerability, ...instance.aliases]);
  const days = rules.findLast((rule) => matches(rule, instance))?.days;
  const seen = { firstSeen, exact: absentOn !== undefined };
  if (days === undefined) return { ...seen, late: false };
  const due = addDays(firstSeen, days);
  return { ...seen, days, due, late: due < asOf };
}

function matches({ severities, exploited, fixable }: ClockRule, instance: Instance): boolean {
  return (
    (severities === undefined || severities.includes(instance.severity)) &&
    (exploited === undefined || exploited === instance.kev) &&
    (fixable === undefined || fixable === instance.fixable)
  );
}
