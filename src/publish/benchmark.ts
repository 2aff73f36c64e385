// What every form of a benchmark's results says in the same words: the title, the totals, which results are told.

import type { BenchmarkComparison, ChangedCheck } from '../posture/benchmark/compare.ts';
import type { BenchmarkResult, CheckResult, VerdictWord } from '../posture/benchmark/result/result.ts';
import { VERDICTS } from '../posture/check-outcome.ts';
import type { VerdictReport } from './verdicts/report.ts';
import { plural } from './words.ts';

/** What a verdict is called where results are counted. */
export const VERDICT_TITLES: Readonly<Record<VerdictWord, string>> = {
  fail: 'failed',
  warn: 'warn',
  'no-evidence': 'without evidence',
  unsupported: 'not supported',
  attested: 'attested',
  pass: 'passed',
  'not-applicable': 'not applicable',
};

/** What a cause is called. */
export const CAUSE_WORDS: Readonly<Record<ChangedCheck['cause'], string>> = {
  'benchmark-changed': 'benchmark changed',
  'evidence-missing': 'evidence missing',
  'configuration-changed': 'configuration changed',
};

/** `cis-1.20 on 9 nodes (2026-11-22): 7 of 123 checks failed`. */
export function benchmarkTitle({ benchmark, as, nodes, asOf, verdict }: BenchmarkResult): string {
  const judge = as === 'plimsoll' ? '' : ' as kube-bench answers';
  return `${benchmark}${judge} on ${plural(nodes.length, 'node')} (${asOf}): ${verdict.reason}`;
}

/** `7 failed, 12 warn, 98 passed`; what there is none of is left out. */
export function totalsText({ totals, waived }: BenchmarkResult): string {
  const parts = VERDICTS.flatMap((word) => (totals[word] > 0 ? [`${totals[word]} ${VERDICT_TITLES[word]}`] : []));
  return [...parts, ...(waived > 0 ? [`${waived} of them waived`] : [])].join(', ');
}

/** Checks on which kube-bench would have said something else. That somebody must look is the same in both: its WARN, and our lack of evidence. */
export function disagreements({ results }: BenchmarkResult): readonly CheckResult[] {
  return results.filter(({ parts }) =>
    parts.some(({ verdict, kubeBench }) => {
      if (kubeBench === undefined || (kubeBench === 'WARN' && verdict === 'no-evidence')) return false;
      return wordOf(kubeBench) !== verdict;
    }),
  );
}

function wordOf(state: string): VerdictWord {
  return state === 'PASS' ? 'pass' : state === 'FAIL' ? 'fail' : state === 'WARN' ? 'warn' : 'not-applicable';
}

/** Results by verdict, in the order of the checks. */
export function resultsOf({ results }: BenchmarkResult, ...words: readonly VerdictWord[]): readonly CheckResult[] {
  return results.filter(({ verdict }) => words.includes(verdict));
}

/** The results for the formats of other tools. */
export function benchmarkReport({ benchmark, verdict, results }: BenchmarkResult): VerdictReport {
  return {
    source: 'benchmark',
    rules: benchmark,
    verdict,
    results: results.map((one) => ({
      ...one,
      category: one.section,
      places: one.parts.filter((part) => part.verdict === one.verdict).map(({ subject }) => subject),
    })),
  };
}

/** `cis-1.20 to cis-1.20: 110 checks are the same, 13 differ, 4 of them for the worse`. */
export function comparisonTitle({ from, to, same, changes }: BenchmarkComparison): string {
  const worse = changes.filter((one) => one.worse).length;
  const differ =
    changes.length === 0 ? 'none differs' : `${changes.length} ${changes.length === 1 ? 'differs' : 'differ'}`;
  return `${from} to ${to}: ${plural(same, 'check is', 'checks are')} the same, ${differ}${worse > 0 ? `, ${worse} for the worse` : ''}`;
}
