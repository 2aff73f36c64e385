// Regular expressions of policies, in time that grows with the text and not with its powers: a set of states is carried along the text, as in RE2, whose
// language Go and so Kyverno have. Source: Cox, "Regular Expression Matching: the Virtual Machine Approach" (2009).
import { LimitError } from '../../../../platform/errors.ts';
import { LIMITS } from '../../../../platform/limits.ts';
import { type Assertion, isWord, type Regex } from './regex-compile.ts';

/** Places of the leftmost match from an index on: start and end of the whole, then of each group (-1 where it took no part). */
export function findMatch(regex: Regex, text: string, from = 0): readonly number[] | undefined {
  const { states } = regex;
  const budget = { steps: LIMITS.regexSteps };
  let current: Thread[] = [];
  let found: readonly number[] | undefined;
  for (let index = from; ; ) {
    const seen = new Uint8Array(states.length);
    const ready: Thread[] = [];
    for (const thread of current) follow(regex, thread, text, index, seen, ready, budget);
    if (found === undefined) {
      const slots = new Array<number>(2 * regex.groups + 2).fill(-1);
      slots[0] = index;
      follow(regex, { state: states.length - 1, slots }, text, index, seen, ready, budget);
    }
    const code = text.codePointAt(index);
    current = [];
    for (const { state, slots } of ready) {
      const at = states[state];
      if (at?.kind === 'match') {
        found = slots.with(1, index);
        break;
      }
      if (at?.kind === 'test' && code !== undefined && at.test(code)) current.push({ state: at.next, slots });
    }
    if (code === undefined || (current.length === 0 && found !== undefined)) return found;
    index += code > 0xffff ? 2 : 1;
  }
}

/** The text with every match replaced; `$1`, `${1}` and `${name}` stand for groups, `$$` for a dollar (Go's regexp.Expand) unless literal. */
export function replaceMatches(regex: Regex, text: string, replacement: string, literal = false): string {
  let result = '';
  let copied = 0;
  let lastEnd = -1;
  for (let index = 0; index <= text.length; ) {
    const match = findMatch(regex, text, index);
    if (match === undefined) break;
    const [start = 0, end = 0] = match;
    // An empty match directly behind the one before is none.
    if (start < end || start !== lastEnd) {
      result += text.slice(copied, start) + (literal ? replacement : expanded(replacement, regex, match, text));
      copied = end;
      lastEnd = end;
    }
    index = start < end ? end : end + 1;
    if (result.length > LIMITS.expressionLength) throw new LimitError('a replacement grows beyond what is read');
  }
  return result + text.slice(copied);
}

function expanded(replacement: string, { names }: Regex, match: readonly number[], text: string): string {
  return replacement.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare?: string, braced?: string) => {
    const name = bare ?? braced;
    if (name === undefined) return whole === '$$' ? '$' : whole;
    const group = /^\d+$/.test(name) ? Number(name) : names.get(name);
    const [start = -1, end = -1] = group === undefined ? [] : match.slice(2 * group, 2 * group + 2);
    return start < 0 ? '' : text.slice(start, end);
  });
}

interface Thread {
  readonly state: number;
  readonly slots: readonly number[];
}

/** Follows what takes no character, in order of preference. */
function follow(
  { states }: Regex,
  first: Thread,
  text: string,
  index: number,
  seen: Uint8Array,
  into: Thread[],
  budget: { steps: number },
): void {
  const stack = [first];
  for (let thread = stack.pop(); thread !== undefined; thread = stack.pop()) {
    const { state, slots } = thread;
    if (seen[state] === 1) continue;
    seen[state] = 1;
    budget.steps -= 1;
    if (budget.steps < 0) throw new LimitError('a regular expression takes too long on a text');
    const at = states[state];
    if (at === undefined || at.kind === 'test' || at.kind === 'match') into.push(thread);
    else if (at.kind === 'save') stack.push({ state: at.next, slots: slots.with(at.slot, index) });
    else if (at.kind === 'split') stack.push({ state: at.other, slots }, { state: at.next, slots });
    else if (asserts(at.assertion, text, index)) stack.push({ state: at.next, slots });
  }
}

function asserts(assertion: Assertion, text: string, index: number): boolean {
  const before = index === 0 ? -1 : text.charCodeAt(index - 1);
  const after = index === text.length ? -1 : text.charCodeAt(index);
  if (assertion === 'start') return index === 0;
  if (assertion === 'end') return index === text.length;
  if (assertion === 'line-start') return index === 0 || before === 10;
  if (assertion === 'line-end') return index === text.length || after === 10;
  return (isWord(before) !== isWord(after)) === (assertion === 'word');
}
