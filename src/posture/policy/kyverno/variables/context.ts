// What variables of a rule can see: the admission request, images, elements of a loop, entries of `context`. An entry is worked out when it is asked for,
// as Kyverno does it. Source: kyverno.io/docs/writing-policies/variables.
import { isMap, type Json, type JsonMap, memberOf, membersOf, textOf, valueAt } from '../../../../platform/json.ts';
import { POD_TEMPLATES } from '../../objects/pods-of.ts';
import { UnsupportedError } from '../failure.ts';
import { evaluate } from '../jmespath/evaluate.ts';
import { type Expression, parseExpression } from '../jmespath/parse.ts';
import { imagesOf } from './images.ts';

/** What is known beside the object. */
export interface Surroundings {
  /** Values that stand in for those of a cluster, by name: what a test gives. Members of `request` stand for those of the request. */
  readonly given?: JsonMap;
  /** A ConfigMap as it will be, where it is known. */
  readonly configMap?: (namespace: string, name: string) => Json | undefined;
}

/** Names that variables see. */
export interface VariableContext {
  readonly surroundings: Surroundings;
  readonly names: ReadonlyMap<string, () => Json>;
  /** Their values: a member is worked out when it is read. */
  readonly root: JsonMap;
}

/** What is asked of whoever sends the request, or of a cluster: nothing of it is known here. */
const OF_THE_SENDER = ['userInfo', 'roles', 'clusterRoles', 'uid'];
const OF_THE_CLUSTER = ['serviceAccountName', 'serviceAccountNamespace', 'target', 'globalContext'];

/** The context of a request that creates the object. */
export function requestContext(
  object: JsonMap,
  operation = 'CREATE',
  surroundings: Surroundings = {},
): VariableContext {
  const given = (...path: readonly string[]) =>
    membersOf(surroundings.given, ...path).map(([name, value]) => [name, () => value] as const);
  const request = new Map<string, () => Json>([
    ['operation', () => operation],
    ['object', () => object],
    ['name', () => textOf(object, 'metadata', 'name') ?? ''],
    ['namespace', () => textOf(object, 'metadata', 'namespace') ?? ''],
    ['kind', () => ({ kind: textOf(object, 'kind') ?? '' })],
    ['dryRun', () => false],
    ...OF_THE_SENDER.map((name) => [name, () => unknown(`request.${name}`)] as const),
    ...(operation === 'UPDATE' ? [['oldObject', () => unknown('request.oldObject')] as const] : []),
    ...given('request'),
  ]);
  const names: readonly (readonly [string, () => Json])[] = [
    ['request', () => lazy(request)],
    ['images', () => imagesOf(podSpecOf(object))],
    ...OF_THE_CLUSTER.map((name) => [name, () => unknown(name)] as const),
    ...given().filter(([name]) => name !== 'request'),
  ];
  return contextOf(names, surroundings);
}

/** The context with more names; of the same name the last one counts. */
export function withNames(context: VariableContext, more: readonly (readonly [string, () => Json])[]): VariableContext {
  return contextOf([...context.names, ...more], context.surroundings);
}

function contextOf(names: readonly (readonly [string, () => Json])[], surroundings: Surroundings): VariableContext {
  const kept = new Map(names.map(([name, read]) => [name, once(read)] as const));
  const root = once(() => lazy(kept));
  return {
    surroundings,
    names: kept,
    // Most rules ask for nothing.
    get root() {
      return root() as JsonMap;
    },
  };
}

/** An object whose members are worked out when they are read. */
function lazy(names: ReadonlyMap<string, () => Json>): JsonMap {
  // Without a prototype: an entry may be called __proto__.
  const members: Record<string, PropertyDescriptor> = Object.create(null);
  for (const [name, get] of names) members[name] = { get, enumerable: true };
  return Object.defineProperties({}, members);
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
    whole = withNames(whole, [[name, () => entryValue(entry, name, within, substituted)]]);
  }
  return whole;
}

/** What a `configMap` entry names: the whole object, of which rules read `data`. */
function configMapOf(
  entry: Json,
  within: VariableContext,
  substituted: (value: Json, within: VariableContext) => Json,
): Json | undefined {
  const wanted = memberOf(entry, 'configMap');
  if (!isMap(wanted) || within.surroundings.configMap === undefined) return undefined;
  const text = (key: string) => String(substituted(memberOf(wanted, key) ?? '', within));
  return within.surroundings.configMap(text('namespace') || 'default', text('name'));
}

function entryValue(
  entry: Json,
  name: string,
  within: VariableContext,
  substituted: (value: Json, within: VariableContext) => Json,
): Json {
  const variable = memberOf(entry, 'variable');
  if (!isMap(variable)) {
    const known = memberOf(within.surroundings.given, name) ?? configMapOf(entry, within, substituted);
    if (known !== undefined) return known;
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
