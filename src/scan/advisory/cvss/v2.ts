// CVSS v2 base score. FIRST, "A Complete Guide to the Common Vulnerability Scoring System Version 2.0", section 3.2.1.
import { type Metrics, weigh } from './vector.ts';

const IMPACT = { N: 0, P: 0.275, C: 0.66 } as const;

/** Base score 0.0 to 10.0, or NaN when a base metric is missing or unknown. */
export function baseScoreV2(metrics: Metrics): number {
  const impact =
    10.41 *
    (1 - (1 - weigh(metrics, 'C', IMPACT)) * (1 - weigh(metrics, 'I', IMPACT)) * (1 - weigh(metrics, 'A', IMPACT)));
  const exploitability =
    20 *
    weigh(metrics, 'AV', { L: 0.395, A: 0.646, N: 1 }) *
    weigh(metrics, 'AC', { H: 0.35, M: 0.61, L: 0.71 }) *
    weigh(metrics, 'Au', { M: 0.45, S: 0.56, N: 0.704 });
  const factor = impact === 0 ? 0 : 1.176;
  return Math.round((0.6 * impact + 0.4 * exploitability - 1.5) * factor * 10) / 10;
}
