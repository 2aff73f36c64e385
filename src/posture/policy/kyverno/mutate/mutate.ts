// Mutation by patchStrategicMerge, patchesJson6902 and foreach. Source: kyverno.io/docs/writing-policies/mutate; in detail as in Kyverno 1.13.
import {
  isList,
  isMap,
  type Json,
  type JsonMap,
  listOf,
  memberOf,
  sameJson,
  textOf,
} from '../../../../platform/json.ts';
import { readValues } from '../../../../scan/release/manifests/values.ts';
import { EvaluationError } from '../failure.ts';
import { holds } from '../validate/conditions.ts';
import { loopContext, loopElements } from '../validate/validate.ts';
import type { VariableContext } from '../variables/context.ts';
import { substitute, substituteLeniently } from '../variables/substitute.ts';
import { applyJsonPatch } from './json-patch.ts';
import { plainPatch } from './overlay.ts';
import { strategicMerge } from './strategic-merge.ts';

/** What a rule makes of an object. `skip`: nothing changes. */
export type MutationOutcome =
  | { readonly status: 'pass'; readonly patched: JsonMap }
  | { readonly status: 'skip'; readonly message: string };

/**
 * Applies the `mutate` of a rule.
 * @param contextOf variables for the object as it has become
 * @throws EvaluationError, UnsupportedError
 */
export function mutate(body: Json, object: JsonMap, contextOf: (object: JsonMap) => VariableContext): MutationOutcome {
  const patched = apply(body, object, contextOf, 0);
  if (typeof patched === 'string') return { status: 'skip', message: patched };
  if (sameJson(patched, object)) return { status: 'skip', message: 'it is so already' };
  return { status: 'pass', patched };
}

/** The changed object, or why nothing was done. */
function apply(
  body: Json,
  object: JsonMap,
  contextOf: (object: JsonMap) => VariableContext,
  nesting: number,
): JsonMap | string {
  const loops = listOf(body, 'foreach');
  if (loops.length > 0)
    return loops.reduce<JsonMap>((current, loop) => applyLoop(loop, current, contextOf, nesting), object);
  const merge = memberOf(body, 'patchStrategicMerge');
  if (merge !== undefined) {
    const overlay = plainPatch(substitute(merge, contextOf(object)), object);
    if ('skipped' in overlay) return overlay.skipped;
    return asObject(strategicMerge(object, overlay.patch));
  }
  const operations = textOf(body, 'patchesJson6902');
  if (operations === undefined) throw new EvaluationError('a mutation has no patch');
  const text = substitute(operations, contextOf(object));
  const [list] = typeof text === 'string' ? readValues(text, 'patchesJson6902') : [text];
  if (!isList(list)) throw new EvaluationError('patchesJson6902 is no list of operations');
  return asObject(applyJsonPatch(object, list));
}

function applyLoop(
  loop: Json,
  object: JsonMap,
  contextOf: (object: JsonMap) => VariableContext,
  nesting: number,
): JsonMap {
  const elements = [...loopElements(loop, contextOf(object)).entries()];
  // A merged element moves to the front of its list: taken from the last to the first, the list keeps its order.
  const order = textOf(loop, 'order');
  const backwards = order === undefined ? memberOf(loop, 'patchStrategicMerge') !== undefined : order === 'Descending';
  let current = object;
  for (const [index, element] of backwards ? elements.reverse() : elements) {
    if (element === null) continue;
    const inside = (of: JsonMap) => loopContext(loop, element, index, nesting, contextOf(of));
    if (!holds(substituteLeniently(memberOf(loop, 'preconditions') ?? null, inside(current)))) continue;
    const outcome = apply(loop, current, inside, nesting + 1);
    if (typeof outcome !== 'string') current = outcome;
  }
  return current;
}

function asObject(value: Json): JsonMap {
  if (!isMap(value)) throw new EvaluationError('a patch makes the object something else');
  return value;
}
