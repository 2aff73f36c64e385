// The CVSS base score of a finding, the same in every format.
import { type CvssScore, scoreCvss } from '../scan/advisory/cvss/index.ts';
import type { Finding } from '../scan/assess/assessment.ts';

/** A score, and what is known of it. */
export interface FindingScore {
  /** 0 to 10. */
  readonly score: number;
  /** With its version, where there is one. */
  readonly vector?: string;
  readonly version?: CvssScore['version'];
  /** Whose it is: the source of the severity, or whom another scanner names. */
  readonly source: string;
}

/** The score of the vector that the severity was taken from, else the one that another scanner stated beside its word; undefined where there is neither. */
export function findingScore({ rawSeverity, severitySource, cvss }: Finding): FindingScore | undefined {
  const own = scoreCvss(rawSeverity);
  if (own !== undefined) return { score: own.score, vector: rawSeverity, version: own.version, source: severitySource };
  if (cvss === undefined) return undefined;
  const { score, vector, source = severitySource } = cvss;
  const version = scoreCvss(vector ?? '')?.version;
  return { score, ...(vector === undefined || version === undefined ? {} : { vector, version }), source };
}

/** `7.5, nvd: CVSS:3.1/…`. */
export function scoreText({ score, source, vector }: FindingScore): string {
  return `${score.toFixed(1)}, ${source}${vector === undefined ? '' : `: ${vector}`}`;
}
