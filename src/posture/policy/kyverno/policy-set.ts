// The policies and exceptions among objects, and what is no policy that is read here.
import { compareText } from '../../../platform/order.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { type CelPolicy, celPolicyOf, isCelPolicy } from '../cel/policy.ts';
import { exceptionOf, isException, type PolicyException } from './exception/exception.ts';
import { isPolicy, type Policy, policyOf } from './policy.ts';

/** Policies in the order in which they are applied, by name; exceptions by name. */
export interface PolicySet {
  readonly policies: readonly Policy[];
  readonly exceptions: readonly PolicyException[];
  /** Policies and exceptions of kinds that are not evaluated: those in CEL that change, generate or verify, and others. */
  readonly unsupported: readonly KubernetesObject[];
  /** Policies in CEL, by name; they judge what the others made of an object. */
  readonly cel?: readonly CelPolicy[];
  /** ConfigMaps that stand beside the policies: what rules read, and Kyverno's own configuration. */
  readonly configMaps?: readonly KubernetesObject[];
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
    cel: objects
      .filter(isCelPolicy)
      .map((object) => celPolicyOf(object, objects))
      .sort((a, b) => compareText(a.id, b.id)),
    unsupported: objects.filter((object) => isOtherPolicy(object)),
    configMaps: objects.filter(({ kind, apiVersion }) => kind === 'ConfigMap' && apiVersion === 'v1'),
  };
}

function isOtherPolicy(object: KubernetesObject): boolean {
  if (isPolicy(object) || isException(object) || isCelPolicy(object)) return false;
  const isKyverno = /(?:^|\.)kyverno\.io\//.test(object.apiVersion) && /Policy(?:Exception)?$/.test(object.kind);
  return isKyverno || OTHER_POLICIES.test(object.kind);
}
