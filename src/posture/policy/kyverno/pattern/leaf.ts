// A value against a scalar of a pattern: alternatives `a | b`, both `a & b`, negation, comparison, ranges, quantities, durations, wildcards.
// Source: kyverno.io/docs/writing-policies/validate#operators.
import { isMap, type Json } from '../../../../platform/json.ts';
import { compareExact, type Exact, parseDuration, parseQuantity } from './quantity.ts';
import { matchesWildcard } from './wildcard.ts';

type Operator = '' | '!' | '>' | '<' | '>=' | '<=';

/** Whether the value satisfies the scalar. A list or an object satisfies none. */
export function matchesLeaf(value: Json | undefined, pattern: Json): boolean {
  if (typeof pattern === 'boolean') return value === pattern;
  if (typeof pattern === 'number') {
    return typeof value === 'number' ? value === pattern : typeof value === 'string' && isNumber(value, pattern);
  }
  if (pattern === null) return value === undefined || value === null || value === 0 || value === '' || value === false;
  if (typeof pattern === 'string') return matchesText(value, pattern);
  return isMap(pattern) && isMap(value);
}

function isNumber(text: string, pattern: number): boolean {
  return /^[-+]?\d+(?:\.\d+)?$/.test(text) && Number(text) === pattern;
}

function matchesText(value: Json | undefined, pattern: string): boolean {
  if (value === pattern) return true;
  return pattern
    .split('|')
    .some((alternative) => alternative.split('&').every((part) => matchesOne(value, part.trim())));
}

function matchesOne(value: Json | undefined, pattern: string): boolean {
  const range = /^([-+]?\d[\d.]*[A-Za-zµμ]*)(!?)-([-+]?\d[\d.]*[A-Za-zµμ]*)$/.exec(pattern);
  if (range !== null) {
    const [, low = '', negated, high = ''] = range;
    const inside = compares(value, low, '>=') && compares(value, high, '<=');
    return negated === '' ? inside : compares(value, low, '<') || compares(value, high, '>');
  }
  const operator = (/^(?:>=|<=|>|<|!)/.exec(pattern)?.[0] ?? '') as Operator;
  return compares(value, pattern.slice(operator.length).trim(), operator);
}

function compares(value: Json | undefined, pattern: string, operator: Operator): boolean {
  const text = numberText(value);
  if (text !== undefined) {
    for (const parse of [parseDuration, parseQuantity]) {
      const [left, right] = [parse(text), parse(pattern)];
      if (left !== undefined && right !== undefined) {
        // Each way of reading may find it true: "0" is a duration and a quantity.
        if (holds(left, right, operator)) return true;
      }
    }
  }
  if (operator !== '' && operator !== '!') return false;
  const written = value === null || value === undefined || typeof value === 'object' ? undefined : String(value);
  return written !== undefined && matchesWildcard(pattern, written) === (operator === '');
}

/** What a number is written as; nothing there counts as zero. */
function numberText(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return '0';
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

function holds(left: Exact, right: Exact, operator: Operator): boolean {
  const order = compareExact(left, right);
  if (operator === '') return order === 0;
  if (operator === '!') return order !== 0;
  if (operator === '>') return order > 0;
  if (operator === '<') return order < 0;
  return operator === '>=' ? order >= 0 : order <= 0;
}
