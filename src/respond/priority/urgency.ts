// The default order of everything that lists vulnerabilities: severity, then fixable first; what is known of their use (KEV, SSVC, EPSS) reorders only
// inside these, and the reason is told. Rule: docs/guide/tickets.md, "Order". Pure.
import { severityOrder } from '../../explain/cells.ts';
import type { SeverityLevel, Ssvc } from '../../scan/advisory/advisory.ts';
import type { Finding } from '../../scan/assess/assessment.ts';

/** What decides a place. */
export interface Urgency {
  readonly severity: SeverityLevel;
  readonly fixable: boolean;
  /** Known to be exploited. */
  readonly kev: boolean;
  /** Probability of exploitation, 0 to 1. */
  readonly epss?: number;
  readonly ssvc?: Ssvc;
}

/** What is known of the use of a vulnerability, over all its findings: exploited in any, the highest EPSS score, the most urgent SSVC answers. */
export function useOf(
  findings: readonly Pick<Finding, 'kev' | 'epss' | 'ssvc'>[],
): Pick<Urgency, 'kev' | 'epss' | 'ssvc'> {
  let kev = false;
  let epss: number | undefined;
  let ssvc: Ssvc | undefined;
  for (const finding of findings) {
    kev ||= finding.kev;
    if (finding.epss !== undefined) epss = Math.max(epss ?? 0, finding.epss);
    if (finding.ssvc !== undefined && ssvcOrder(finding.ssvc) >= ssvcOrder(ssvc)) ssvc = finding.ssvc;
  }
  return { kev, ...(epss === undefined ? {} : { epss }), ...(ssvc === undefined ? {} : { ssvc }) };
}

/** The default order, most urgent first. */
export function compareUrgency(a: Urgency, b: Urgency): number {
  return (
    severityOrder(a.severity) - severityOrder(b.severity) ||
    Number(b.fixable) - Number(a.fixable) ||
    Number(b.kev) - Number(a.kev) ||
    ssvcOrder(b.ssvc) - ssvcOrder(a.ssvc) ||
    (b.epss ?? 0) - (a.epss ?? 0)
  );
}

/** SSVC's answers in the order of urgency, the most urgent highest; without an answer as none. */
export function ssvcOrder(ssvc: Ssvc | undefined): number {
  if (ssvc === undefined) return 0;
  const use = ['none', 'poc', 'active'].indexOf(ssvc.exploitation) * 4;
  return use + (ssvc.automatable === 'yes' ? 2 : 0) + (ssvc.technicalImpact === 'total' ? 1 : 0);
}

/** Share from which an EPSS score is worth a word: below it nearly all vulnerabilities lie. */
const TOLD_EPSS = 0.1;

/** Why it stands where it does within its severity: `fixable, known exploited, EPSS 0.97`. */
export function urgencyReason({ fixable, kev, ssvc, epss }: Omit<Urgency, 'severity'>): string {
  return [
    fixable ? 'fixable' : 'no fix',
    ...(kev ? ['known exploited'] : []),
    ...(ssvc === undefined || ssvc.exploitation === 'none' ? [] : [`SSVC ${ssvc.exploitation}`]),
    ...(ssvc?.automatable === 'yes' ? ['automatable'] : []),
    ...(epss === undefined || epss < TOLD_EPSS ? [] : [`EPSS ${epss.toFixed(2)}`]),
  ].join(', ');
}
