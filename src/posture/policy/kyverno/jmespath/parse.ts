// JMESPath to a tree. Reads an expression, gives its tree. Grammar: jmespath.org/specification.html; Kyverno lets a function follow a dot.
import { messageOf, ParseError } from '../../../../platform/errors.ts';
import type { Json } from '../../../../platform/json.ts';
import { LIMITS } from '../../../../platform/limits.ts';
import { type Token, tokensOf } from './tokens.ts';

/** A node of an expression. */
export type Expression =
  | { readonly type: 'current' }
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'literal'; readonly value: Json }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'slice'; readonly bounds: readonly [number?, number?, number?] }
  | { readonly type: 'chain' | 'or' | 'and'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'not' | 'flatten' | 'reference'; readonly of: Expression }
  | { readonly type: 'compare'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'project' | 'project-values'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'filter'; readonly left: Expression; readonly by: Expression; readonly right: Expression }
  | { readonly type: 'list'; readonly items: readonly Expression[] }
  | { readonly type: 'hash'; readonly members: readonly (readonly [string, Expression])[] }
  | { readonly type: 'call'; readonly name: string; readonly arguments: readonly Expression[] };

/** How tightly what follows an operand binds; what ends an expression binds 0. */
const POWER: Readonly<Record<string, number>> = {
  '|': 1,
  '||': 2,
  '&&': 3,
  '==': 5,
  '!=': 5,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '[]': 9,
  '*': 20,
  '[?': 21,
  '.': 40,
  '!': 45,
  '{': 50,
  '[': 55,
  '(': 60,
};
/** Below this the right side of a projection ends. */
const PROJECTION_STOP = 10;
const CURRENT: Expression = { type: 'current' };

interface Reading {
  readonly text: string;
  readonly tokens: readonly Token[];
  position: number;
  depth: number;
}

/**
 * Parses an expression.
 * @throws ParseError with what is wrong and where; LimitError
 */
export function parseExpression(text: string): Expression {
  const reading: Reading = { text, tokens: tokensOf(text), position: 0, depth: 0 };
  const expression = parse(reading, 0);
  if (peek(reading).type !== 'end') throw unexpected(reading);
  return expression;
}

function parse(reading: Reading, power: number): Expression {
  reading.depth += 1;
  if (reading.depth > LIMITS.expressionDepth) {
    throw new ParseError(`${shortened(reading.text)}: nested more than ${LIMITS.expressionDepth} levels`);
  }
  let left = parsePrefix(reading);
  while (power < (POWER[peek(reading).type] ?? 0)) left = parseInfix(reading, left);
  reading.depth -= 1;
  return left;
}

function parsePrefix(reading: Reading): Expression {
  const token = next(reading);
  switch (token.type) {
    case 'literal':
      return { type: 'literal', value: literalOf(token.text, reading) };
    case 'raw':
      return { type: 'literal', value: token.text };
    case 'name':
      return peek(reading).type === '(' ? parseCall(reading, token.text) : { type: 'field', name: token.text };
    case 'quoted':
      return { type: 'field', name: token.text };
    case '@':
      return CURRENT;
    case '&':
      return { type: 'reference', of: parse(reading, 0) };
    case '!':
      return { type: 'not', of: parse(reading, POWER['!'] ?? 0) };
    case '(': {
      const inner = parse(reading, 0);
      expect(reading, ')');
      return inner;
    }
    case '*':
      return { type: 'project-values', left: CURRENT, right: projected(reading, POWER['*'] ?? 0) };
    case '[]':
      return {
        type: 'project',
        left: { type: 'flatten', of: CURRENT },
        right: projected(reading, POWER['[]'] ?? 0),
      };
    case '[?':
      return parseFilter(reading, CURRENT);
    case '{':
      return parseHash(reading);
    case '[':
      return startsIndex(reading) ? parseBracket(reading, CURRENT) : parseList(reading);
    default:
      reading.position -= 1;
      throw unexpected(reading);
  }
}

function parseInfix(reading: Reading, left: Expression): Expression {
  const token = next(reading);
  const power = POWER[token.type] ?? 0;
  switch (token.type) {
    case '.':
      if (peek(reading).type !== '*') return { type: 'chain', left, right: parseAfterDot(reading, power) };
      next(reading);
      return { type: 'project-values', left, right: projected(reading, power) };
    case '|':
      return { type: 'chain', left, right: parse(reading, power) };
    case '||':
      return { type: 'or', left, right: parse(reading, power) };
    case '&&':
      return { type: 'and', left, right: parse(reading, power) };
    case '[]':
      return { type: 'project', left: { type: 'flatten', of: left }, right: projected(reading, power) };
    case '[?':
      return parseFilter(reading, left);
    case '[':
      return parseBracket(reading, left);
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return { type: 'compare', operator: token.type, left, right: parse(reading, power) };
    default:
      reading.position -= 1;
      throw unexpected(reading);
  }
}

function parseAfterDot(reading: Reading, power: number): Expression {
  const { type } = peek(reading);
  if (type === 'name' || type === 'quoted') return parse(reading, power);
  if (type === '[') {
    next(reading);
    return parseList(reading);
  }
  if (type === '{') {
    next(reading);
    return parseHash(reading);
  }
  throw unexpected(reading);
}

/** What is done with each element of a projection. */
function projected(reading: Reading, power: number): Expression {
  const { type } = peek(reading);
  if ((POWER[type] ?? 0) < PROJECTION_STOP) return CURRENT;
  if (type === '[' || type === '[?') return parse(reading, power);
  if (type !== '.') throw unexpected(reading);
  next(reading);
  if (peek(reading).type !== '*') return parseAfterDotChain(reading, power);
  next(reading);
  return { type: 'project-values', left: CURRENT, right: projected(reading, power) };
}

function parseAfterDotChain(reading: Reading, power: number): Expression {
  let left = parseAfterDot(reading, power);
  while (power < (POWER[peek(reading).type] ?? 0)) left = parseInfix(reading, left);
  return left;
}

function startsIndex(reading: Reading): boolean {
  const { type } = peek(reading);
  if (type === 'number' || type === ':') return true;
  return type === '*' && reading.tokens[reading.position + 1]?.type === ']';
}

/** An index, a slice or `[*]` behind the opening bracket. */
function parseBracket(reading: Reading, left: Expression): Expression {
  if (peek(reading).type === '*') {
    next(reading);
    expect(reading, ']');
    return { type: 'project', left, right: projected(reading, POWER['*'] ?? 0) };
  }
  const bounds: [number?, number?, number?] = [];
  let part = 0;
  while (peek(reading).type !== ']') {
    const token = next(reading);
    if (token.type === ':' && part < 2) part += 1;
    else if (token.type === 'number' && bounds[part] === undefined) bounds[part] = Number(token.text);
    else {
      reading.position -= 1;
      throw unexpected(reading);
    }
  }
  expect(reading, ']');
  if (part === 0) {
    if (bounds[0] === undefined) throw unexpected(reading);
    return { type: 'chain', left, right: { type: 'index', index: bounds[0] } };
  }
  const sliced: Expression = { type: 'chain', left, right: { type: 'slice', bounds } };
  return { type: 'project', left: sliced, right: projected(reading, POWER['*'] ?? 0) };
}

function parseFilter(reading: Reading, left: Expression): Expression {
  const by = parse(reading, 0);
  expect(reading, ']');
  const right = peek(reading).type === '[]' ? CURRENT : projected(reading, POWER['[?'] ?? 0);
  return { type: 'filter', left, by, right };
}

function parseList(reading: Reading): Expression {
  const items = [parse(reading, 0)];
  while (peek(reading).type === ',') {
    next(reading);
    items.push(parse(reading, 0));
  }
  expect(reading, ']');
  return { type: 'list', items };
}

function parseHash(reading: Reading): Expression {
  const members: (readonly [string, Expression])[] = [];
  do {
    if (members.length > 0) next(reading);
    const key = next(reading);
    if (key.type !== 'name' && key.type !== 'quoted') {
      reading.position -= 1;
      throw unexpected(reading);
    }
    expect(reading, ':');
    members.push([key.text, parse(reading, 0)]);
  } while (peek(reading).type === ',');
  expect(reading, '}');
  return { type: 'hash', members };
}

function parseCall(reading: Reading, name: string): Expression {
  next(reading);
  const given: Expression[] = [];
  while (peek(reading).type !== ')') {
    if (given.length > 0) expect(reading, ',');
    given.push(parse(reading, 0));
  }
  next(reading);
  return { type: 'call', name, arguments: given };
}

function literalOf(text: string, reading: Reading): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    // The specification once allowed a literal text without quotes.
    if (/^\s*[\w. /-]+$/.test(text)) return text.trimStart();
    throw new ParseError(`${shortened(reading.text)}: a literal is no JSON: ${messageOf(error)}`, { cause: error });
  }
}

function peek(reading: Reading): Token {
  return reading.tokens[reading.position] ?? { type: 'end', text: '', offset: reading.text.length };
}

function next(reading: Reading): Token {
  const token = peek(reading);
  reading.position += 1;
  return token;
}

function expect(reading: Reading, type: string): void {
  if (peek(reading).type !== type) throw unexpected(reading);
  reading.position += 1;
}

function unexpected(reading: Reading): ParseError {
  const { type, offset } = peek(reading);
  const what = type === 'end' ? 'it ends too early' : `${type} is not expected at character ${offset + 1}`;
  return new ParseError(`the expression ${shortened(reading.text)}: ${what}`);
}

function shortened(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)} …` : text;
}
