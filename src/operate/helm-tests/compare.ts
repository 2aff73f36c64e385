// Runs of the same tests before a change, after it and after its back-out, held against each other: whether the tests show an effect, whether something
// that worked broke, and whether all is again as it was.
import type { Verdict } from '../../platform/verdict.ts';
import type { TestOutcome } from './outcome.ts';
import type { ReleaseRun } from './run.ts';

/** When a run took place. */
export const RUN_TIMES = ['before', 'after', 'backed-out'] as const;
export type RunTime = (typeof RUN_TIMES)[number];

/** A run of tests, as `helm-tests run` writes it. */
export interface HelmTestRun {
  readonly as: RunTime;
  /** ISO instant at which it began. */
  readonly at: string;
  readonly releases: readonly ReleaseRun[];
}

/**
 * What the runs say of one test:
 * `effect`: it failed before and passes now; `unharmed`: it passes as it did; `broken`: it passed before; `without-effect`: it fails as it did;
 * `not-restored`: after back-out it is not as it was; `not-known`: it did not run every time.
 */
export type TestChange = 'effect' | 'unharmed' | 'broken' | 'without-effect' | 'not-restored' | 'not-known';

/** One test over the runs. */
export interface ComparedTest {
  readonly namespace: string;
  readonly release: string;
  readonly test: string;
  readonly outcomes: Readonly<Partial<Record<RunTime, TestOutcome>>>;
  readonly change: TestChange;
}

/** Compares runs; of several at the same time the last counts. */
export function compareRuns(runs: readonly HelmTestRun[]): readonly ComparedTest[] {
  const tests = new Map<string, Omit<ComparedTest, 'change'>>();
  const asked = new Set(runs.map((run) => run.as));
  for (const run of runs.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
    for (const { namespace, release, tests: results } of run.releases) {
      for (const { kind, name, outcome } of results) {
        const test = `${kind}/${name}`;
        const key = JSON.stringify([namespace, release, test]);
        const outcomes = { ...tests.get(key)?.outcomes, [run.as]: outcome };
        tests.set(key, { namespace, release, test, outcomes });
      }
    }
  }
  return [...tests]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, one]) => ({ ...one, change: changeOf(one.outcomes, asked.has('backed-out')) }));
}

/** The comparison as verdicts: one a test. */
export function comparisonVerdicts(tests: readonly ComparedTest[]): readonly Verdict[] {
  return tests.map(({ namespace, release, test, outcomes, change }) => ({
    check: 'helm-tests',
    subject: `${namespace}/${release} ${test}`,
    verdict: WORDS[change].verdict,
    evidence: RUN_TIMES.flatMap((time) => (outcomes[time] === undefined ? [] : [`${time}: ${outcomes[time]}`])),
    reason: WORDS[change].reason,
  }));
}

const WORDS: Readonly<Record<TestChange, { readonly verdict: Verdict['verdict']; readonly reason: string }>> = {
  effect: { verdict: 'pass', reason: 'it failed before and passes after: the change has its effect' },
  unharmed: { verdict: 'pass', reason: 'it passes as before' },
  broken: { verdict: 'fail', reason: 'it passed before and fails after: the change broke something' },
  'without-effect': { verdict: 'fail', reason: 'it failed before and fails after' },
  'not-restored': { verdict: 'fail', reason: 'after back-out it is not as it was before' },
  'not-known': { verdict: 'no-evidence', reason: 'it did not run both before and after' },
};

function changeOf(outcomes: ComparedTest['outcomes'], wasBackedOut: boolean): TestChange {
  const { before, after, 'backed-out': back } = outcomes;
  const ran = (outcome: TestOutcome | undefined): boolean => outcome === 'pass' || outcome === 'fail';
  if (!ran(before) || !ran(after) || (wasBackedOut && !ran(back))) return 'not-known';
  if (wasBackedOut && back !== before) return 'not-restored';
  if (after === 'pass') return before === 'pass' ? 'unharmed' : 'effect';
  return before === 'pass' ? 'broken' : 'without-effect';
}
