// What a set of policies and exceptions, and the containers as they would run under them, give reason to ask. Each finding is a verdict of its own.
import type { Verdict } from '../../../platform/verdict.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import type { PolicySet } from '../kyverno/policy-set.ts';
import type { PreviewedAdmission } from './admissions.ts';
import { containerFindings } from './container-findings.ts';
import { exceptionFindings } from './exception-findings.ts';
import { filterFindings } from './filter-findings.ts';
import { policyFindings } from './policy-findings.ts';

/** All findings: of what Kyverno is not asked, of policies, of exceptions, of containers, each in the order of their subjects. */
export function findingsOf(
  objects: readonly KubernetesObject[],
  set: PolicySet,
  admissions: readonly PreviewedAdmission[],
  asOf: string,
): readonly Verdict[] {
  return [
    ...filterFindings(objects, set, admissions),
    ...policyFindings(set, objects, admissions),
    ...exceptionFindings(set, admissions, asOf),
    ...containerFindings(admissions),
  ];
}
