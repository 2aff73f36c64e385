// One expression of the Common Expression Language, as Kubernetes and Kyverno have it in policies. Reads its text, gives a program over named values. What is
// not known for certain is refused before anything is evaluated: an unknown function or variable never becomes a verdict. Language: github.com/google/cel-spec
// v0.24; libraries: kubernetes.io/docs/reference/using-api/cel. Regular expressions are ours, in time proportional to the text (../kyverno/jmespath/regex.ts).
import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import { isList, isMap, type Json } from '../../../platform/json.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { EvaluationError, UnsupportedError } from '../kyverno/failure.ts';
import { findMatch } from '../kyverno/jmespath/regex.ts';
import { compileRegex } from '../kyverno/jmespath/regex-compile.ts';

/** A value of CEL: integers are bigint, fractions are number. */
export type CelValue = unknown;

/** Names and what they stand for; a name that is not here is not known. */
export type Bindings = Readonly<Record<string, CelValue>>;

/** A program. */
export interface CelProgram {
  /** @throws EvaluationError where a policy engine reports an error; UnsupportedError; LimitError */
  readonly evaluate: (bindings: Bindings) => CelValue;
  /** Members of `request` that it reads. */
  readonly requestMembers: ReadonlySet<string>;
  /** Members of `variables` that it reads. */
  readonly variables: ReadonlySet<string>;
}

const LIMITS_OF_TEXT = {
  maxAstNodes: 5000,
  maxDepth: 100,
  maxListElements: 500,
  maxMapEntries: 500,
  maxCallArguments: 32,
};
/** Macros that go through a list. */
const LOOPS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
/** Failures that every engine of CEL has on the same values. */
const CERTAIN: ReadonlySet<string> = new Set([
  'no_such_key',
  'no_such_overload',
  'index_out_of_bounds',
  'index_out_of_range',
  'division_by_zero',
  'modulo_by_zero',
]);
/** Stands in the text where `matches` was: a function of our own. */
const OWN_MATCH = 'matchesByRe2';

const BASE = new Environment({
  unlistedVariablesAreDyn: false,
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
  limits: LIMITS_OF_TEXT,
}).registerFunction(
  `string.${OWN_MATCH}(string): bool`,
  (text: string, pattern: string) => findMatch(compileRegex(pattern), text) !== undefined,
);

/** Environments by the names in them: a set of policies has a handful. */
const environments = new Map<string, Environment>();
const programs = new Map<string, CelProgram>();
/** Programs that are kept: a set of policies has some hundred expressions. */
const KEPT = 5000;

/**
 * Compiles an expression.
 * @param names variables that may stand in it
 * @throws UnsupportedError
 */
export function compileCel(text: string, names: readonly string[]): CelProgram {
  const key = JSON.stringify([names, text]);
  const known = programs.get(key);
  if (known !== undefined) return known;
  const program = compiled(text, names);
  if (programs.size >= KEPT) programs.clear();
  programs.set(key, program);
  return program;
}

function compiled(text: string, names: readonly string[]): CelProgram {
  if (text.length > LIMITS.expressionLength) throw new UnsupportedError('an expression is too long');
  const environment = environmentOf(names);
  const first = parsed(environment, text);
  const found: Found = { loops: 0, matches: [], request: new Set(), variables: new Set() };
  walk(first.ast, found, 0);
  const whole = found.matches.length === 0 ? first : parsed(environment, withOwnMatches(text, found.matches));
  const checked = whole.check();
  if (!checked.valid) throw new UnsupportedError(`CEL: ${firstLine(checked.error)}`);
  return {
    requestMembers: found.request,
    variables: found.variables,
    evaluate: (bindings) => {
      const longest = Object.values(bindings).reduce<number>((most, value) => Math.max(most, longestList(value)), 0);
      if (Math.max(longest, LIMITS_OF_TEXT.maxListElements) ** found.loops > LIMITS.celSteps) {
        throw new LimitError('loops within loops over long lists take too long');
      }
      try {
        return whole(bindings as Record<string, unknown>);
      } catch (error) {
        throw failureOf(error);
      }
    },
  };
}

/** A JSON value as CEL has it. */
export function celValue(value: Json): CelValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (isList(value)) return value.map(celValue);
  if (isMap(value)) return new Map(Object.entries(value).map(([key, member]) => [key, celValue(member)]));
  return value;
}

function environmentOf(names: readonly string[]): Environment {
  const key = JSON.stringify(names);
  const known = environments.get(key);
  if (known !== undefined) return known;
  const made = BASE.clone();
  for (const name of names) made.registerVariable(name, 'dyn');
  environments.set(key, made);
  return made;
}

function parsed(environment: Environment, text: string): ReturnType<Environment['parse']> {
  try {
    return environment.parse(text);
  } catch (error) {
    throw new UnsupportedError(`CEL: ${firstLine(error)}`);
  }
}

interface Found {
  /** How deep macros over lists lie in each other. */
  loops: number;
  /** Where the receivers of `matches` end. */
  readonly matches: number[];
  /** Members of `request` and `variables`, which are known one by one. */
  readonly request: Set<string>;
  readonly variables: Set<string>;
}

function walk(node: unknown, found: Found, loops: number): void {
  if (Array.isArray(node)) {
    for (const one of node) walk(one, found, loops);
    return;
  }
  if (!isNode(node)) return;
  const isLoop = node.op === 'rcall' && LOOPS.has(node.args[0]);
  const depth = loops + (isLoop ? 1 : 0);
  found.loops = Math.max(found.loops, depth);
  if (node.op === 'rcall' && node.args[0] === 'matches') found.matches.push(node.args[1].end);
  if (node.op === 'call' && node.args[0] === 'matches')
    throw new UnsupportedError('CEL: matches as a function is not supported');
  if (node.op === '.' || node.op === '.?') {
    const of = knownByMember(node.args[0]);
    if (of !== undefined) {
      found[of].add(node.args[1]);
      return;
    }
  }
  const whole = knownByMember(node);
  if (whole !== undefined) throw new UnsupportedError(`CEL: ${whole} as a whole is not known`);
  walk(node.args, found, depth);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

function knownByMember(node: ASTNode): 'request' | 'variables' | undefined {
  return node.op === 'id' && (node.args === 'request' || node.args === 'variables') ? node.args : undefined;
}

function withOwnMatches(text: string, ends: readonly number[]): string {
  let whole = text;
  for (const end of ends.toSorted((a, b) => b - a)) {
    const call = /^[\s)]*\.\s*matches(?=\s*\()/.exec(whole.slice(end));
    if (call === null) throw new UnsupportedError('CEL: the call of matches was not found in the text');
    const [said] = call;
    whole = whole.slice(0, end) + said.slice(0, -'matches'.length) + OWN_MATCH + whole.slice(end + said.length);
  }
  return whole;
}

function failureOf(error: unknown): unknown {
  if (error instanceof PlimsollError) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof PlimsollError) return cause;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const said = `CEL: ${firstLine(error)}`;
  return CERTAIN.has(code) ? new EvaluationError(said) : new UnsupportedError(said);
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0] ?? '';
}

function longestList(value: CelValue): number {
  if (Array.isArray(value)) return value.reduce<number>((most, one) => Math.max(most, longestList(one)), value.length);
  if (value instanceof Map)
    return [...value.values()].reduce<number>((most, one) => Math.max(most, longestList(one)), value.size);
  return 0;
}
