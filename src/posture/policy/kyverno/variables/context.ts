// What variables of a rule can see: the admission request, images, elements of a loop, entries of `context`. An entry is worked out when it is asked for,
// as Kyverno does it. Source: kyverno.io/docs/writing-policies/variables.
import { isMap, type Json, type JsonMap, memberOf, textOf, valueAt } from '../../objects/json.ts';
import { POD_TEMPLATES } from '../../objects/pods-of.ts';
import { UnsupportedError } from '../failure.ts';
import { evaluate } from '../jmespath/evaluate.ts';
import { type Expression, parseExpression } from '../jmespath/parse.ts';
import { imagesOf } from './images.ts';

/** Names that variables see. */
export interface VariableContext {
  readonly names: ReadonlyMap<string, () => Json>;
  /** Their values: a member is worked out when it is read. */
  readonly root: JsonMap;
}

/** What is asked of whoever sends the request, or of a cluster: nothing of it is known here. */
const OF_THE_SENDER = ['userInfo', 'roles', 'clusterRoles', 'uid'];
const OF_THE_CLUSTER = ['serviceAccountName', 'serviceAccountNamespace', 'target', 'globalContext'];

/** The context of a request that creates the object. */
export function requestContext(object: JsonMap, operation = 'CREATE'): VariableContext {
  const request = new Map<string, () => Json>([
    ['operation', () => operation],
    ['object', () => object],
    ['name', () => textOf(object, 'metadata', 'name') ?? ''],
    ['namespace', () => textOf(object, 'metadata', 'namespace') ?? ''],
    ['kind', () => ({ kind: textOf(object, 'kind') ?? '' })],
    ['dryRun', () => false],
    ...OF_THE_SENDER.map((name) => [name, () => unknown(`request.${name}`)] as const),
  ]);
  return contextOf([
    ['request', () => lazy(request)],
    ['images', () => imagesOf(podSpecOf(object))],
    ...OF_THE_CLUSTER.map((name) => [name, () => unknown(name)] as const),
  ]);
}

/** The context with one more name. */
export function withName(context: VariableContext, name: string, read: () => Json): VariableContext {
  return contextOf([...context.names, [name, read]]);
}

function contextOf(names: readonly (readonly [string, () => Json])[]): VariableContext {
  const kept = new Map(names.map(([name, read]) => [name, once(read)] as const));
  return { names: kept, root: lazy(kept) };
}

/** An object whose members are worked out when they are read. */
function lazy(names: ReadonlyMap<string, () => Json>): JsonMap {
  const members = [...names].map(([name, get]) => [name, { get, enumerable: true }] as const);
  return Object.defineProperties({}, Object.fromEntries(members));
}

const parsed = new Map<string, Expression>();
/** Expressions whose trees are kept: a set of policies has some hundred. */
const KEPT = 5000;

/**
 * The value of an expression.
 * @throws ParseError, NotFoundError, EvaluationError, UnsupportedError, LimitError
 */
export function query(context: VariableContext, text: string): Json {
  let expression = parsed.get(text);
  if (expression === undefined) {
    expression = parseExpression(text);
    if (parsed.size >= KEPT) parsed.clear();
    parsed.set(text, expression);
  }
  return evaluate(expression, context.root);
}

/** The specification of the Pod that an object is or has a template of. */
export function podSpecOf(object: JsonMap): Json | undefined {
  const kind = textOf(object, 'kind') ?? '';
  const path = kind === 'Pod' ? [] : POD_TEMPLATES.get(kind);
  return path === undefined ? undefined : valueAt(object, ...path, 'spec');
}

function once(read: () => Json): () => Json {
  let known: { readonly value: Json } | undefined;
  return () => {
    known ??= { value: read() };
    return known.value;
  };
}

function unknown(name: string): never {
  throw new UnsupportedError(`the variable ${name} is known to a cluster alone`);
}

/** The context with the entries of a `context` block. */
export function withEntries(
  context: VariableContext,
  entries: readonly Json[],
  substituted: (value: Json, within: VariableContext) => Json,
): VariableContext {
  let whole = context;
  for (const entry of entries) {
    const name = textOf(entry, 'name');
    if (name === undefined || name === '') throw new UnsupportedError('an entry of context has no name');
    const within = whole;
    whole = withName(whole, name, () => entryValue(entry, name, within, substituted));
  }
  return whole;
}

function entryValue(
  entry: Json,
  name: string,
  within: VariableContext,
  substituted: (value: Json, within: VariableContext) => Json,
): Json {
  const variable = memberOf(entry, 'variable');
  if (!isMap(variable)) {
    const kind = Object.keys(isMap(entry) ? entry : {}).find((key) => key !== 'name') ?? 'nothing';
    throw new UnsupportedError(`the context entry ${name} is of ${kind}, which needs a cluster or the network`);
  }
  const fallback = memberOf(variable, 'default');
  try {
    const given = memberOf(variable, 'value');
    const value = given === undefined ? undefined : substituted(given, within);
    const path = textOf(variable, 'jmesPath');
    const found =
      path === undefined
        ? (value ?? null)
        : value === undefined
          ? query(within, String(substituted(path, within)))
          : evaluate(parseExpression(String(substituted(path, within))), value);
    return found === null && fallback !== undefined ? substituted(fallback, within) : found;
  } catch (error) {
    if (fallback === undefined || error instanceof UnsupportedError) throw error;
    return substituted(fallback, within);
  }
}
