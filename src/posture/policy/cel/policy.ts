// Policies in CEL: ValidatingPolicy of Kyverno (policies.kyverno.io) and ValidatingAdmissionPolicy with its bindings (admissionregistration.k8s.io). Reads an
// object, gives what it judges by; a member that is not known makes the whole policy unsupported. Source: kyverno.io/docs/policy-types/validating-policy;
// Kubernetes API reference v1.34, ValidatingAdmissionPolicy.
import { isList, isMap, type Json, listOf, memberOf, textOf, valueAt } from '../../../platform/json.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { isForPodsAlone } from './constraints.ts';

/** An expression with what it is called. */
export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

/** What must hold. */
export interface CelValidation {
  readonly expression: string;
  readonly message: string;
}

/** A policy in CEL. */
export interface CelPolicy {
  readonly id: string;
  readonly object: KubernetesObject;
  readonly constraints: Json;
  /** Of the bindings that put a ValidatingAdmissionPolicy into force: an object is judged where one of them takes it in. */
  readonly bound?: readonly Json[];
  readonly conditions: readonly NamedExpression[];
  readonly variables: readonly NamedExpression[];
  readonly validations: readonly CelValidation[];
  /** Kyverno judges the templates of controllers too, as the Pods that they make: of all, or of those that the policy names by their plurals. */
  readonly judgesControllers: boolean | readonly string[];
  /** What does not hold is rejected, not only reported. */
  readonly enforces: boolean;
  readonly ignoresFailure: boolean;
  /** Nothing puts it into force. */
  readonly unbound: boolean;
  readonly unsupported?: string;
}

const KYVERNO = [
  'matchConstraints',
  'matchConditions',
  'variables',
  'validations',
  'validationActions',
  'failurePolicy',
  'auditAnnotations',
  'autogen',
  'evaluation',
  'webhookConfiguration',
];
const KUBERNETES = [
  'matchConstraints',
  'matchConditions',
  'variables',
  'validations',
  'failurePolicy',
  'auditAnnotations',
  'paramKind',
];

/** Whether an object is a policy in CEL that is read. */
export function isCelPolicy({ apiVersion, kind }: KubernetesObject): boolean {
  return (
    (kind === 'ValidatingPolicy' && /^policies\.kyverno\.io\/v1(?:alpha1|beta1)?$/.test(apiVersion)) ||
    (kind === 'ValidatingAdmissionPolicy' && /^admissionregistration\.k8s\.io\/v1(?:alpha1|beta1)?$/.test(apiVersion))
  );
}

/** The policy of an object; bindings are looked for among the objects beside it. */
export function celPolicyOf(object: KubernetesObject, beside: readonly KubernetesObject[]): CelPolicy {
  const spec = memberOf(object.value, 'spec');
  const isKyverno = object.kind === 'ValidatingPolicy';
  const bindings = isKyverno ? [] : beside.filter((one) => isBindingOf(one, object));
  const constraints = memberOf(spec, 'matchConstraints') ?? null;
  const actions = isKyverno
    ? listOf(spec, 'validationActions')
    : bindings.flatMap((binding) => listOf(binding.value, 'spec', 'validationActions'));
  const problem = problemOf(spec, isKyverno) ?? bindings.map(bindingProblem).find((one) => one !== undefined);
  return {
    id: object.name,
    object,
    constraints,
    ...(isKyverno ? {} : { bound: bindings.map((one) => valueAt(one.value, 'spec', 'matchResources') ?? null) }),
    conditions: named(spec, 'matchConditions'),
    variables: named(spec, 'variables'),
    validations: listOf(spec, 'validations').map((one) => ({
      expression: textOf(one, 'expression') ?? '',
      message: textOf(one, 'message') ?? textOf(one, 'expression') ?? '',
    })),
    judgesControllers: isKyverno && isForPodsAlone(constraints) && autogenOf(spec),
    // Kyverno denies unless told otherwise; of several bindings one that denies is enough.
    enforces: isKyverno && actions.length === 0 ? true : actions.includes('Deny'),
    ignoresFailure: textOf(spec, 'failurePolicy') === 'Ignore',
    unbound: !isKyverno && bindings.length === 0,
    ...(problem === undefined ? {} : { unsupported: problem }),
  };
}

function problemOf(spec: Json | undefined, isKyverno: boolean): string | undefined {
  if (!isMap(spec)) return 'the policy has no spec';
  const known = isKyverno ? KYVERNO : KUBERNETES;
  const other = Object.keys(spec).find((key) => !known.includes(key));
  if (other !== undefined) return `${other} in spec is not supported`;
  if (memberOf(spec, 'paramKind') !== undefined) return 'parameters are not evaluated';
  const mode = textOf(spec, 'evaluation', 'mode');
  if (mode !== undefined && mode !== 'Kubernetes') return `the mode ${mode} is not supported`;
  if (listOf(spec, 'validations').length === 0) return 'it has no validations that are evaluated';
  return undefined;
}

function bindingProblem({ value }: KubernetesObject): string | undefined {
  return valueAt(value, 'spec', 'paramRef') === undefined ? undefined : 'parameters of a binding are not evaluated';
}

function isBindingOf({ kind, value }: KubernetesObject, policy: KubernetesObject): boolean {
  return kind === 'ValidatingAdmissionPolicyBinding' && textOf(value, 'spec', 'policyName') === policy.name;
}

function named(spec: Json | undefined, key: string): readonly NamedExpression[] {
  return listOf(spec, key).map((one) => ({
    name: textOf(one, 'name') ?? '',
    expression: textOf(one, 'expression') ?? '',
  }));
}

/** `autogen.podControllers.controllers`: all where there is no list; an empty one turns it off. */
function autogenOf(spec: Json | undefined): true | readonly string[] {
  const controllers = valueAt(spec, 'autogen', 'podControllers', 'controllers');
  return isList(controllers) ? controllers.map(String) : true;
}
