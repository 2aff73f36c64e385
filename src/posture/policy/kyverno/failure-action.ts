// Whether what fails is rejected or only reported: by the rule, else by overrides of the policy for namespaces, else by the policy.
// Source: kyverno.io/docs/writing-policies/validate#failure-action.
import { type Json, listOf, memberOf, textOf } from '../../../platform/json.ts';
import { matchesWildcard } from './pattern/wildcard.ts';
import type { Policy } from './policy.ts';
import type { PolicyRule } from './policy-rule.ts';

/** Whether a rule rejects in a namespace. An override by the labels of namespaces counts where it rejects: better one told too many. */
export function rejects(policy: Policy, rule: PolicyRule, namespace: string): boolean {
  const spec = memberOf(policy.object.value, 'spec');
  const body = memberOf(rule.value, 'validate');
  const override =
    overrideIn(listOf(body, 'failureActionOverrides'), namespace) ??
    textOf(body, 'failureAction') ??
    overrideIn(listOf(spec, 'validationFailureActionOverrides'), namespace) ??
    textOf(spec, 'validationFailureAction');
  return isEnforce(override);
}

/** Whether any rule of a policy rejects in any namespace. */
export function rejectsSomewhere(policy: Policy): boolean {
  const spec = memberOf(policy.object.value, 'spec');
  const bodies = policy.rules.map(({ value }) => memberOf(value, 'validate'));
  const actions = [
    textOf(spec, 'validationFailureAction'),
    ...listOf(spec, 'validationFailureActionOverrides').map((one) => textOf(one, 'action')),
    ...bodies.map((body) => textOf(body, 'failureAction')),
    ...bodies.flatMap((body) => listOf(body, 'failureActionOverrides').map((one) => textOf(one, 'action'))),
  ];
  return actions.some(isEnforce);
}

function overrideIn(overrides: readonly Json[], namespace: string): string | undefined {
  const found = overrides.find((one) => {
    const namespaces = listOf(one, 'namespaces');
    if (namespaces.length === 0) return isEnforce(textOf(one, 'action'));
    return namespaces.some((pattern) => matchesWildcard(String(pattern), namespace));
  });
  return textOf(found, 'action');
}

function isEnforce(action: string | undefined): boolean {
  return action?.toLowerCase() === 'enforce';
}
