// What a set of policies and exceptions, and the containers as they would run under them, give reason to ask. Each finding is a verdict of its own.
import type { Verdict } from '../../../platform/verdict.ts';
import type { PolicySet } from '../kyverno/policy-set.ts';
import type { KubernetesObject } from '../objects/read.ts';
import { containerFindings } from './container-findings.ts';
import { exceptionFindings } from './exception-findings.ts';
import { policyFindings } from './policy-findings.ts';
import type { PreviewedAdmission } from './previewed-admission.ts';

/** All findings: of policies, of exceptions, of containers, each in the order of their subjects. */
export function findingsOf(
  objects: readonly KubernetesObject[],
  set: PolicySet,
  admissions: readonly PreviewedAdmission[],
  asOf: string,
): readonly Verdict[] {
  return [
    ...policyFindings(set, objects, admissions),
    ...exceptionFindings(set, admissions, asOf),
    ...containerFindings(admissions),
  ];
}
