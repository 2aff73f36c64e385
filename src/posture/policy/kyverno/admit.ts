// All rules of policies on one object, as a request to create it would meet them: mutations in the order of the policies' names, each on what the ones before
// made of it, then validations on the result.
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { applyRule, type RuleResult, type RuleWorld } from './engine.ts';
import type { Policy } from './policy.ts';

/** What a request comes to. */
export interface Admission {
  /** The object after all mutations. */
  readonly object: KubernetesObject;
  readonly results: readonly RuleResult[];
}

/** Applies policies to an object. */
export function admit(object: KubernetesObject, policies: readonly Policy[], world: RuleWorld): Admission {
  const results: RuleResult[] = [];
  let current = object;
  for (const phase of ['mutate', 'validate'] as const) {
    for (const policy of policies) {
      for (const rule of policy.rules) {
        if ((rule.kind === 'mutate') !== (phase === 'mutate')) continue;
        const result = applyRule(policy, rule, current, world);
        if (result === undefined) continue;
        results.push(result);
        current = result.patched ?? current;
      }
    }
  }
  return { object: current, results };
}
