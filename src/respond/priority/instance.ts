// Instances in the order in which they are to be worked on. The one order of triage, tickets and whatever else lists instances. Pure.
import { type InstanceCell, instanceCells } from '../../explain/cells.ts';
import { compareText } from '../../platform/order.ts';
import type { Assessment, Finding } from '../../scan/assess/assessment.ts';
import { compareUrgency, type Urgency, useOf } from './urgency.ts';

/** What decides the place of an instance. */
export interface Priority extends Urgency, Pick<InstanceCell, 'slot' | 'vulnerability'> {}

/** An instance with what is known of it. */
export interface Instance extends Priority {
  readonly aliases: readonly string[];
  readonly notAffected: boolean;
  /** Its findings, package by package. */
  readonly rows: readonly Finding[];
}

/** The instances of an assessment, first things first. */
export function instancesOf({ findings }: Pick<Assessment, 'findings'>): readonly Instance[] {
  const rowsOf = Map.groupBy(findings, ({ slot, vulnerability }) => `${slot}\0${vulnerability}`);
  return instanceCells(findings)
    .map(({ slot, vulnerability, severity, fixable, aliases, notAffected }): Instance => {
      const rows = rowsOf.get(`${slot}\0${vulnerability}`) ?? [];
      return {
        slot,
        vulnerability,
        severity,
        fixable,
        aliases,
        notAffected,
        ...useOf(rows),
        rows,
      };
    })
    .sort(comparePriority);
}

/** The default order. Ties by vulnerability, then slot. */
export function comparePriority(a: Priority, b: Priority): number {
  return compareUrgency(a, b) || compareText(a.vulnerability, b.vulnerability) || compareText(a.slot, b.slot);
}
