// The policies and exceptions among objects, and what is no policy that is read here.
import { compareText } from '../../../platform/order.ts';
import type { KubernetesObject } from '../objects/read.ts';
import { exceptionOf, isException, type PolicyException } from './exception/exception.ts';
import { isPolicy, type Policy, policyOf } from './policy.ts';

/** Policies in the order in which they are applied, by name; exceptions by name. */
export interface PolicySet {
  readonly policies: readonly Policy[];
  readonly exceptions: readonly PolicyException[];
  /** Policies of kinds that are not evaluated: Kyverno's in CEL, ValidatingAdmissionPolicy and others. */
  readonly unsupported: readonly KubernetesObject[];
}

const OTHER_POLICIES =
  /^(?:(?:Namespaced)?(?:Validating|Mutating|Generating|Deleting|ImageValidating)Policy|(?:Cluster)?CleanupPolicy|(?:Validating|Mutating)AdmissionPolicy)$/;

/** Sorts objects out. */
export function policySetOf(objects: readonly KubernetesObject[]): PolicySet {
  return {
    policies: objects
      .filter(isPolicy)
      .map(policyOf)
      .sort((a, b) => compareText(a.id, b.id)),
    exceptions: objects
      .filter(isException)
      .map(exceptionOf)
      .sort((a, b) => compareText(a.id, b.id)),
    unsupported: objects.filter((object) => isOtherPolicy(object)),
  };
}

function isOtherPolicy(object: KubernetesObject): boolean {
  if (isPolicy(object) || isException(object)) return false;
  const isKyverno = /(?:^|\.)kyverno\.io\//.test(object.apiVersion) && /Policy(?:Exception)?$/.test(object.kind);
  return isKyverno || OTHER_POLICIES.test(object.kind);
}
