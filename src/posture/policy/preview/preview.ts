// What a set of policies would do to the objects of a release before it is installed: each object, and each Job and Pod that its controllers would create. Pure.
import type { Verdict } from '../../../platform/verdict.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { CEL_RULE } from '../cel/apply.ts';
import { subjectName } from '../check/pss-check.ts';
import type { RuleResult } from '../kyverno/engine.ts';
import { rejects } from '../kyverno/failure-action.ts';
import type { PolicySet } from '../kyverno/policy-set.ts';
import { admissionsOf, type PreviewedAdmission } from './admissions.ts';
import { type Change, differenceOf } from './difference.ts';
import { findingsOf } from './findings.ts';

/** What happens to one object, or to what its controller creates. */
export interface PreviewedObject {
  /** `KIND/NAMESPACE/NAME` of the object in the release. */
  readonly subject: string;
  /** The kind that the controller creates; absent for the object itself. */
  readonly created?: string;
  readonly position: string;
  /** `rejected` by a policy that enforces, `unknown` where a rule could not be evaluated. */
  readonly outcome: 'admitted' | 'mutated' | 'rejected' | 'unknown';
  readonly changes: readonly Change[];
  /** Results of rules that are for it, passed ones left out. */
  readonly results: readonly RuleResult[];
  /** Rules that passed or changed it. */
  readonly passed: readonly string[];
}

/** The whole preview. */
export interface Preview {
  readonly objects: readonly PreviewedObject[];
  /** Of the policies, the exceptions and the containers as they would run. */
  readonly findings: readonly Verdict[];
}

/**
 * Previews policies on the objects of a release.
 * @param asOf date, for exceptions that expire
 * @throws LimitError for a release or a set beyond what is previewed
 */
export function previewOf(objects: readonly KubernetesObject[], set: PolicySet, asOf: string): Preview {
  return previewOfAdmissions(objects, admissionsOf(objects, set), set, asOf);
}

/** The preview of requests that were judged already. */
export function previewOfAdmissions(
  objects: readonly KubernetesObject[],
  admissions: readonly PreviewedAdmission[],
  set: PolicySet,
  asOf: string,
): Preview {
  return {
    objects: admissions.filter(({ admission: { results } }) => results.length > 0).map((one) => told(one, set)),
    findings: findingsOf(objects, set, admissions, asOf),
  };
}

function told(
  { source, shipped, before, admission: { object, results } }: PreviewedAdmission,
  set: PolicySet,
): PreviewedObject {
  const changes = differenceOf(before.value, object.value);
  const rejected = results.some((result) => isRejection(result, object, set));
  const unknown = results.some(({ status }) => status === 'unsupported' || status === 'error');
  const outcome = rejected ? 'rejected' : unknown ? 'unknown' : changes.length > 0 ? 'mutated' : 'admitted';
  return {
    subject: subjectName(source),
    ...(shipped === source ? {} : { created: before.kind }),
    position: source.position,
    outcome,
    changes,
    results: results.filter(({ status }) => status !== 'pass').map(({ patched: _, ...result }) => result),
    passed: results.filter(({ status }) => status === 'pass').map(({ policy, rule }) => `${policy}/${rule}`),
  };
}

/** Whether a result keeps the object out: a rule failed, and its policy enforces. */
export function isRejection(
  { policy: id, rule: name, status }: RuleResult,
  { namespace }: KubernetesObject,
  set: PolicySet,
): boolean {
  if (status !== 'fail') return false;
  if (name === CEL_RULE && set.cel?.some((one) => one.id === id && one.enforces) === true) return true;
  const policy = set.policies.find((one) => one.id === id);
  const rule = policy?.rules.find((one) => one.name === name);
  return policy !== undefined && rule !== undefined && rejects(policy, rule, namespace ?? 'default');
}
