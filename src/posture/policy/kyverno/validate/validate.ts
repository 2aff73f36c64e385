// Validation by pattern, anyPattern, deny and foreach. Source: kyverno.io/docs/writing-policies/validate; what counts as skipped or as an error as in
// Kyverno 1.13.
import { isList, isMap, type Json, type JsonMap, listOf, memberOf, textOf } from '../../../../platform/json.ts';
import { EvaluationError, UnsupportedError } from '../failure.ts';
import { matchPattern } from '../pattern/match.ts';
import { query, type VariableContext, withEntries, withNames } from '../variables/context.ts';
import { substitute, substituteLeniently } from '../variables/substitute.ts';
import { holds } from './conditions.ts';

/** What a rule says of an object. */
export interface RuleOutcome {
  readonly status: 'pass' | 'fail' | 'skip' | 'error';
  readonly message: string;
}

/** Where a body of validation is applied. */
interface Place {
  readonly object: JsonMap;
  /** The element of the loop around, where patterns are for it. */
  readonly element?: Json;
  readonly nesting: number;
}

/**
 * Applies the `validate` of a rule.
 * @throws EvaluationError for variables that do not resolve; UnsupportedError
 */
export function validate(body: Json, object: JsonMap, context: VariableContext): RuleOutcome {
  return apply(body, { object, nesting: 0 }, context);
}

function apply(body: Json, place: Place, context: VariableContext): RuleOutcome {
  const deny = memberOf(body, 'deny');
  if (deny !== undefined) {
    const denied = holds(substitute(memberOf(deny, 'conditions') ?? null, context));
    return denied ? { status: 'fail', message: 'it is denied' } : PASSED;
  }
  const subject = place.element ?? place.object;
  const pattern = memberOf(body, 'pattern');
  if (pattern !== undefined) return byPattern(subject, substitute(pattern, context));
  const anyPattern = memberOf(body, 'anyPattern');
  if (anyPattern !== undefined) return byAny(subject, substitute(anyPattern, context));
  if (memberOf(body, 'foreach') !== undefined) return byLoops(listOf(body, 'foreach'), place, context);
  throw new UnsupportedError('a validation has none of pattern, anyPattern, deny, foreach, podSecurity');
}

const PASSED: RuleOutcome = { status: 'pass', message: '' };

function byPattern(subject: Json, pattern: Json): RuleOutcome {
  const { status, path, reason } = matchPattern(subject, pattern);
  return { status, message: status === 'pass' ? '' : `${path} ${reason}`.trim() };
}

function byAny(subject: Json, patterns: Json): RuleOutcome {
  if (!isList(patterns)) throw new EvaluationError('anyPattern is no list');
  const outcomes = patterns.map((pattern) => byPattern(subject, pattern));
  if (outcomes.length === 0 || outcomes.some(({ status }) => status === 'pass')) return PASSED;
  const failed = outcomes.filter(({ status }) => status !== 'skip');
  const status = failed.length === 0 ? 'skip' : 'fail';
  return { status, message: (failed.length === 0 ? outcomes : failed).map(({ message }) => message).join('; ') };
}

function byLoops(loops: readonly Json[], place: Place, context: VariableContext): RuleOutcome {
  let applied = 0;
  for (const loop of loops) {
    const elements = elementsOf(loop, context);
    let last: RuleOutcome = PASSED;
    for (const [index, element] of elements.entries()) {
      if (element === null) continue;
      const outcome = oneElement(loop, element, index, place, context);
      if (outcome.status === 'fail') return outcome;
      if (outcome.status === 'pass') applied += 1;
      // Kyverno forgives the error of an element unless it is the last one. What could not be judged is told here all the same.
      if (outcome.status === 'error') last = outcome;
    }
    if (last.status === 'error') return last;
  }
  return applied === 0 ? { status: 'skip', message: 'no element was judged' } : PASSED;
}

/** Elements of a loop's list; none where the list is not there. */
function elementsOf(loop: Json, context: VariableContext): readonly Json[] {
  try {
    return loopElements(loop, context);
  } catch (error) {
    if (error instanceof EvaluationError) return [];
    throw error;
  }
}

/**
 * The list that a loop names; a single value is a list of it.
 * @throws EvaluationError, UnsupportedError
 */
export function loopElements(loop: Json, context: VariableContext): readonly Json[] {
  const text = substitute(textOf(loop, 'list') ?? '', context);
  const list = typeof text === 'string' ? query(context, text) : text;
  return isList(list) ? list : [list];
}

/** The context inside a loop: the element, its index, and both by the depth of the loop. */
export function loopContext(
  loop: Json,
  element: Json,
  index: number,
  nesting: number,
  context: VariableContext,
): VariableContext {
  const names: readonly (readonly [string, () => Json])[] = [
    ['element', () => element],
    ['elementIndex', () => index],
    [`element${nesting}`, () => element],
    [`elementIndex${nesting}`, () => index],
  ];
  return withEntries(withNames(context, names), listOf(loop, 'context'), substitute);
}

function oneElement(loop: Json, element: Json, index: number, place: Place, context: VariableContext): RuleOutcome {
  const scope = memberOf(loop, 'elementScope');
  if (scope === true && !isMap(element)) return { status: 'error', message: 'elementScope is for objects' };
  const scoped = scope === undefined || scope === null ? isMap(element) : scope === true;
  const inside = loopContext(loop, element, index, place.nesting, context);
  try {
    if (!holds(substituteLeniently(memberOf(loop, 'preconditions') ?? null, inside))) {
      return { status: 'skip', message: 'the preconditions do not hold' };
    }
    const within: Place = { object: place.object, nesting: place.nesting + 1, ...(scoped ? { element } : {}) };
    return apply(loop, within, inside);
  } catch (error) {
    if (error instanceof EvaluationError) return { status: 'error', message: error.message };
    throw error;
  }
}
