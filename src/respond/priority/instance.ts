// Instances in the order in which they are to be worked on: severity, then fixable first; what is known of their use reorders only inside these, and the
// reason is told. The one order of triage, tickets and whatever else lists instances. Rule: docs/guide/tickets.md, "Order". Pure.
import { type InstanceCell, instanceCells, severityOrder } from '../../explain/cells.ts';
import { compareText } from '../../platform/order.ts';
import type { Ssvc } from '../../scan/advisory/advisory.ts';
import type { Assessment, Finding } from '../../scan/assess/assessment.ts';

/** What decides the place of an instance. */
export interface Priority extends Pick<InstanceCell, 'severity' | 'fixable' | 'slot' | 'vulnerability'> {
  readonly kev: boolean;
  /** The highest over its rows. */
  readonly epss?: number;
  readonly ssvc?: Ssvc;
}

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
      const scores = rows.flatMap(({ epss }) => epss ?? []);
      const ssvc = rows.find((row) => row.ssvc !== undefined)?.ssvc;
      return {
        slot,
        vulnerability,
        severity,
        fixable,
        aliases,
        notAffected,
        kev: rows.some(({ kev }) => kev),
        ...(scores.length === 0 ? {} : { epss: Math.max(...scores) }),
        ...(ssvc === undefined ? {} : { ssvc }),
        rows,
      };
    })
    .sort(comparePriority);
}

/** The default order. Ties by vulnerability, then slot. */
export function comparePriority(a: Priority, b: Priority): number {
  return (
    severityOrder(a.severity) - severityOrder(b.severity) ||
    Number(b.fixable) - Number(a.fixable) ||
    Number(b.kev) - Number(a.kev) ||
    exploitationOrder(b) - exploitationOrder(a) ||
    (b.epss ?? 0) - (a.epss ?? 0) ||
    compareText(a.vulnerability, b.vulnerability) ||
    compareText(a.slot, b.slot)
  );
}

/** SSVC's answers in the order of urgency; without an answer as none. */
function exploitationOrder({ ssvc }: Priority): number {
  if (ssvc === undefined) return 0;
  const use = ['none', 'poc', 'active'].indexOf(ssvc.exploitation) * 4;
  return use + (ssvc.automatable === 'yes' ? 2 : 0) + (ssvc.technicalImpact === 'total' ? 1 : 0);
}

/** Share from which an EPSS score is worth a word: below it nearly all vulnerabilities lie. */
const TOLD_EPSS = 0.1;

/** Why it stands where it does: `fixable, known exploited, EPSS 0.97`. */
export function priorityReason({ fixable, kev, ssvc, epss }: Priority): string {
  return [
    fixable ? 'fixable' : 'no fix',
    ...(kev ? ['known exploited'] : []),
    ...(ssvc === undefined || ssvc.exploitation === 'none' ? [] : [`SSVC ${ssvc.exploitation}`]),
    ...(ssvc?.automatable === 'yes' ? ['automatable'] : []),
    ...(epss === undefined || epss < TOLD_EPSS ? [] : [`EPSS ${epss.toFixed(2)}`]),
  ].join(', ');
}
