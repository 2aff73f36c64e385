// CISA's SSVC answers about a vulnerability as one line of text, for tables and the page.
import type { Ssvc } from '../scan/advisory/advisory.ts';

/** `exploitation=poc automatable=yes technicalImpact=total`; undefined where there are no answers. */
export function ssvcText(ssvc: Ssvc | undefined): string | undefined {
  if (ssvc === undefined) return undefined;
  const { exploitation, automatable, technicalImpact } = ssvc;
  return `exploitation=${exploitation} automatable=${automatable} technicalImpact=${technicalImpact}`;
}

const TEXT = /^exploitation=(none|poc|active) automatable=(yes|no) technicalImpact=(partial|total)$/;

/** Reads such a line back; undefined for anything else. */
export function ssvcOfText(text: string | null): Ssvc | undefined {
  const [, exploitation, automatable, technicalImpact] = TEXT.exec(text ?? '') ?? [];
  if (exploitation === undefined) return undefined;
  return {
    exploitation: exploitation === 'active' || exploitation === 'poc' ? exploitation : 'none',
    automatable: automatable === 'yes' ? 'yes' : 'no',
    technicalImpact: technicalImpact === 'total' ? 'total' : 'partial',
  };
}
