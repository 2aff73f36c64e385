// A policy in CEL on one object, as a request to create it would meet it. Pure.
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import { isMap, type Json, memberOf, valueAt, withValueAt } from '../../../platform/json.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import type { RuleResult } from '../kyverno/engine.ts';
import { EvaluationError, UnsupportedError } from '../kyverno/failure.ts';
import type { MatchWorld } from '../kyverno/match/match.ts';
import { POD_TEMPLATES } from '../objects/pods-of.ts';
import { constraintsTake, pluralOf } from './constraints.ts';
import { type CelValue, celValue, compileCel } from './expression.ts';
import type { CelPolicy } from './policy.ts';

/** Name of the one rule that a policy in CEL has in results. */
export const CEL_RULE = 'validations';

/** Members of a request that are known before it is made. */
const REQUEST_MEMBERS = ['operation', 'namespace', 'name', 'kind', 'resource', 'dryRun'];

/** Applies a policy; undefined when it is not for the object. */
export function applyCelPolicy(policy: CelPolicy, object: KubernetesObject, world: MatchWorld): RuleResult | undefined {
  const result = (status: RuleResult['status'], message: string): RuleResult => ({
    policy: policy.id,
    rule: CEL_RULE,
    status,
    message,
    exceptions: [],
  });
  try {
    const judged = judgedObject(policy, object, world);
    if (judged === undefined) return undefined;
    if (policy.unsupported !== undefined) return result('unsupported', policy.unsupported);
    const values = new Evaluation(policy, judged, object, world);
    for (const { name, expression } of policy.conditions) {
      if (!isTrue(values.evaluate(expression), `the match condition ${name}`)) return undefined;
    }
    let open: RuleResult | undefined;
    for (const { expression, message } of policy.validations) {
      try {
        if (!isTrue(values.evaluate(expression), 'a validation')) return result('fail', message.trim());
      } catch (error) {
        open ??= failed(error, result);
      }
    }
    return open ?? result('pass', '');
  } catch (error) {
    return failed(error, result);
  }
}

function failed(error: unknown, result: (status: RuleResult['status'], message: string) => RuleResult): RuleResult {
  if (error instanceof EvaluationError) return result('error', error.message);
  if (error instanceof PlimsollError) return result('unsupported', messageOf(error));
  throw error;
}

/** The object itself, or the Pod of a controller where the policy judges those; undefined when the policy is not for it. */
function judgedObject(policy: CelPolicy, object: KubernetesObject, world: MatchWorld): Json | undefined {
  if (policy.unbound) return undefined;
  const isBound = (one: KubernetesObject) =>
    policy.bound === undefined ||
    policy.bound.some((resources) => resources === null || boundTo(resources, one, world));
  if (constraintsTake(policy.constraints, object, world) && isBound(object)) return object.value;
  const { judgesControllers: judges } = policy;
  const isJudged = typeof judges === 'boolean' ? judges : judges.includes(pluralOf(object.kind));
  const path = isJudged ? POD_TEMPLATES.get(object.kind) : undefined;
  const template = path === undefined ? undefined : valueAt(object.value, ...path);
  if (!isMap(template)) return undefined;
  const pod = {
    ...object,
    apiVersion: 'v1',
    kind: 'Pod',
    value: withValueAt(template, ['kind'], 'Pod') as typeof object.value,
  };
  return constraintsTake(policy.constraints, pod, world) ? pod.value : undefined;
}

/** A binding without resource rules narrows by its selectors alone. */
function boundTo(resources: Json, object: KubernetesObject, world: MatchWorld): boolean {
  const all = [{ apiGroups: ['*'], resources: ['*'] }];
  const whole =
    isMap(resources) && memberOf(resources, 'resourceRules') === undefined
      ? { ...resources, resourceRules: all }
      : resources;
  return constraintsTake(whole, object, world);
}

function isTrue(value: CelValue, what: string): boolean {
  if (typeof value !== 'boolean') throw new EvaluationError(`${what} is no boolean`);
  return value;
}

/** Evaluates the expressions of one policy on one object; a variable when it is first asked for. */
class Evaluation {
  readonly #names: readonly string[];
  readonly #fixed: Readonly<Record<string, CelValue>>;
  readonly #variables = new Map<string, CelValue>();
  readonly #policy: CelPolicy;

  constructor(policy: CelPolicy, judged: Json, object: KubernetesObject, world: MatchWorld) {
    this.#policy = policy;
    const labels = object.namespace === undefined ? undefined : world.namespaceLabels(object.namespace);
    const namespace =
      labels === undefined
        ? {}
        : {
            namespaceObject: celValue({
              metadata: { name: object.namespace ?? '', labels: Object.fromEntries(labels) },
            }),
          };
    this.#fixed = {
      object: celValue(judged),
      oldObject: null,
      request: celValue(requestOf(object, world)),
      ...namespace,
    };
    this.#names = [...Object.keys(this.#fixed), 'variables'];
  }

  /** @param before how many of the variables may be asked for: each sees those before it */
  evaluate(expression: string, before = this.#policy.variables.length): CelValue {
    const program = compileCel(expression, this.#names);
    const other = [...program.requestMembers].find((member) => !REQUEST_MEMBERS.includes(member));
    if (other !== undefined) throw new UnsupportedError(`request.${other} is not known`);
    const variables = new Map([...program.variables].map((name) => [name, this.#variable(name, before)] as const));
    return program.evaluate({ ...this.#fixed, variables });
  }

  #variable(name: string, before: number): CelValue {
    if (this.#variables.has(name)) return this.#variables.get(name);
    const index = this.#policy.variables.slice(0, before).findIndex((one) => one.name === name);
    const found = this.#policy.variables[index];
    if (found === undefined) throw new UnsupportedError(`there is no variable ${name} before it is asked for`);
    const value = this.evaluate(found.expression, index);
    if (sizeOf(value) > LIMITS.celValue) throw new LimitError(`the variable ${name} grows too large`);
    this.#variables.set(name, value);
    return value;
  }
}

function requestOf(object: KubernetesObject, { operation }: MatchWorld): Json {
  const slash = object.apiVersion.indexOf('/');
  const group = slash === -1 ? '' : object.apiVersion.slice(0, slash);
  const version = object.apiVersion.slice(slash + 1);
  return {
    operation,
    name: object.name,
    namespace: object.namespace ?? '',
    dryRun: false,
    kind: { group, version, kind: object.kind },
    resource: { group, version, resource: pluralOf(object.kind) },
  };
}

function sizeOf(value: CelValue): number {
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + sizeOf(one), value.length);
  return value instanceof Map ? [...value.values()].reduce<number>((sum, one) => sum + sizeOf(one), value.size) : 1;
}
