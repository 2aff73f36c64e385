// Variables `{{ expression }}` in a policy's values and keys, innermost first, until none is left. Source: kyverno.io/docs/writing-policies/variables.
import { LimitError } from '../../../../platform/errors.ts';
import { isList, isMap, type Json } from '../../../../platform/json.ts';
import { LIMITS } from '../../../../platform/limits.ts';
import { EvaluationError, NotFoundError, UnsupportedError } from '../failure.ts';
import { query, type VariableContext } from './context.ts';

/** An innermost variable that no backslash escapes. */
const VARIABLE = /(?<!\\)\{\{((?:\{[^{}]*\}|[^{}])*)\}\}/g;
const WHOLE = /^\{\{((?:\{[^{}]*\}|[^{}])*)\}\}$/;
/** `$(./../path)`: the value of another place of the pattern. */
const REFERENCE = /(?:^|[^\\])\$\((?:\.{1,2}\/|\/)[^ )]*\)/;

/**
 * The value with its variables replaced. A text that is one variable becomes what that is, whatever its type.
 * @throws NotFoundError, EvaluationError, UnsupportedError, LimitError, ParseError
 */
export function substitute(value: Json, context: VariableContext): Json {
  return replaceIn(value, (expression) => query(context, expression));
}

/** As `substitute`, with null for what does not resolve: so Kyverno reads preconditions. */
export function substituteLeniently(value: Json, context: VariableContext): Json {
  return replaceIn(value, (expression) => {
    try {
      return query(context, expression);
    } catch (error) {
      if (error instanceof EvaluationError) return null;
      throw error;
    }
  });
}

function replaceIn(value: Json, resolve: (expression: string) => Json): Json {
  if (typeof value === 'string') return replaceInText(value, resolve);
  if (isList(value)) return value.map((item) => replaceIn(item, resolve));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [String(replaceInText(key, resolve)), replaceIn(member, resolve)]),
  );
}

function replaceInText(text: string, resolve: (expression: string) => Json): Json {
  if (REFERENCE.test(text))
    throw new UnsupportedError('references to other places of a pattern, $(…), are not supported');
  if (!text.includes('{{')) return text;
  let current = text;
  for (let round = 0; round < LIMITS.variableRounds; round += 1) {
    const whole = WHOLE.exec(current);
    if (whole !== null) {
      const value = resolved(whole[1] ?? '', resolve);
      if (typeof value !== 'string') return isList(value) || isMap(value) ? replaceIn(value, resolve) : value;
      current = value;
    } else {
      let found = false;
      current = current.replace(VARIABLE, (_, expression: string) => {
        found = true;
        const value = resolved(expression, resolve);
        return typeof value === 'string' ? value : JSON.stringify(value);
      });
      if (!found) return current.replaceAll('\\{{', '{{');
    }
    if (current.length > LIMITS.expressionLength) throw new LimitError('a text grows too long by its variables');
    if (!current.includes('{{')) return current;
  }
  throw new LimitError(`variables bring variables, more than ${LIMITS.variableRounds} times`);
}

function resolved(expression: string, resolve: (expression: string) => Json): Json {
  const trimmed = expression.trim();
  if (trimmed === '@') throw new UnsupportedError('the variable @, the value at the same place, is not supported');
  if (trimmed === '') throw new NotFoundError('a variable is empty');
  return resolve(trimmed);
}
