// The shape that every check's result has: lint, benchmark, policies, non-root.

/** A judgement on one subject by one check. Missing evidence is `no-evidence`, never `pass`. */
export interface Verdict {
  /** Id of the check, kebab-case. */
  readonly check: string;
  readonly subject: string;
  readonly verdict: 'pass' | 'fail' | 'warn' | 'not-applicable' | 'no-evidence' | 'unsupported' | 'attested';
  /** What was looked at: file positions, digests, quoted values. */
  readonly evidence: readonly string[];
  readonly reason: string;
  readonly remediation?: string;
  readonly waiver?: string;
}
