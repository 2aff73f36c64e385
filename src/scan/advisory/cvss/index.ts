// Base score and severity level of a CVSS vector of version 2, 3.0, 3.1 or 4.0, as FIRST defines them.
import type { SeverityLevel } from '../advisory.ts';
import { baseScoreV2 } from './v2.ts';
import { baseScoreV3 } from './v3.ts';
import { baseScoreV4 } from './v4.ts';
import { readMetrics } from './vector.ts';

/** What a vector comes to. */
export interface CvssScore {
  readonly version: '2.0' | '3.0' | '3.1' | '4.0';
  /** Base score, 0.0 to 10.0. */
  readonly score: number;
  readonly level: SeverityLevel;
}

/**
 * Scores a vector by its base metrics; threat, temporal and environmental metrics are left aside. Undefined for text that is not a vector.
 * Levels follow the qualitative scale (v3.1 section 5, v4.0 section 6), "none" being `negligible`; version 2 has no `critical` (NVD's scale).
 */
export function scoreCvss(vector: string): CvssScore | undefined {
  const prefix = /^CVSS:(3\.0|3\.1|4\.0)\//.exec(vector);
  const version = (prefix?.[1] ?? '2.0') as CvssScore['version'];
  const metrics = readMetrics(prefix === null ? vector : vector.slice(prefix[0].length));
  if (metrics === undefined) return undefined;
  const score =
    version === '2.0' ? baseScoreV2(metrics) : version === '4.0' ? baseScoreV4(metrics) : baseScoreV3(metrics);
  if (Number.isNaN(score)) return undefined;
  return { version, score, level: levelOf(score, version) };
}

function levelOf(score: number, version: CvssScore['version']): SeverityLevel {
  if (score === 0) return 'negligible';
  if (score < 4) return 'low';
  if (score < 7) return 'medium';
  return score < 9 || version === '2.0' ? 'high' : 'critical';
}
