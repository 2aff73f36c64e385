// How checks hold a value against another: the operators of kube-bench, each with what it expects in words. Source: aquasecurity/kube-bench,
// docs/controls.md ("compare") and its behaviour. Operators that it does not know never hold there, so they do not here.
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { findMatch } from '../../policy/kyverno/jmespath/regex.ts';
import { compileRegex } from '../../policy/kyverno/jmespath/regex-compile.ts';

/** What came of a comparison. */
export interface Compared {
  readonly holds: boolean;
  /** The values could not be compared: no number, no octal mode, an expression that is none, an operator that is not known. */
  readonly problem?: string;
}

/** Largest distance from zero that Go's 64-bit integers allow; larger numbers are no numbers there. */
const MOST = 2n ** 63n;

/** Holds a found value against the one that the check states. */
export function compare(op: string, found: string, stated: string): Compared {
  switch (op) {
    case 'eq':
      return { holds: same(found, stated) };
    case 'noteq':
      return { holds: !same(found, stated) };
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return ordered(op, found, stated);
    case 'has':
      return { holds: found.includes(stated) };
    case 'nothave':
      return { holds: !found.includes(stated) };
    case 'regex':
      return matched(found, stated);
    case 'valid_elements':
      return { holds: allIn(elements(found), elements(stated)) };
    case 'bitmask':
      return masked(found, stated);
    default:
      return { holds: false, problem: `there is no operator ${op}` };
  }
}

/** What a comparison asks, in words: `is "false"`. */
export function comparisonText(op: string, stated: string): string {
  const words: Readonly<Record<string, string>> = {
    eq: `is "${stated}"`,
    noteq: `is not "${stated}"`,
    gt: `is greater than ${stated}`,
    gte: `is ${stated} or greater`,
    lt: `is lower than ${stated}`,
    lte: `is ${stated} or lower`,
    has: `has ${stated}`,
    nothave: `does not have ${stated}`,
    regex: `matches ${stated}`,
    valid_elements: `holds nothing but ${elements(stated).join(', ')}`,
    bitmask: `allows no more than ${stated}`,
  };
  return words[op] ?? `${op} ${stated}`;
}

/** Booleans are compared whatever the case of the found one. */
function same(found: string, stated: string): boolean {
  const lower = found.toLowerCase();
  return lower === 'true' || lower === 'false' ? lower === stated : found === stated;
}

function ordered(op: 'gt' | 'gte' | 'lt' | 'lte', found: string, stated: string): Compared {
  const [a, b] = [integer(found.trim(), 10), integer(stated.trim(), 10)];
  if (a === undefined || b === undefined)
    return { holds: false, problem: `${a === undefined ? found : stated} is no number` };
  const holds = op === 'gt' ? a > b : op === 'gte' ? a >= b : op === 'lt' ? a < b : a <= b;
  return { holds };
}

function masked(found: string, stated: string): Compared {
  const [mode, most] = [integer(found, 8), integer(stated, 8)];
  if (mode === undefined || most === undefined)
    return { holds: false, problem: `${mode === undefined ? found : stated} is no octal mode` };
  return { holds: (most & mode) === mode };
}

function integer(text: string, base: 8 | 10): bigint | undefined {
  if (!(base === 8 ? /^[-+]?[0-7]{1,30}$/ : /^[-+]?\d{1,30}$/).test(text)) return undefined;
  const digits = text.replace(/^[-+]/, '');
  const value = BigInt(base === 8 ? `0o${digits}` : digits) * (text.startsWith('-') ? -1n : 1n);
  return value >= -MOST && value < MOST ? value : undefined;
}

function matched(found: string, expression: string): Compared {
  try {
    return { holds: findMatch(compileRegex(expression), found) !== undefined };
  } catch (error) {
    if (!(error instanceof ParseError || error instanceof LimitError)) throw error;
    return { holds: false, problem: error.message };
  }
}

/** Elements between commas; commas at the end add none. */
function elements(text: string): readonly string[] {
  const trimmed = text.trim();
  let end = trimmed.length;
  while (end > 0 && trimmed[end - 1] === ',') end -= 1;
  return end === 0
    ? []
    : trimmed
        .slice(0, end)
        .split(',')
        .map((one) => one.trim());
}

function allIn(found: readonly string[], stated: readonly string[]): boolean {
  if (found.length === 0 || stated.length === 0) return found.length === stated.length;
  return found.every((one) => stated.includes(one));
}
