// CVSS v3.0 and v3.1 base score. FIRST, CVSS v3.1 specification, sections 7.1 and 7.4, Appendix A (Roundup).
// The two versions have one base formula; 3.1 only words the rounding so that floating point does no harm.
import { type Metrics, weigh } from './vector.ts';

const IMPACT = { N: 0, L: 0.22, H: 0.56 } as const;

/** Base score 0.0 to 10.0, or NaN when a base metric is missing or unknown. */
export function baseScoreV3(metrics: Metrics): number {
  const changed = weigh(metrics, 'S', { U: 0, C: 1 }) === 1;
  const base =
    1 - (1 - weigh(metrics, 'C', IMPACT)) * (1 - weigh(metrics, 'I', IMPACT)) * (1 - weigh(metrics, 'A', IMPACT));
  const impact = changed ? 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 : 6.42 * base;
  const exploitability =
    8.22 *
    weigh(metrics, 'AV', { N: 0.85, A: 0.62, L: 0.55, P: 0.2 }) *
    weigh(metrics, 'AC', { L: 0.77, H: 0.44 }) *
    weigh(metrics, 'PR', changed ? { N: 0.85, L: 0.68, H: 0.5 } : { N: 0.85, L: 0.62, H: 0.27 }) *
    weigh(metrics, 'UI', { N: 0.85, R: 0.62 });
  if (Number.isNaN(exploitability) || Number.isNaN(impact) || !/^[UC]$/.test(metrics.get('S') ?? '')) return Number.NaN;
  if (impact <= 0) return 0;
  return roundUp(Math.min((changed ? 1.08 : 1) * (impact + exploitability), 10));
}

/** The smallest number with one decimal that is not below the input, judged on five decimals. */
function roundUp(value: number): number {
  const scaled = Math.round(value * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}
