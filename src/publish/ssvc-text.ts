// CISA's SSVC answers about a vulnerability as one line of text, for tables and the page.
import type { Ssvc } from '../scan/advisory/advisory.ts';

/** `exploitation=poc automatable=yes technicalImpact=total`; undefined where there are no answers. */
export function ssvcText(ssvc: Ssvc | undefined): string | undefined {
  if (ssvc === undefined) return undefined;
  const { exploitation, automatable, technicalImpact } = ssvc;
  return `exploitation=${exploitation} automatable=${automatable} technicalImpact=${technicalImpact}`;
}
