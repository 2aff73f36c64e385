// Regular expressions of RE2's language to the states of a machine. Source: github.com/google/re2/wiki/Syntax; Thompson, "Regular Expression Search
// Algorithm" (1968).
import { LimitError, ParseError } from '../../../../platform/errors.ts';
import { LIMITS } from '../../../../platform/limits.ts';

/** What holds between two characters. */
export type Assertion = 'start' | 'end' | 'line-start' | 'line-end' | 'word' | 'no-word';
/** Whether a character, by its code point, is one of a set. */
export type Test = (code: number) => boolean;
/** A state of the machine: what it asks of the next character, or where it goes without one. */
export type State =
  | { readonly kind: 'test'; readonly test: Test; next: number }
  | { readonly kind: 'split'; next: number; other: number }
  | { readonly kind: 'save'; readonly slot: number; next: number }
  | { readonly kind: 'assert'; readonly assertion: Assertion; next: number }
  | { readonly kind: 'match' };

/** A compiled expression. */
export interface Regex {
  readonly states: readonly State[];
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}

interface Compiling {
  readonly text: string;
  position: number;
  readonly states: State[];
  groups: number;
  readonly names: Map<string, number>;
  flags: { ignoreCase: boolean; dotAll: boolean; lines: boolean };
  depth: number;
}

/** A piece whose loose ends are to be tied to what follows. */
interface Piece {
  readonly start: number;
  readonly ends: readonly ((next: number) => void)[];
}

/** A letter, a digit or `_`. */
export const isWord: Test = (code) =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || isLower(code);
const isLower: Test = (code) => code >= 97 && code <= 122;
const isDigit: Test = (code) => code >= 48 && code <= 57;
const isSpace: Test = (code) => code === 32 || (code >= 9 && code <= 13 && code !== 11);
const CLASSES: Readonly<Record<string, Test>> = { d: isDigit, w: isWord, s: isSpace };
const NAMED: Readonly<Record<string, Test>> = {
  alpha: (code) => isLower(code | 32) && code < 128,
  digit: isDigit,
  alnum: (code) => isDigit(code) || (isLower(code | 32) && code < 128),
  upper: (code) => code >= 65 && code <= 90,
  lower: isLower,
  space: (code) => code === 32 || (code >= 9 && code <= 13),
  xdigit: (code) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102),
  punct: (code) => (code > 32 && code < 127 && !isWord(code)) || code === 95,
  word: isWord,
};
const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, a: 7 };

/** @throws ParseError for what is no expression of RE2, or uses parts of it that are not supported; LimitError */
export function compileRegex(text: string): Regex {
  const compiling: Compiling = {
    text,
    position: 0,
    states: [],
    groups: 0,
    names: new Map(),
    flags: { ignoreCase: false, dotAll: false, lines: false },
    depth: 0,
  };
  const piece = alternatives(compiling);
  if (compiling.position < text.length) throw wrong(compiling, 'a bracket is closed that none opened');
  const match = add(compiling, { kind: 'match' });
  for (const end of piece.ends) end(match);
  const begin = add(compiling, { kind: 'split', next: piece.start, other: piece.start });
  // The last state is where a run begins.
  return { states: compiling.states.slice(0, begin + 1), groups: compiling.groups, names: compiling.names };
}

function alternatives(compiling: Compiling): Piece {
  compiling.depth += 1;
  if (compiling.depth > LIMITS.expressionDepth) throw wrong(compiling, 'it is nested too deeply');
  let piece = sequence(compiling);
  while (compiling.text[compiling.position] === '|') {
    compiling.position += 1;
    const other = sequence(compiling);
    const start = add(compiling, { kind: 'split', next: piece.start, other: other.start });
    piece = { start, ends: [...piece.ends, ...other.ends] };
  }
  compiling.depth -= 1;
  return piece;
}

function sequence(compiling: Compiling): Piece {
  let whole = nothing(compiling);
  while (compiling.position < compiling.text.length && !/[|)]/.test(compiling.text[compiling.position] ?? '')) {
    whole = joined(whole, repeated(compiling));
  }
  return whole;
}

function repeated(compiling: Compiling): Piece {
  const from = compiling.position;
  const { groups } = compiling;
  let piece = atom(compiling);
  const behind = compiling.position;
  const match = /^(?:[*+?]|\{(\d{1,4})(,?)(\d{0,4})\})/.exec(compiling.text.slice(behind, behind + 16));
  if (match === null) return piece;
  const [sign, low = '', comma = '', high = ''] = match;
  const lazy = compiling.text[behind + sign.length] === '?';
  const after = behind + sign.length + (lazy ? 1 : 0);
  if (/^[*+?]/.test(compiling.text.slice(after))) throw wrong(compiling, 'a repetition of a repetition');
  const [least, most] =
    sign === '*'
      ? [0, Number.POSITIVE_INFINITY]
      : sign === '+'
        ? [1, Number.POSITIVE_INFINITY]
        : sign === '?'
          ? [0, 1]
          : [Number(low), comma === '' ? Number(low) : high === '' ? Number.POSITIVE_INFINITY : Number(high)];
  if (least > 1000 || (most !== Number.POSITIVE_INFINITY && (most > 1000 || most < least))) {
    throw wrong(compiling, 'a repetition of more than 1,000, or backwards');
  }
  // Each further copy is read again from the text.
  const again = (): Piece => {
    compiling.position = from;
    compiling.groups = groups;
    return atom(compiling);
  };
  let whole = nothing(compiling);
  let fresh: Piece | undefined = piece;
  for (let count = 0; count < least; count += 1) {
    piece = fresh ?? again();
    fresh = undefined;
    whole = joined(whole, piece);
  }
  if (most === Number.POSITIVE_INFINITY) whole = joined(whole, loop(compiling, fresh ?? again(), lazy));
  else {
    const leaving: ((next: number) => void)[] = [];
    for (let count = least; count < most; count += 1) {
      const one = fresh ?? again();
      fresh = undefined;
      const { piece: optional, skip } = option(compiling, one, lazy);
      leaving.push(skip);
      whole = joined(whole, optional);
    }
    whole = { start: whole.start, ends: [...whole.ends, ...leaving] };
  }
  compiling.position = after;
  return whole;
}

function loop(compiling: Compiling, body: Piece, lazy: boolean): Piece {
  const state: State = { kind: 'split', next: body.start, other: body.start };
  const start = add(compiling, state);
  for (const end of body.ends) end(start);
  const leave = (next: number) => {
    if (lazy) state.next = next;
    else state.other = next;
  };
  return { start, ends: [leave] };
}

function option(
  compiling: Compiling,
  body: Piece,
  lazy: boolean,
): { readonly piece: Piece; readonly skip: (next: number) => void } {
  const state: State = { kind: 'split', next: body.start, other: body.start };
  const start = add(compiling, state);
  const skip = (next: number) => {
    if (lazy) state.next = next;
    else state.other = next;
  };
  return { piece: { start, ends: body.ends }, skip };
}

function atom(compiling: Compiling): Piece {
  const { text, flags } = compiling;
  const sign = text[compiling.position] ?? '';
  if (/[*+?]/.test(sign)) throw wrong(compiling, 'a repetition of nothing');
  if (sign === '(') return group(compiling);
  if (sign === '[') return tested(compiling, bracketClass(compiling));
  if (sign === '\\') return escaped(compiling);
  const code = text.codePointAt(compiling.position) ?? 0;
  compiling.position += code > 0xffff ? 2 : 1;
  if (sign === '^') return asserted(compiling, flags.lines ? 'line-start' : 'start');
  if (sign === '$') return asserted(compiling, flags.lines ? 'line-end' : 'end');
  const { dotAll } = flags;
  if (sign === '.') return tested(compiling, (other) => dotAll || other !== 10);
  return tested(compiling, (other) => other === code);
}

function group(compiling: Compiling): Piece {
  const { text } = compiling;
  const before = compiling.flags;
  const rest = text.slice(compiling.position + 1);
  const special = /^\?(?:P?<(\w+)>|([imsU]*)(?:-([imsU]+))?(:|\)))/.exec(rest);
  if (rest.startsWith('?') && special === null) throw wrong(compiling, 'a group that RE2 does not have');
  const [lead = '', name, on = '', off = '', closing] = special ?? [];
  compiling.position += 1 + lead.length;
  if (closing !== undefined) {
    if (/U/.test(on + off)) throw wrong(compiling, 'the flag U is not supported');
    const flag = (letter: string, was: boolean) => (on.includes(letter) ? true : off.includes(letter) ? false : was);
    compiling.flags = {
      ignoreCase: flag('i', before.ignoreCase),
      dotAll: flag('s', before.dotAll),
      lines: flag('m', before.lines),
    };
    // `(?i)` holds to the end of the group around it.
    if (closing === ')') return nothing(compiling);
  }
  const capture = closing === undefined;
  if (capture) compiling.groups += 1;
  const number = compiling.groups;
  if (name !== undefined) compiling.names.set(name, number);
  const inner = alternatives(compiling);
  if (text[compiling.position] !== ')') throw wrong(compiling, 'a bracket is not closed');
  compiling.position += 1;
  compiling.flags = before;
  if (!capture) return inner;
  return joined(joined(saved(compiling, 2 * number), inner), saved(compiling, 2 * number + 1));
}

function escaped(compiling: Compiling): Piece {
  const letter = compiling.text[compiling.position + 1] ?? '';
  const assertions: Readonly<Record<string, Assertion>> = { A: 'start', z: 'end', b: 'word', B: 'no-word' };
  const assertion = assertions[letter];
  if (assertion !== undefined) {
    compiling.position += 2;
    return asserted(compiling, assertion);
  }
  return tested(compiling, escapedTest(compiling));
}

/** What stands behind a backslash, in a class or outside. */
function escapedTest(compiling: Compiling): Test {
  const code = escapedCode(compiling);
  if (typeof code !== 'number') return code;
  return (other) => other === code;
}

function escapedCode(compiling: Compiling): number | Test {
  const { text } = compiling;
  const letter = text[compiling.position + 1] ?? '';
  const named = CLASSES[letter.toLowerCase()];
  compiling.position += 2;
  if (named !== undefined) return letter === letter.toLowerCase() ? named : (code) => !named(code);
  const control = ESCAPES[letter];
  if (control !== undefined) return control;
  const hexadecimal =
    letter === 'x' ? /^(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,6})\})/.exec(text.slice(compiling.position)) : null;
  if (hexadecimal !== null) {
    compiling.position += hexadecimal[0].length;
    return Number.parseInt(hexadecimal[1] ?? hexadecimal[2] ?? '0', 16);
  }
  if (letter === '' || /\w/.test(letter)) throw wrong(compiling, `\\${letter} is not supported`);
  return letter.codePointAt(0) ?? 0;
}

function bracketClass(compiling: Compiling): Test {
  const { text } = compiling;
  const tests: Test[] = [];
  compiling.position += 1;
  const negated = text[compiling.position] === '^';
  if (negated) compiling.position += 1;
  for (let first = true; first || text[compiling.position] !== ']'; first = false) {
    if (compiling.position >= text.length) throw wrong(compiling, 'a class is not closed');
    const named = /^\[:(\^?)([a-z]+):\]/.exec(text.slice(compiling.position, compiling.position + 16));
    if (named !== null) {
      const test = NAMED[named[2] ?? ''];
      if (test === undefined) throw wrong(compiling, `the class ${named[0]} is not known`);
      tests.push(named[1] === '^' ? (code) => !test(code) : test);
      compiling.position += named[0].length;
      continue;
    }
    const low = classMember(compiling);
    if (typeof low !== 'number') {
      tests.push(low);
      continue;
    }
    const isRange = text[compiling.position] === '-' && text[compiling.position + 1] !== ']';
    if (!isRange) {
      tests.push((code) => code === low);
      continue;
    }
    compiling.position += 1;
    const high = classMember(compiling);
    if (typeof high !== 'number' || high < low) throw wrong(compiling, 'a range of a class is backwards');
    tests.push((code) => code >= low && code <= high);
  }
  compiling.position += 1;
  const { ignoreCase } = compiling.flags;
  const one: Test = (code) => tests.some((test) => test(code));
  const any: Test = ignoreCase ? (code) => cases(code).some(one) : one;
  return negated ? (code) => !any(code) : any;
}

function classMember(compiling: Compiling): number | Test {
  if (compiling.text[compiling.position] === '\\') return escapedCode(compiling);
  const code = compiling.text.codePointAt(compiling.position) ?? 0;
  compiling.position += code > 0xffff ? 2 : 1;
  return code;
}

function cases(code: number): readonly number[] {
  const text = String.fromCodePoint(code);
  return [code, text.toLowerCase().codePointAt(0) ?? code, text.toUpperCase().codePointAt(0) ?? code];
}

function tested(compiling: Compiling, test: Test): Piece {
  const any: Test = compiling.flags.ignoreCase ? (code) => cases(code).some(test) : test;
  return single(compiling, { kind: 'test', test: any, next: -1 });
}

function asserted(compiling: Compiling, assertion: Assertion): Piece {
  return single(compiling, { kind: 'assert', assertion, next: -1 });
}

function saved(compiling: Compiling, slot: number): Piece {
  return single(compiling, { kind: 'save', slot, next: -1 });
}

/** A state that does nothing. */
function nothing(compiling: Compiling): Piece {
  const state: State = { kind: 'split', next: -1, other: -1 };
  const tie = (next: number) => {
    state.next = next;
    state.other = next;
  };
  return { start: add(compiling, state), ends: [tie] };
}

function single(compiling: Compiling, state: Exclude<State, { kind: 'match' }>): Piece {
  const tie = (next: number) => {
    state.next = next;
  };
  return { start: add(compiling, state), ends: [tie] };
}

function joined(first: Piece, second: Piece): Piece {
  for (const end of first.ends) end(second.start);
  return { start: first.start, ends: second.ends };
}

function add(compiling: Compiling, state: State): number {
  if (compiling.states.length >= LIMITS.regexStates) throw new LimitError('a regular expression has too many states');
  return compiling.states.push(state) - 1;
}

function wrong({ text, position }: Compiling, what: string): ParseError {
  return new ParseError(`the regular expression ${text.slice(0, 100)} at character ${position + 1}: ${what}`);
}
