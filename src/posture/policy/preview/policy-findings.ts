// Findings of policies: in force only on paper, or with a hole that their text shows.

import { isList, isMap, type Json, memberOf } from '../../../platform/json.ts';
import type { Verdict } from '../../../platform/verdict.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import type { CelPolicy } from '../cel/policy.ts';
import { rejectsSomewhere } from '../kyverno/failure-action.ts';
import type { Policy } from '../kyverno/policy.ts';
import type { PolicySet } from '../kyverno/policy-set.ts';
import type { PreviewedAdmission } from './admissions.ts';

/** Findings of every policy of a set. */
export function policyFindings(
  { policies, unsupported, cel = [] }: PolicySet,
  objects: readonly KubernetesObject[],
  admissions: readonly PreviewedAdmission[],
): readonly Verdict[] {
  const namespaces = new Set(
    objects.flatMap(({ kind, name, namespace }) => (kind === 'Namespace' ? [name] : [namespace ?? 'default'])),
  );
  const used = new Set(admissions.flatMap(({ admission }) => admission.results.map(({ policy }) => policy)));
  const others = unsupported.map(
    ({ kind, name, position }): Verdict => ({
      check: 'policy-kind',
      subject: name,
      verdict: 'unsupported',
      evidence: [position],
      reason: `a ${kind} is not evaluated`,
    }),
  );
  return [
    ...policies.flatMap((policy) => ofPolicy(policy, namespaces, used, objects.length > 0)),
    ...cel.flatMap((policy) => ofCelPolicy(policy, used, objects.length > 0)),
    ...others,
  ];
}

function ofPolicy(
  policy: Policy,
  namespaces: ReadonlySet<string>,
  used: ReadonlySet<string>,
  hasRelease: boolean,
): readonly Verdict[] {
  const found: Verdict[] = [];
  const say = (check: string, reason: string, remediation: string, verdict: Verdict['verdict'] = 'warn') =>
    found.push({ check, subject: policy.id, verdict, evidence: [policy.object.position], reason, remediation });
  for (const { name, unsupported } of policy.rules) {
    if (unsupported !== undefined) {
      say('rule-unsupported', `the rule ${name}: ${unsupported}`, 'Judge it with Kyverno itself.', 'unsupported');
    }
  }
  const validates = policy.rules.some(({ kind }) => kind === 'validate');
  if (policy.rules.length === 0) say('no-rules', 'it has no rules', 'Give it rules, or remove it.');
  if (validates && !rejectsSomewhere(policy)) {
    say('audit-only', 'what fails is reported, not rejected', 'Set the failure action to Enforce once nothing fails.');
  }
  if (policy.ignoresFailure) {
    say('failure-ignored', 'requests pass while Kyverno cannot be reached', 'Set failurePolicy to Fail.');
  }
  if (!policy.admission) say('no-admission', 'it is not asked when objects are created', 'Set admission to true.');
  if (hasRelease && policy.namespace !== undefined && !namespaces.has(policy.namespace)) {
    const reason = `nothing of the release is in its namespace ${policy.namespace}`;
    say('namespace-missing', reason, 'Put it into the namespace that it is for, or remove it.');
  } else if (hasRelease && policy.admission && policy.rules.length > 0 && !used.has(policy.id)) {
    say('matches-nothing', 'it is for nothing of the release', 'Mend its match block, or remove it.');
  }
  const patch = policy.rules.filter(({ kind, generatedFrom }) => kind === 'mutate' && generatedFrom === undefined);
  const keys = new Set(patch.flatMap(({ value }) => keysOf(memberOf(value, 'mutate') ?? null)));
  if (keys.has('containers') && keys.has('securityContext') && !keys.has('initContainers')) {
    say('no-init-containers', 'it hardens containers and leaves out init containers', 'Patch initContainers too.');
  }
  if (keys.has('runAsNonRoot') && !keys.has('runAsUser')) {
    say(
      'no-run-as-user',
      "it sets runAsNonRoot without runAsUser: whether a container starts depends on its image's user",
      'Set a numeric runAsUser, or see to it that each image has one.',
    );
  }
  return found;
}

function ofCelPolicy(policy: CelPolicy, used: ReadonlySet<string>, hasRelease: boolean): readonly Verdict[] {
  const found: Verdict[] = [];
  const say = (check: string, reason: string, remediation: string, verdict: Verdict['verdict'] = 'warn') =>
    found.push({ check, subject: policy.id, verdict, evidence: [policy.object.position], reason, remediation });
  const { unsupported, unbound, enforces, ignoresFailure } = policy;
  if (unsupported !== undefined) say('rule-unsupported', unsupported, 'Judge it with Kyverno itself.', 'unsupported');
  if (unbound)
    say('no-binding', 'no ValidatingAdmissionPolicyBinding puts it into force', 'Bind it, or remove it.', 'fail');
  else if (!enforces) say('audit-only', 'what fails is reported, not rejected', 'Deny once nothing fails.');
  if (ignoresFailure)
    say('failure-ignored', 'requests pass while it cannot be evaluated', 'Set failurePolicy to Fail.');
  if (hasRelease && !unbound && !used.has(policy.id)) {
    say('matches-nothing', 'it is for nothing of the release', 'Mend its matchConstraints, or remove it.');
  }
  return found;
}

/** Names of all members of a patch, without their anchors. */
function keysOf(value: Json): readonly string[] {
  if (isList(value)) return value.flatMap(keysOf);
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => [key.replace(/^[<=X^+]?\((.+)\)$/, '$1'), ...keysOf(member)]);
}
