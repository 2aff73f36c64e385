// PolicyException (kyverno.io/v2, v2beta1, v2alpha1): objects that a rule is not for, wholly or for some controls of the Pod Security Standards.
// Source: kyverno.io/docs/writing-policies/exceptions.
import { isMap, type Json, listOf, memberOf, membersOf, textOf, valueAt } from '../../../../platform/json.ts';
import type { KubernetesObject } from '../../../../scan/release/manifests/object.ts';
import { type MatchWorld, takesIn } from '../match/match.ts';
import { matchesWildcard } from '../pattern/wildcard.ts';
import type { Policy } from '../policy.ts';
import type { PolicyRule } from '../policy-rule.ts';
import { holds } from '../validate/conditions.ts';
import { type PodSecurityExclusion, readExclusions } from '../validate/pod-security.ts';
import type { VariableContext } from '../variables/context.ts';
import { substituteLeniently } from '../variables/substitute.ts';

/** An exception. */
export interface PolicyException {
  /** `NAMESPACE/NAME`. */
  readonly id: string;
  readonly of: readonly { readonly policy: string; readonly rules: readonly string[] }[];
  readonly match: Json;
  readonly conditions?: Json;
  /** With any, only these controls are excepted, of rules that judge by the Pod Security Standards. */
  readonly exclusions: readonly PodSecurityExclusion[];
  readonly annotations: ReadonlyMap<string, string>;
  readonly object: KubernetesObject;
}

/** Whether an object is an exception that this reads. */
export function isException({ apiVersion, kind }: KubernetesObject): boolean {
  return kind === 'PolicyException' && /^kyverno\.io\/v2(?:alpha1|beta1)?$/.test(apiVersion);
}

/** The exception of an object. */
export function exceptionOf(object: KubernetesObject): PolicyException {
  const spec = memberOf(object.value, 'spec');
  const conditions = memberOf(spec, 'conditions');
  return {
    id: `${object.namespace ?? 'default'}/${object.name}`,
    of: listOf(spec, 'exceptions').map((one) => ({
      policy: textOf(one, 'policyName') ?? '',
      rules: listOf(one, 'ruleNames').map(String),
    })),
    match: memberOf(spec, 'match') ?? {},
    ...(isMap(conditions) ? { conditions } : {}),
    exclusions: readExclusions(listOf(spec, 'podSecurity')),
    annotations: new Map(
      membersOf(valueAt(object.value, 'metadata', 'annotations')).map(([key, value]) => [key, String(value)]),
    ),
    object,
  };
}

/** Whether an exception names the rule of the policy. */
export function names(exception: PolicyException, policy: Policy, rule: PolicyRule): boolean {
  return exception.of.some(
    (one) => matchesWildcard(one.policy, policy.id) && one.rules.some((pattern) => matchesWildcard(pattern, rule.name)),
  );
}

/**
 * Whether an exception is for the object.
 * @throws UnsupportedError
 */
export function excepts(
  exception: PolicyException,
  object: KubernetesObject,
  context: VariableContext,
  world: MatchWorld,
): boolean {
  if (!takesIn(exception.match, object, world)) return false;
  return exception.conditions === undefined || holds(substituteLeniently(exception.conditions, context));
}
