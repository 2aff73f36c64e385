// The value of a JMESPath expression. Specification: jmespath.org/specification.html, with Kyverno's one difference: a key that is not there is an error
// that names it, which `||`, filters and projections take for null (kyverno.io/docs/writing-policies/jmespath).
import { LimitError } from '../../../../platform/errors.ts';
import { isList, isMap, type Json, sameJson } from '../../../../platform/json.ts';
import { LIMITS } from '../../../../platform/limits.ts';
import { EvaluationError, NotFoundError, UnsupportedError } from '../failure.ts';
import type { Argument } from './argument.ts';
import { FUNCTIONS } from './functions.ts';
import type { Expression } from './parse.ts';

interface Evaluation {
  steps: number;
}

/**
 * Evaluates an expression on a value.
 * @throws NotFoundError for a key that is not there; EvaluationError for values of the wrong type; UnsupportedError; LimitError
 */
export function evaluate(expression: Expression, value: Json): Json {
  return run(expression, value, { steps: 0 });
}

function run(expression: Expression, value: Json, evaluation: Evaluation): Json {
  evaluation.steps += 1;
  if (evaluation.steps > LIMITS.expressionSteps) {
    throw new LimitError(`an expression takes more than ${LIMITS.expressionSteps} steps`);
  }
  switch (expression.type) {
    case 'current':
      return value;
    case 'literal':
      return expression.value;
    case 'field': {
      if (isMap(value) && Object.hasOwn(value, expression.name)) return value[expression.name] ?? null;
      throw new NotFoundError(`there is no "${expression.name}"`);
    }
    case 'index':
      return isList(value) ? (value.at(expression.index) ?? null) : null;
    case 'slice':
      return isList(value) ? slice(value, expression.bounds) : null;
    case 'chain':
      return run(expression.right, run(expression.left, value, evaluation), evaluation);
    case 'or': {
      const left = orNull(() => run(expression.left, value, evaluation));
      return isFalse(left) ? run(expression.right, value, evaluation) : left;
    }
    case 'and': {
      const left = orNull(() => run(expression.left, value, evaluation));
      return isFalse(left) ? left : run(expression.right, value, evaluation);
    }
    case 'not':
      return isFalse(orNull(() => run(expression.of, value, evaluation)));
    case 'compare':
      return compare(
        expression.operator,
        orNull(() => run(expression.left, value, evaluation)),
        orNull(() => run(expression.right, value, evaluation)),
      );
    case 'flatten': {
      const list = run(expression.of, value, evaluation);
      return isList(list) ? list.flatMap((item) => (isList(item) ? item : [item])) : null;
    }
    case 'project': {
      const list = run(expression.left, value, evaluation);
      return isList(list) ? each(list, expression.right, evaluation) : null;
    }
    case 'project-values': {
      const map = run(expression.left, value, evaluation);
      return isMap(map) ? each(Object.values(map), expression.right, evaluation) : null;
    }
    case 'filter': {
      const list = run(expression.left, value, evaluation);
      if (!isList(list)) return null;
      const kept = list.filter((item) => !isFalse(orNull(() => run(expression.by, item, evaluation))));
      return each(kept, expression.right, evaluation);
    }
    case 'list':
      if (value === null) return null;
      return weighed(expression.items.map((item) => orNull(() => run(item, value, evaluation))));
    case 'hash':
      if (value === null) return null;
      return weighed(
        Object.fromEntries(
          expression.members.map(([key, member]) => [key, orNull(() => run(member, value, evaluation))]),
        ),
      );
    case 'reference':
      throw new EvaluationError('an expression behind & is no value');
    case 'call':
      return call(expression.name, expression.arguments, value, evaluation);
  }
}

function call(name: string, given: readonly Expression[], value: Json, evaluation: Evaluation): Json {
  const implementation = FUNCTIONS.get(name);
  if (implementation === undefined) throw new UnsupportedError(`the function ${name} of JMESPath is not supported`);
  const values = given.map((argument): Argument => {
    if (argument.type === 'reference') return { apply: (to) => run(argument.of, to, evaluation) };
    if (name === 'not_null') return { value: orNull(() => run(argument, value, evaluation)) };
    return { value: run(argument, value, evaluation) };
  });
  try {
    const result = implementation(values, name);
    if (typeof result !== 'string' || result.length <= LIMITS.expressionLength) return result;
  } catch (error) {
    // A text that is longer than the engine can hold.
    if (!(error instanceof RangeError)) throw error;
  }
  throw new LimitError(`${name}: the text grows beyond ${LIMITS.expressionLength} characters`);
}

const weights = new WeakMap<object, number>();

/** Refuses what would have too many nodes when written out: `[@, @] | [@, @]` holds the same value again and again. */
function weighed(value: Json): Json {
  if (weightOf(value) > LIMITS.expressionSteps) throw new LimitError('an expression makes a value that is too large');
  return value;
}

function weightOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 1;
  let weight = weights.get(value);
  if (weight === undefined) {
    weight = 1;
    for (const member of Object.values(value)) weight += weightOf(member);
    weights.set(value, weight);
  }
  return weight;
}

function each(list: readonly Json[], right: Expression, evaluation: Evaluation): Json {
  return list.flatMap((item) => {
    const value = orNull(() => run(right, item, evaluation));
    return value === null ? [] : [value];
  });
}

/** Null in the place of a key that is not there. */
function orNull(read: () => Json): Json {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

/** JMESPath's false: false, null, and what is empty. Zero is true. */
function isFalse(value: Json): boolean {
  if (value === null || value === false || value === '') return true;
  return isList(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0;
}

function compare(operator: string, left: Json, right: Json): Json {
  if (operator === '==') return sameJson(left, right);
  if (operator === '!=') return !sameJson(left, right);
  if (typeof left !== 'number' || typeof right !== 'number') return null;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

function slice(list: readonly Json[], [from, to, step = 1]: readonly [number?, number?, number?]): Json {
  if (step === 0) throw new EvaluationError('the step of a slice is 0');
  const bound = (index: number | undefined, otherwise: number) => {
    if (index === undefined) return otherwise;
    const from0 = index < 0 ? index + list.length : index;
    return Math.min(Math.max(from0, step < 0 ? -1 : 0), step < 0 ? list.length - 1 : list.length);
  };
  const start = bound(from, step < 0 ? list.length - 1 : 0);
  const end = bound(to, step < 0 ? -1 : list.length);
  const items: Json[] = [];
  for (let index = start; step > 0 ? index < end : index > end; index += step) items.push(list[index] ?? null);
  return items;
}
