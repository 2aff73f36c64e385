// JSON patches, RFC 6902 over JSON pointers (RFC 6901), with the freedoms that Kyverno allows: `add` makes what is missing on the way, `remove` of what is
// not there does nothing, a negative index counts from the end. Source: kyverno.io/docs/writing-policies/mutate#rfc-6902-jsonpatch.
import { isList, isMap, type Json, memberOf, sameJson, textOf, withMember } from '../../../../platform/json.ts';
import { EvaluationError } from '../failure.ts';

/**
 * The value with the operations carried out, one after the other.
 * @throws EvaluationError when one cannot be
 */
export function applyJsonPatch(value: Json, operations: readonly Json[]): Json {
  let current = value;
  for (const operation of operations) current = applyOne(current, operation);
  return current;
}

function applyOne(value: Json, operation: Json): Json {
  const path = pointer(textOf(operation, 'path'));
  const given = memberOf(operation, 'value');
  switch (textOf(operation, 'op')) {
    case 'add':
      return edit(value, path, 'add', given ?? null);
    case 'replace':
      return edit(value, path, 'replace', given ?? null);
    case 'remove':
      return find(value, path) === undefined ? value : edit(value, path, 'remove', null);
    case 'test':
      if (!sameJson(find(value, path), given)) throw new EvaluationError(`the test at ${shown(path)} does not hold`);
      return value;
    case 'copy':
      return edit(value, path, 'add', found(value, operation));
    case 'move': {
      const moved = found(value, operation);
      return edit(edit(value, pointer(textOf(operation, 'from')), 'remove', null), path, 'add', moved);
    }
    default:
      throw new EvaluationError('an operation of a JSON patch is none of RFC 6902');
  }
}

function pointer(text: string | undefined): readonly string[] {
  if (text === undefined || (text !== '' && !text.startsWith('/'))) {
    throw new EvaluationError(`"${text ?? ''}" is no JSON pointer`);
  }
  if (text === '') return [];
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function found(value: Json, operation: Json): Json {
  const from = pointer(textOf(operation, 'from'));
  const there = find(value, from);
  if (there === undefined) throw new EvaluationError(`there is nothing at ${shown(from)}`);
  return there;
}

function find(value: Json, path: readonly string[]): Json | undefined {
  let current: Json | undefined = value;
  for (const part of path) current = isList(current) ? current[indexOf(part, current.length)] : memberOf(current, part);
  return current;
}

function edit(value: Json | undefined, path: readonly string[], how: 'add' | 'replace' | 'remove', given: Json): Json {
  const [part, ...rest] = path;
  if (part === undefined) return given;
  if (isList(value)) return editList(value, part, rest, how, given);
  if (value !== undefined && value !== null && !isMap(value))
    throw new EvaluationError(`there is no object above ${part}`);
  if (value === undefined || value === null) {
    if (how !== 'add') throw new EvaluationError(`there is nothing at ${part}`);
    // What is missing becomes a list where a number or `-` is asked for.
    if (part === '-' || part === '0') return [edit(undefined, rest, how, given)];
    return { [part]: edit(undefined, rest, how, given) };
  }
  if (rest.length === 0) {
    if (how === 'add') return withMember(value, part, given);
    if (!Object.hasOwn(value, part)) throw new EvaluationError(`there is nothing at ${part}`);
    if (how === 'replace') return withMember(value, part, given);
    return Object.fromEntries(Object.entries(value).filter(([key]) => key !== part));
  }
  return withMember(value, part, edit(memberOf(value, part), rest, how, given));
}

function editList(
  value: readonly Json[],
  part: string,
  rest: readonly string[],
  how: 'add' | 'replace' | 'remove',
  given: Json,
): Json {
  const index = indexOf(part, value.length);
  if (rest.length > 0) {
    if (index < 0 || index >= value.length) throw new EvaluationError(`the list has no element ${part}`);
    return value.with(index, edit(value[index], rest, how, given));
  }
  if (how === 'add' && index >= 0 && index <= value.length) return value.toSpliced(index, 0, given);
  if (index < 0 || index >= value.length) throw new EvaluationError(`the list has no element ${part}`);
  return how === 'remove' ? value.toSpliced(index, 1) : value.with(index, given);
}

function indexOf(part: string, length: number): number {
  if (part === '-') return length;
  if (!/^-?(?:0|[1-9]\d{0,8})$/.test(part)) return -1;
  const index = Number(part);
  return index < 0 ? index + length : index;
}

function shown(path: readonly string[]): string {
  return `/${path.join('/')}`;
}
