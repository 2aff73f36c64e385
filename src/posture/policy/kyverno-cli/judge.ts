// Admissions judged again by Kyverno's own engine: its results take the place of ours, and where the two said otherwise that is told.
import { isMap, type JsonMap, withValueAt } from '../../../platform/json.ts';
import type { Verdict } from '../../../platform/verdict.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { subjectName } from '../check/pss-check.ts';
import type { RuleResult } from '../kyverno/engine.ts';
import type { PolicySet } from '../kyverno/policy-set.ts';
import type { PreviewedAdmission } from '../preview/admissions.ts';
import type { KyvernoProgram } from './program.ts';
import { type KyvernoResult, readKyvernoReport } from './report.ts';

/** Admissions with Kyverno's results, and what was different. */
export interface KyvernoJudgement {
  readonly admissions: readonly PreviewedAdmission[];
  readonly findings: readonly Verdict[];
}

/**
 * Lets Kyverno judge. The objects are those that our mutations left; names that controllers draw are filled in.
 * @throws PlimsollError `input-unreadable`; ParseError, LimitError
 */
export async function judgeByKyverno(
  admissions: readonly PreviewedAdmission[],
  set: PolicySet,
  kyverno: KyvernoProgram,
): Promise<KyvernoJudgement> {
  const asked = admissions.filter(({ leftOut }) => leftOut === undefined);
  const output = await kyverno({
    policies: [...set.policies.map(({ object }) => object.value), ...(set.cel ?? []).map(({ object }) => object.value)],
    exceptions: set.exceptions.map(({ object }) => object.value),
    resources: asked.map(({ admission }) => named(admission.object)),
  });
  const byResource = Map.groupBy(readKyvernoReport(output), ({ resource }) => resource);
  const findings: Verdict[] = [];
  const judged = admissions.map((one): PreviewedAdmission => {
    if (one.leftOut !== undefined) return one;
    const { object } = one.admission;
    const given = byResource.get(`${object.kind}/${object.namespace ?? ''}/${nameOf(object)}`) ?? [];
    const results = one.admission.results.map((own) => replaced(own, given, one, findings));
    const known = new Set(one.admission.results.map(keyOf));
    const others = given.filter((result) => !known.has(keyOf(result))).map(asRuleResult);
    return { ...one, admission: { ...one.admission, results: [...results, ...others] } };
  });
  return { admissions: judged, findings };
}

function replaced(
  own: RuleResult,
  given: readonly KyvernoResult[],
  { source }: PreviewedAdmission,
  findings: Verdict[],
): RuleResult {
  const other = given.find((result) => keyOf(result) === keyOf(own));
  // Mutations are done already: what Kyverno says of them is of their second time.
  if (own.patched !== undefined || other?.status === own.status) return own;
  if (other === undefined) {
    // Kyverno tells nothing of rules that do not match, nor we of those; a verdict of ours is not Kyverno's.
    if (own.status !== 'skip' && own.status !== 'unsupported') {
      findings.push({
        check: 'engine-silent',
        subject: subjectName(source),
        verdict: 'no-evidence',
        evidence: [source.position],
        reason: `${keyOf(own)}: Kyverno says nothing, our engine ${own.status} (${own.message}); ours counts`,
      });
    }
    return own;
  }
  if (own.status !== 'unsupported') {
    findings.push({
      check: 'engine-differs',
      subject: subjectName(source),
      verdict: 'warn',
      evidence: [source.position],
      reason: `${keyOf(own)}: Kyverno says ${other.status} (${other.message}), our engine ${own.status} (${own.message}); Kyverno's counts`,
      remediation: 'Report it with the policy and the object.',
    });
  }
  return { ...own, status: other.status, message: other.message };
}

function keyOf({ policy, rule }: Pick<RuleResult, 'policy' | 'rule'>): string {
  return `${policy}/${rule}`;
}

function asRuleResult({ policy, rule, status, message }: KyvernoResult): RuleResult {
  return { policy, rule, status, message, exceptions: [] };
}

function nameOf({ name }: KubernetesObject): string {
  return name.endsWith('-') ? `${name}xxxxx` : name;
}

function named(object: KubernetesObject): JsonMap {
  const value = withValueAt(object.value, ['metadata', 'name'], nameOf(object));
  return isMap(value) ? value : object.value;
}
