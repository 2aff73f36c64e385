// What checks of one command came to: figures a check, the worst first, and the verdict of the whole. The same for images, nodes and whatever else has
// checks with a severity. Pure.
import { compareText } from '../platform/order.ts';
import type { Verdict } from '../platform/verdict.ts';

/** How much a failed check matters, the worst first. A hint of the description, not a measure. */
export const CHECK_SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type CheckSeverity = (typeof CHECK_SEVERITIES)[number];

/** Number of results of one check by verdict; those that a waiver covers are counted apart from the failed ones. */
export interface CheckCounts {
  readonly fail: number;
  readonly warn: number;
  readonly waived: number;
  readonly noEvidence: number;
  readonly pass: number;
  readonly notApplicable: number;
}

/** What of a check's description stands beside its figures. */
export interface CheckWords {
  readonly id: string;
  readonly title: string;
  readonly severity: CheckSeverity;
  readonly remediation: string;
}

/** A check with what came of it. */
export interface CheckOutcome extends CheckCounts, CheckWords {}

/** What all checks came to. */
export interface Outcomes {
  /** Of all checks. */
  readonly counts: CheckCounts;
  /** The worst first: by severity of what failed, then how often. */
  readonly checks: readonly CheckOutcome[];
  /** In the order of the checks; of one check the worst first, then by subject. */
  readonly results: readonly Verdict[];
}

/** Order of verdicts, the worst first. */
export const VERDICTS: readonly Verdict['verdict'][] = [
  'fail',
  'warn',
  'no-evidence',
  'unsupported',
  'attested',
  'pass',
  'not-applicable',
];

/** Counts and sorts the results of these checks. */
export function outcomesOf(descriptions: readonly CheckWords[], results: readonly Verdict[]): Outcomes {
  const byCheck = Map.groupBy(results, ({ check }) => check);
  const outcomes = descriptions.map(
    ({ id, title, severity, remediation }): CheckOutcome => ({
      id,
      title,
      severity,
      remediation,
      ...countsOf(byCheck.get(id) ?? []),
    }),
  );
  // A stable sort: equals stay in the order of the descriptions.
  const checks = outcomes.toSorted((a, b) => weightOf(b) - weightOf(a) || b.fail - a.fail || b.warn - a.warn);
  return {
    counts: total(checks),
    checks,
    results: checks.flatMap(({ id }) => (byCheck.get(id) ?? []).toSorted(compareResults)),
  };
}

/** A judgement with the words of its check: what to do where there is something to do; a failed check that matters little warns. */
export function withWords(
  { subject, evidence, reason, ...judgement }: Omit<Verdict, 'check' | 'waiver'>,
  { id, severity, remediation }: Omit<CheckWords, 'title'>,
): Verdict {
  const weighed =
    judgement.verdict === 'fail' && (severity === 'low' || severity === 'info') ? 'warn' : judgement.verdict;
  const needsWork = weighed === 'fail' || weighed === 'warn';
  const todo = needsWork ? { remediation: judgement.remediation ?? remediation } : {};
  return { check: id, subject, verdict: weighed, evidence, reason, ...todo };
}

/** The verdict of the whole, with a reason in numbers of checks. */
export function overallOf({
  checks,
  counts: { waived, pass },
}: Pick<Outcomes, 'checks' | 'counts'>): Pick<Verdict, 'verdict' | 'reason'> {
  const number = (of: keyof CheckCounts) => checks.filter((check) => check[of] > 0).length;
  const [failed, warned, open] = [number('fail'), number('warn'), number('noEvidence')];
  const [verdict, said] =
    failed > 0
      ? (['fail', `${failed} of ${checks.length} checks failed`] as const)
      : warned > 0
        ? (['warn', `no check failed, ${warned} of ${checks.length} warn`] as const)
        : open > 0
          ? (['no-evidence', `no check failed, ${open} of ${checks.length} lack evidence`] as const)
          : pass + waived > 0
            ? (['pass', `none of ${checks.length} checks failed`] as const)
            : (['no-evidence', 'there is nothing to judge'] as const);
  // What is waived is no pass in silence.
  const reason = waived === 0 ? said : `${said}; ${waived === 1 ? 'one result is' : `${waived} results are`} waived`;
  return { verdict, reason };
}

function countsOf(results: readonly Verdict[]): CheckCounts {
  const of = (...verdicts: readonly Verdict['verdict'][]) =>
    results.filter(({ verdict, waiver }) => waiver === undefined && verdicts.includes(verdict)).length;
  return {
    fail: of('fail'),
    warn: of('warn'),
    waived: results.filter(({ waiver }) => waiver !== undefined).length,
    noEvidence: of('no-evidence', 'unsupported'),
    pass: of('pass', 'attested'),
    notApplicable: of('not-applicable'),
  };
}

function total(checks: readonly CheckCounts[]): CheckCounts {
  const sum = (name: keyof CheckCounts) => checks.reduce((all, check) => all + check[name], 0);
  return {
    fail: sum('fail'),
    warn: sum('warn'),
    waived: sum('waived'),
    noEvidence: sum('noEvidence'),
    pass: sum('pass'),
    notApplicable: sum('notApplicable'),
  };
}

/** How far up a check stands: what failed by its severity, then what could not be judged. */
function weightOf({ severity, fail, warn, noEvidence, waived }: CheckOutcome): number {
  const rank = CHECK_SEVERITIES.length - CHECK_SEVERITIES.indexOf(severity);
  if (fail > 0) return 300 + rank;
  if (warn > 0) return 200 + rank;
  if (noEvidence > 0) return 100 + rank;
  return waived > 0 ? rank : 0;
}

function compareResults(a: Verdict, b: Verdict): number {
  return (
    Number(a.waiver !== undefined) - Number(b.waiver !== undefined) ||
    VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) ||
    compareText(a.subject, b.subject) ||
    compareText(a.reason, b.reason)
  );
}
