// Policies of mitigations never reach the namespaces on which the cluster and the policy engine themselves stand: a policy that rejects those pods cannot
// be taken back by anything that needs them; since 1.21 every namespace has its name as the label `kubernetes.io/metadata.name`. In audit no policy rejects: it reports. Kyverno: `spec.validationFailureAction` and, since 1.13, the rules' own
// `failureAction`; ValidatingAdmissionPolicyBinding and Kyverno's newer kinds: `spec.validationActions`.
import { PlimsollError } from '../../../platform/errors.ts';
import { isMembers } from '../field/document.ts';
import { canAudit, decides, groupOf, isKyvernoPolicy } from './care.ts';
import type { Manifest, ObjectReference } from './step.ts';

/** Namespaces that no policy of a mitigation reaches. */
export const EXEMPT_NAMESPACES: readonly string[] = ['kube-system', 'kyverno'];

/**
 * A value is set only where it can neither reject something without a report before, nor reach the exempt namespaces.
 * @throws PlimsollError `unsupported`
 */
export function requireHarmless({ apiVersion, kind, namespace, name }: ObjectReference): void {
  if (canAudit({ apiVersion, kind })) {
    throw new PlimsollError(
      'unsupported',
      `${kind} ${name}: a value of a policy cannot report first: put the whole policy into a step of its own`,
    );
  }
  const place = kind === 'Namespace' && groupOf(apiVersion) === '' ? name : namespace;
  if (decides({ apiVersion, kind }) && place !== undefined && EXEMPT_NAMESPACES.includes(place)) {
    throw new PlimsollError('unsupported', `${kind} ${name}: no mitigation decides about the namespace ${place}`);
  }
}

/**
 * A policy as it is applied: it leaves out the exempt namespaces, and acts according to the phase.
 * @throws PlimsollError `unsupported` for a policy in an exempt namespace, and for one without rules that could be read
 */
export function exemptPolicy(policy: Manifest, phase: 'audit' | 'enforce'): Manifest {
  const { namespace } = policy.metadata;
  if (namespace !== undefined && EXEMPT_NAMESPACES.includes(namespace)) {
    throw new PlimsollError('unsupported', `no policy of a mitigation may be in the namespace ${namespace}`);
  }
  if (groupOf(policy.apiVersion) !== 'kyverno.io') return exemptOther(policy, phase);
  if (!isKyvernoPolicy(policy.kind)) return policy;
  const { spec } = policy;
  const rules = isMembers(spec) && Array.isArray(spec['rules']) ? spec['rules'] : undefined;
  if (!isMembers(spec) || rules === undefined || !rules.every(isMembers)) {
    throw new PlimsollError('unsupported', `the policy ${policy.metadata.name} has no rules`);
  }
  const rejects = rules.some((rule) => rule['validate'] !== undefined || rule['verifyImages'] !== undefined);
  const exempt = rules.map((rule) => exemptRule(phase === 'audit' ? auditedRule(rule) : rule));
  if (!rejects) return { ...policy, spec: { ...spec, rules: exempt } };
  // What namespaces have of their own would reject in the audit, too.
  const { validationFailureActionOverrides, ...rest } = spec;
  const overrides =
    phase === 'audit' || validationFailureActionOverrides === undefined ? {} : { validationFailureActionOverrides };
  return { ...policy, spec: { ...rest, ...overrides, validationFailureAction: phase, rules: exempt } };
}

/** Bindings of the server's own policies, Kyverno's newer kinds, and webhooks: their selectors of namespaces leave the exempt ones out. */
function exemptOther(policy: Manifest, phase: 'audit' | 'enforce'): Manifest {
  const { webhooks } = policy;
  const isWebhook = groupOf(policy.apiVersion) === 'admissionregistration.k8s.io' && Array.isArray(webhooks);
  if (isWebhook) return { ...policy, webhooks: webhooks.map(withSelector) };
  if (!canAudit(policy)) return policy;
  const spec = isMembers(policy['spec']) ? policy['spec'] : {};
  const matches = groupOf(policy.apiVersion) === 'policies.kyverno.io' ? 'matchConstraints' : 'matchResources';
  const audits = phase === 'audit' ? { validationActions: ['Audit'] } : {};
  return { ...policy, spec: { ...spec, [matches]: withSelector(spec[matches] ?? {}), ...audits } };
}

function withSelector(matches: unknown): unknown {
  if (!isMembers(matches)) return matches;
  const selector = isMembers(matches['namespaceSelector']) ? matches['namespaceSelector'] : {};
  const expressions = Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'] : [];
  const own = { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: EXEMPT_NAMESPACES };
  return { ...matches, namespaceSelector: { ...selector, matchExpressions: [...expressions, own] } };
}

/** The rule without actions of its own, which stand above those of the policy. */
function auditedRule(rule: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { validate, verifyImages } = rule;
  return {
    ...rule,
    ...(isMembers(validate) ? { validate: withoutActions(validate) } : {}),
    ...(Array.isArray(verifyImages)
      ? { verifyImages: verifyImages.map((one: unknown) => (isMembers(one) ? withoutActions(one) : one)) }
      : {}),
  };
}

function withoutActions(check: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { failureAction: _, failureActionOverrides: __, ...rest } = check;
  return rest;
}

function exemptRule(rule: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const own = { resources: { namespaces: EXEMPT_NAMESPACES } };
  const { exclude } = rule;
  if (exclude === undefined) return { ...rule, exclude: { any: [own] } };
  if (isMembers(exclude) && Array.isArray(exclude['any'])) {
    return { ...rule, exclude: { ...exclude, any: [...exclude['any'], own] } };
  }
  // Kyverno reads `resources` directly under `exclude` as one alternative, and `all` beside `any` not at all.
  if (isMembers(exclude) && exclude['all'] === undefined) return { ...rule, exclude: { any: [exclude, own] } };
  throw new PlimsollError(
    'unsupported',
    `the rule ${String(rule['name'])} excludes with \`all\`: write it with \`any\``,
  );
}
