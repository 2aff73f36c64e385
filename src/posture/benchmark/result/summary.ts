// The verdict of a whole run, from its results.
import type { Verdict } from '../../../platform/verdict.ts';
import { type BenchmarkResult, type CheckResult, totalsOf } from './result.ts';

/** Verdict of the whole, totals, and how many results waivers cover. */
export function summary(
  name: string,
  results: readonly CheckResult[],
): Pick<BenchmarkResult, 'verdict' | 'totals' | 'waived'> {
  const open = results.filter(({ waiver }) => waiver === undefined);
  const number = (...words: readonly Verdict['verdict'][]) =>
    open.filter(({ verdict }) => words.includes(verdict)).length;
  const [failed, warned, unjudged] = [number('fail'), number('warn'), number('no-evidence', 'unsupported')];
  const waived = results.length - open.length;
  const isOpen = unjudged > 0 || (waived === 0 && number('pass', 'attested') === 0);
  const parts = [
    `${failed} of ${results.length} checks failed`,
    ...(warned > 0 ? [`${warned} warn`] : []),
    ...(unjudged > 0 ? [`${unjudged} without evidence`] : []),
    ...(waived > 0 ? [`${waived} waived`] : []),
  ];
  const verdict = failed > 0 ? 'fail' : warned > 0 ? 'warn' : isOpen ? 'no-evidence' : 'pass';
  return {
    verdict: { check: 'benchmark', subject: name, verdict, evidence: [], reason: parts.join(', ') },
    totals: totalsOf(results),
    waived,
  };
}
