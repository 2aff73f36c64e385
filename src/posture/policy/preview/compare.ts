// Two sets of policies on one release: whether they refuse the same requests. For a set that is moved to another form, such as from Kyverno's own language to
// CEL. Pure.

import { sameJson } from '../../../platform/json.ts';
import type { Verdict } from '../../../platform/verdict.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { subjectName } from '../check/pss-check.ts';
import type { PolicySet } from '../kyverno/policy-set.ts';
import { admissionsOf, type PreviewedAdmission } from './admissions.ts';
import { isRejection } from './preview.ts';

/** What one set does with a request. `reports`: a rule fails that does not enforce. `unknown`: a rule could not be evaluated, and none rejects. */
export type SetVerdict = 'passes' | 'reports' | 'rejects' | 'unknown';

/** One request under both sets. */
export interface ComparedRequest {
  /** `KIND/NAMESPACE/NAME` of the object in the release. */
  readonly subject: string;
  /** The kind that its controller creates. */
  readonly created?: string;
  readonly before: SetVerdict;
  readonly after: SetVerdict;
  /** Both sets leave the same object. */
  readonly sameObject: boolean;
  /** Rules of either set that failed or could not be evaluated: `POLICY/RULE: …`. */
  readonly reasons: readonly string[];
}

/** The comparison. */
export interface PolicyComparison {
  /** Requests that both sets were asked of, or one of them. */
  readonly requests: number;
  /** Those with the same verdict and the same object, of those that could be told. */
  readonly same: number;
  readonly different: readonly ComparedRequest[];
  readonly unknown: readonly ComparedRequest[];
  readonly verdict: Verdict['verdict'];
}

/**
 * Compares two sets on the objects of a release.
 * @throws LimitError for a release beyond what is previewed
 */
export function comparePolicies(
  objects: readonly KubernetesObject[],
  before: PolicySet,
  after: PolicySet,
): PolicyComparison {
  const successor = Map.groupBy(admissionsOf(objects, after), keyOf);
  const compared = admissionsOf(objects, before).flatMap((one) => {
    const other = successor.get(keyOf(one))?.find(({ source }) => source === one.source);
    // A set that takes the template away has no request for the Pod.
    const results = one.admission.results.length + (other?.admission.results.length ?? 0);
    return results === 0 && other !== undefined ? [] : [comparedRequest(one, other, before, after)];
  });
  const unknown = compared.filter((one) => one.before === 'unknown' || one.after === 'unknown');
  const told = compared.filter((one) => !unknown.includes(one));
  const different = told.filter((one) => one.before !== one.after || !one.sameObject);
  const unread = before.unsupported.length + after.unsupported.length;
  const isOpen = unknown.length + unread > 0 || compared.length === 0;
  return {
    requests: compared.length,
    same: told.length - different.length,
    different,
    unknown,
    verdict: different.length > 0 ? 'fail' : isOpen ? 'no-evidence' : 'pass',
  };
}

function keyOf({ source, shipped }: PreviewedAdmission): string {
  return JSON.stringify([source.position, subjectName(source), shipped.kind]);
}

function comparedRequest(
  one: PreviewedAdmission,
  other: PreviewedAdmission | undefined,
  before: PolicySet,
  after: PolicySet,
): ComparedRequest {
  const results = [...one.admission.results, ...(other?.admission.results ?? [])];
  return {
    subject: subjectName(one.source),
    ...(one.shipped === one.source ? {} : { created: one.shipped.kind }),
    before: verdictOf(one, before),
    after: other === undefined ? 'unknown' : verdictOf(other, after),
    sameObject: sameJson(one.admission.object.value, other?.admission.object.value),
    reasons: [
      ...new Set(
        results
          .filter(({ status }) => status !== 'pass' && status !== 'skip')
          .map(({ policy, rule, message }) => `${policy}/${rule}: ${message}`),
      ),
    ],
  };
}

function verdictOf({ admission: { object, results } }: PreviewedAdmission, set: PolicySet): SetVerdict {
  if (results.some((result) => isRejection(result, object, set))) return 'rejects';
  if (results.some(({ status }) => status === 'unsupported' || status === 'error')) return 'unknown';
  return results.some(({ status }) => status === 'fail') ? 'reports' : 'passes';
}
