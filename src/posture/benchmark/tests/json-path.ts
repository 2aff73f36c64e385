// JSONPath templates as kube-bench's checks use them: `{.a.b}`, `{.list[0].c}`, `{range .list[:]}{}{','}{end}`, text between braces. Source: the Kubernetes
// documentation "JSONPath Support"; the rest of that language (filters, `..`, unions, escapes) is refused, never guessed. Keys that are missing give nothing.
import { REDACTED } from '../../../kubernetes/evidence/evidence.ts';
import { ParseError } from '../../../platform/errors.ts';
import { isList, type Json, memberOf } from '../../../platform/json.ts';

/** A step from one value to others. */
type Step =
  | { readonly kind: 'key'; readonly name: string }
  | { readonly kind: 'index'; readonly at: number }
  | { readonly kind: 'slice'; readonly from?: number; readonly to?: number }
  | { readonly kind: 'all' };

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'path'; readonly steps: readonly Step[] }
  | { readonly kind: 'range'; readonly steps: readonly Step[]; readonly body: readonly Part[] };

/** A list is shorter than a template wants: an error of the evaluation, while a key that is missing is none. */
export class NotThere extends Error {}

/** What a template wants lies in what a collector took out. */
export class TakenOut extends Error {}

/** A template that was read. */
export interface JsonPath {
  readonly parts: readonly Part[];
}

const STEP =
  /^(?:\.(?<key>[A-Za-z0-9_/-]+)|\['(?<quoted>[^'\\]*)'\]|\[(?<index>-?\d{1,9})\]|\[(?<from>\d{0,9}):(?<to>\d{0,9})\]|(?<all>\[\*\]))/;

/** @throws ParseError for what is no template, or uses what is not supported */
export function parseJsonPath(text: string): JsonPath {
  const tokens = tokensOf(text);
  const parts = partsOf(tokens, text);
  if (tokens.length > 0) throw new ParseError(`the path ${text} has an {end} without a {range}`);
  return { parts };
}

/** What the template prints of a value: several results of one path with a space between them. @throws NotThere, TakenOut */
export function printJsonPath({ parts }: JsonPath, value: Json): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      const found = follow(part.steps, value);
      if (part.kind === 'path') return found.map(printed).join(' ');
      return found.map((one) => printJsonPath({ parts: part.body }, one)).join('');
    })
    .join('');
}

interface Token {
  readonly braced: boolean;
  readonly text: string;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const open = text.indexOf('{', at);
    const end = open === -1 ? text.length : open;
    if (end > at) tokens.push({ braced: false, text: text.slice(at, end) });
    if (open === -1) break;
    const close = text.indexOf('}', open);
    if (close === -1) throw new ParseError(`the path ${text} has a brace that is not closed`);
    tokens.push({ braced: true, text: text.slice(open + 1, close).trim() });
    at = close + 1;
  }
  return tokens;
}

/** Takes tokens up to an `{end}`, which stays for whoever began the range. */
function partsOf(tokens: Token[], whole: string): readonly Part[] {
  const parts: Part[] = [];
  for (let token = tokens[0]; token !== undefined; token = tokens[0]) {
    if (token.braced && token.text === 'end') return parts;
    tokens.shift();
    if (!token.braced) parts.push({ kind: 'text', text: token.text });
    else if (/^'[^'\\]*'$|^"[^"\\]*"$/.test(token.text)) parts.push({ kind: 'text', text: token.text.slice(1, -1) });
    else if (token.text.startsWith('range ')) {
      const steps = stepsOf(token.text.slice('range '.length).trim(), whole);
      const body = partsOf(tokens, whole);
      if (tokens.shift() === undefined) throw new ParseError(`the path ${whole} has a {range} without an {end}`);
      parts.push({ kind: 'range', steps, body });
    } else parts.push({ kind: 'path', steps: stepsOf(token.text, whole) });
  }
  return parts;
}

function stepsOf(text: string, whole: string): readonly Step[] {
  const steps: Step[] = [];
  let rest = text.replace(/^[$@]/, '');
  while (rest !== '') {
    const match = STEP.exec(rest);
    if (match === null) throw new ParseError(`the path ${whole} uses what is not supported: ${rest}`);
    steps.push(stepOf(match.groups ?? {}));
    rest = rest.slice(match[0].length);
  }
  return steps;
}

function stepOf(groups: Readonly<Record<string, string | undefined>>): Step {
  const { key, quoted, index, from, to, all } = groups;
  const name = key ?? quoted;
  if (name !== undefined) return { kind: 'key', name };
  if (all !== undefined) return { kind: 'all' };
  if (index !== undefined) return { kind: 'index', at: Number(index) };
  return {
    kind: 'slice',
    ...(from === undefined || from === '' ? {} : { from: Number(from) }),
    ...(to === undefined || to === '' ? {} : { to: Number(to) }),
  };
}

function follow(steps: readonly Step[], value: Json): readonly Json[] {
  let current: readonly Json[] = [value];
  for (const step of steps) current = current.flatMap((one) => next(step, one));
  return current;
}

function next(step: Step, value: Json): readonly Json[] {
  if (value === REDACTED) throw new TakenOut('it was not collected');
  if (step.kind === 'key') {
    const member = memberOf(value, step.name);
    return member === undefined ? [] : [member];
  }
  if (!isList(value)) return [];
  if (step.kind === 'all') return value;
  if (step.kind === 'slice') return value.slice(step.from, step.to);
  const found = value.at(step.at);
  if (found === undefined) throw new NotThere(`there is no element ${step.at} in a list of ${value.length}`);
  return [found];
}

/** A value as Go prints it; lists and objects stand as JSON. */
function printed(value: Json): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
