// Policies as Kyverno's API has them: kyverno.io/v1 (and v2beta1) ClusterPolicy and Policy. Reads an object, gives its rules, those that Kyverno would
// generate included. A member that is not known makes its rule unsupported. Source: kyverno.io/docs/crds, Kyverno 1.13.
import { isMap, type Json, type JsonMap, listOf, memberOf, textOf, valueAt } from '../../../platform/json.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { generatedRules } from './autogen/autogen.ts';
import type { PolicyRule, RuleKind } from './policy-rule.ts';

/** A policy. */
export interface Policy {
  /** `NAMESPACE/NAME` for a Policy, `NAME` for a ClusterPolicy. */
  readonly id: string;
  readonly name: string;
  /** A Policy is for objects of its own namespace alone. */
  readonly namespace?: string;
  /** An API server that cannot reach Kyverno lets requests through. */
  readonly ignoresFailure: boolean;
  /** Whether requests are judged at all (`admission`). */
  readonly admission: boolean;
  readonly rules: readonly PolicyRule[];
  readonly object: KubernetesObject;
}

const SPEC = [
  'rules',
  'validationFailureAction',
  'validationFailureActionOverrides',
  'background',
  'admission',
  'emitWarning',
  'failurePolicy',
  'webhookTimeoutSeconds',
  'webhookConfiguration',
  'schemaValidation',
  'generateExisting',
  'generateExistingOnPolicyUpdate',
  'mutateExistingOnPolicyUpdate',
  'useServerSideApply',
  'applyRules',
];
const LOOP = ['list', 'context', 'preconditions', 'foreach'];
const RULE = ['name', 'match', 'exclude', 'context', 'preconditions', 'skipBackgroundRequests', 'reportProperties'];
const VALIDATE = [
  'message',
  'pattern',
  'anyPattern',
  'deny',
  'foreach',
  'podSecurity',
  'failureAction',
  'failureActionOverrides',
  'allowExistingViolations',
];
const MUTATE = ['patchStrategicMerge', 'patchesJson6902', 'foreach'];

/** Whether an object is a policy that this reads. */
export function isPolicy({ apiVersion, kind }: KubernetesObject): boolean {
  return /^kyverno\.io\/v(?:1|2beta1)$/.test(apiVersion) && (kind === 'ClusterPolicy' || kind === 'Policy');
}

/** The policy of an object. */
export function policyOf(object: KubernetesObject): Policy {
  const spec = memberOf(object.value, 'spec');
  const namespaced = object.kind === 'Policy';
  const namespace = object.namespace ?? 'default';
  const whole = specProblem(spec);
  const own = listOf(spec, 'rules').map((rule) => ruleOf(rule, whole));
  const generated = generatedRules(object.value, own);
  return {
    id: namespaced ? `${namespace}/${object.name}` : object.name,
    name: object.name,
    ...(namespaced ? { namespace } : {}),
    ignoresFailure:
      textOf(spec, 'failurePolicy') === 'Ignore' || textOf(spec, 'webhookConfiguration', 'failurePolicy') === 'Ignore',
    admission: memberOf(spec, 'admission') !== false,
    rules: [...own, ...generated],
    object,
  };
}

function specProblem(spec: Json | undefined): string | undefined {
  if (!isMap(spec)) return 'the policy has no spec';
  if (spec['applyRules'] === 'One') return 'applyRules: One is not supported';
  const conditions = listOf(spec, 'webhookConfiguration', 'matchConditions');
  if (conditions.length > 0) return 'webhookConfiguration.matchConditions, in CEL, is not supported';
  return unknownMember(spec, SPEC, 'spec');
}

function ruleOf(value: Json, whole: string | undefined): PolicyRule {
  if (!isMap(value)) return { name: '', kind: 'validate', value: {}, unsupported: 'a rule is no object' };
  const kinds = (['validate', 'mutate', 'generate', 'verifyImages'] as const).filter(
    (kind) => isMap(value[kind]) || Array.isArray(value[kind]),
  );
  const [kind = 'validate'] = kinds;
  const problem = whole ?? (kinds.length === 1 ? ruleProblem(value, kind) : 'a rule does not do exactly one thing');
  return { name: textOf(value, 'name') ?? '', kind, value, ...(problem === undefined ? {} : { unsupported: problem }) };
}

function ruleProblem(value: JsonMap, kind: RuleKind): string | undefined {
  if (kind === 'generate') return 'generate rules are not evaluated: what they make depends on the cluster';
  if (kind === 'verifyImages') return 'verifyImages is not evaluated offline';
  const body = valueAt(value, kind);
  const known = kind === 'validate' ? VALIDATE : MUTATE;
  return (
    unknownMember(value, [...RULE, kind], `the rule ${textOf(value, 'name') ?? ''}`) ??
    unknownMember(body, known, kind) ??
    loopProblem(
      body,
      kind === 'validate'
        ? [...LOOP, 'pattern', 'anyPattern', 'deny', 'elementScope']
        : [...LOOP, 'order', 'patchStrategicMerge', 'patchesJson6902'],
    )
  );
}

function loopProblem(body: Json | undefined, known: readonly string[]): string | undefined {
  for (const loop of listOf(body, 'foreach')) {
    const problem = unknownMember(loop, known, 'foreach') ?? loopProblem(loop, known);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function unknownMember(value: Json | undefined, known: readonly string[], where: string): string | undefined {
  const other = Object.keys(isMap(value) ? value : {}).find((key) => !known.includes(key));
  return other === undefined ? undefined : `${other} in ${where} is not supported`;
}
