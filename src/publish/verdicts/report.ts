// Results in the shared shape of verdicts, as the formats of other tools take them: SARIF, JUnit, PolicyReport, CSV. Whatever judged them.
import type { Verdict } from '../../platform/verdict.ts';

/** A result with what its format may tell besides. */
export interface ReportedVerdict extends Verdict {
  /** What the check asks, for people. */
  readonly title: string;
  /** Kebab-case heading under which checks are counted: `master`. */
  readonly category: string;
  /** The nodes or objects that the verdict is about, as far as they are known one by one: `NODE` or `KIND/NAMESPACE/NAME`. */
  readonly places: readonly string[];
}

/** Results of one run. */
export interface VerdictReport {
  /** What judged: `benchmark`. */
  readonly source: string;
  /** By which rules: `cis-1.20`. */
  readonly rules: string;
  readonly verdict: Verdict;
  readonly results: readonly ReportedVerdict[];
}

/** A result of which no format may make a failure: it passed, or somebody answers for it. */
export function isSettled({ verdict, waiver }: Verdict): boolean {
  return waiver !== undefined || verdict === 'pass' || verdict === 'attested' || verdict === 'not-applicable';
}
