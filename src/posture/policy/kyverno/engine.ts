// One rule on one object, with its exceptions. Pure. The rest of a request: src/posture/policy/preview.

import { LimitError, messageOf, ParseError } from '../../../platform/errors.ts';
import { isMap, type Json, type JsonMap, listOf, memberOf, textOf } from '../../../platform/json.ts';
import { type KubernetesObject, objectOf } from '../../../scan/release/manifests/object.ts';
import { excepts, names, type PolicyException } from './exception/exception.ts';
import { EvaluationError, UnsupportedError } from './failure.ts';
import { isFor, type MatchWorld } from './match/match.ts';
import { mutate } from './mutate/mutate.ts';
import type { Policy } from './policy.ts';
import type { PolicyRule } from './policy-rule.ts';
import { holds } from './validate/conditions.ts';
import { judgePodSecurity } from './validate/pod-security.ts';
import { validate } from './validate/validate.ts';
import { requestContext, type Surroundings, type VariableContext, withEntries } from './variables/context.ts';
import { substitute, substituteLeniently } from './variables/substitute.ts';

/** What came of a rule. `unsupported`: it could not be evaluated here, so nothing is known. */
export interface RuleResult {
  readonly policy: string;
  readonly rule: string;
  readonly status: 'pass' | 'fail' | 'skip' | 'error' | 'unsupported';
  readonly message: string;
  /** Exceptions that changed what came of it. */
  readonly exceptions: readonly string[];
  /** The object as a mutation left it. */
  readonly patched?: KubernetesObject;
}

/** What rules know beside the object. */
export interface RuleWorld extends MatchWorld {
  readonly exceptions: readonly PolicyException[];
  /** What variables see of a rule on an object, where more is known than the object. */
  readonly surroundings?: (policy: Policy, rule: PolicyRule, object: KubernetesObject) => Surroundings;
}

/** Applies a rule; undefined when it is not for the object. */
export function applyRule(
  policy: Policy,
  rule: PolicyRule,
  object: KubernetesObject,
  world: RuleWorld,
): RuleResult | undefined {
  const result = (status: RuleResult['status'], message: string, exceptions: readonly string[] = []): RuleResult => ({
    policy: policy.id,
    rule: rule.name,
    status,
    message,
    exceptions,
  });
  if (policy.namespace !== undefined && policy.namespace !== object.namespace) return undefined;
  try {
    const surroundings = world.surroundings?.(policy, rule, object) ?? {};
    const operation = operationOf(surroundings, world);
    if (!isFor(rule.value, object, { ...world, operation })) return undefined;
    if (rule.unsupported !== undefined) return result('unsupported', rule.unsupported);
    const context = ruleContext(rule, object.value, operation, surroundings);
    const excepting = world.exceptions.filter(
      (exception) => names(exception, policy, rule) && excepts(exception, object, context, { ...world, operation }),
    );
    const whole = excepting.filter(({ exclusions }) => exclusions.length === 0);
    if (whole.length > 0) {
      const ids = whole.map(({ id }) => id);
      return result('skip', `it is excepted by ${ids.join(', ')}`, ids);
    }
    if (!holds(substituteLeniently(memberOf(rule.value, 'preconditions') ?? null, context))) {
      return result('skip', 'the preconditions do not hold');
    }
    if (rule.kind === 'mutate') {
      const outcome = mutate(rule.value['mutate'] ?? null, object.value, (now) =>
        ruleContext(rule, now, operation, surroundings),
      );
      if (outcome.status === 'skip') return result('skip', outcome.message);
      return { ...result('pass', ''), patched: objectOf(outcome.patched, object.position) ?? object };
    }
    const body = rule.value['validate'] ?? null;
    const podSecurity = memberOf(body, 'podSecurity');
    if (isMap(podSecurity)) {
      const { found, exceptions } = judgePodSecurity(podSecurity, object.value, excepting);
      if (found.length > 0) return result('fail', found.join('; '), exceptions);
      if (exceptions.length === 0) return result('pass', '');
      return result('skip', `it is excepted by ${exceptions.join(', ')}`, exceptions);
    }
    const outcome = validate(body, object.value, context);
    if (outcome.status !== 'fail') return result(outcome.status, outcome.message);
    return result('fail', messageText(body, outcome.message, context));
  } catch (error) {
    if (error instanceof UnsupportedError || error instanceof LimitError) return result('unsupported', error.message);
    // An expression that cannot be read may be one that Kyverno reads.
    if (error instanceof ParseError) return result('unsupported', error.message);
    if (error instanceof EvaluationError) return result('error', messageOf(error));
    throw error;
  }
}

function ruleContext(
  rule: PolicyRule,
  object: JsonMap,
  operation: string,
  surroundings: Surroundings,
): VariableContext {
  return withEntries(requestContext(object, operation, surroundings), listOf(rule.value, 'context'), substitute);
}

/** @throws UnsupportedError for a deletion, whose object is another member of the request */
function operationOf({ given }: Surroundings, { operation }: MatchWorld): string {
  const told = textOf(given, 'request', 'operation') ?? operation;
  if (told !== 'CREATE' && told !== 'UPDATE') throw new UnsupportedError(`requests to ${told} are not evaluated`);
  return told;
}

function messageText(body: Json, reason: string, context: VariableContext): string {
  const message = textOf(body, 'message');
  if (message === undefined) return reason;
  try {
    return `${String(substitute(message, context)).trim()} (${reason})`;
  } catch {
    return `${message.trim()} (${reason})`;
  }
}
