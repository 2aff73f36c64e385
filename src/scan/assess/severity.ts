// Which of the severities that feeds give is reported. The policy has a name, because figures depend on it; outputs print the name.
// Rules: docs/guide/counting.md, "Severity".
import { type Advisory, SEVERITY_LEVELS, type Severity, type SeverityLevel } from '../advisory/advisory.ts';
import { feedRank, isLanguage } from './main-feeds.ts';

/** Names of the severity policies. */
export const SEVERITY_POLICIES = ['vendor-then-cvss-then-nvd'] as const;
export type SeverityPolicy = (typeof SEVERITY_POLICIES)[number];

/** The severity of a finding, with its origin. */
export interface ChosenSeverity {
  readonly level: SeverityLevel;
  /** `SOURCE:KIND`, or `none` when no feed gives any. */
  readonly source: string;
  /** The source's own word or vector; empty when there is none. */
  readonly raw: string;
}

/** The word of a distribution is its own judgement of its own build. That of a language's database sums up a score, which says more. */
const KINDS: Readonly<
  Record<
    SeverityPolicy,
    { readonly distribution: readonly Severity['kind'][]; readonly language: readonly Severity['kind'][] }
  >
> = {
  'vendor-then-cvss-then-nvd': { distribution: ['vendor', 'cvss', 'nvd'], language: ['cvss', 'vendor', 'nvd'] },
};
const NO_SEVERITY: ChosenSeverity = { level: 'unknown', source: 'none', raw: '' };

/**
 * Chooses by kind in the policy's order, then by the rank of the feed for the namespace, then the higher level. A word that says nothing
 * (`not yet assigned`) does not hide a score of a later kind; when nothing else is there, its source and word are kept.
 */
export function chooseSeverity(
  namespace: string,
  advisories: readonly Advisory[],
  policy: SeverityPolicy,
): ChosenSeverity {
  const kinds = KINDS[policy][isLanguage(namespace) ? 'language' : 'distribution'];
  let best: { readonly severity: Severity; readonly key: readonly (number | string)[] } | undefined;
  for (const { feed, severities } of advisories) {
    for (const severity of severities) {
      const { kind, level, score = -1, source, raw } = severity;
      const silent = level === 'unknown' ? 1 : 0;
      const position = SEVERITY_LEVELS.indexOf(level);
      const key = [silent, kinds.indexOf(kind), feedRank(namespace, feed), position, -score, source, raw];
      if (best === undefined || isBefore(key, best.key)) best = { severity, key };
    }
  }
  return best === undefined ? NO_SEVERITY : named(best.severity);
}

/**
 * The severity of a finding whose advisories give none: the score of the CVE itself, NVD's before those of others (CISA, the CNA). A word that
 * says nothing is kept where there is no score either.
 */
export function severityOrElse(chosen: ChosenSeverity, severities: readonly Severity[] = []): ChosenSeverity {
  if (chosen.level !== 'unknown') return chosen;
  let best: { readonly severity: Severity; readonly key: readonly (number | string)[] } | undefined;
  for (const severity of severities) {
    const { kind, level, score = -1, source, raw } = severity;
    if (level === 'unknown') continue;
    const key = [kind === 'nvd' ? 0 : 1, SEVERITY_LEVELS.indexOf(level), -score, source, raw];
    if (best === undefined || isBefore(key, best.key)) best = { severity, key };
  }
  return best === undefined ? chosen : named(best.severity);
}

function named({ level, source, kind, raw }: Severity): ChosenSeverity {
  return { level, source: `${source}:${kind}`, raw };
}

/** Lexicographic order of keys whose members have the same types at the same places. */
function isBefore(a: readonly (number | string)[], b: readonly (number | string)[]): boolean {
  for (const [index, member] of a.entries()) {
    const other = b[index] ?? member;
    if (member !== other) return member < other;
  }
  return false;
}
