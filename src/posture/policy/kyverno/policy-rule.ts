// One rule of a policy. Source: kyverno.io/docs/crds, Rule.
import type { JsonMap } from '../../../platform/json.ts';

/** What a rule does. */
export type RuleKind = 'validate' | 'mutate' | 'generate' | 'verifyImages';

/** One rule. */
export interface PolicyRule {
  readonly name: string;
  readonly kind: RuleKind;
  readonly value: JsonMap;
  /** The rule for Pods that Kyverno generates this one from. */
  readonly generatedFrom?: string;
  /** Why it cannot be evaluated, if that shows without any object. */
  readonly unsupported?: string;
}
