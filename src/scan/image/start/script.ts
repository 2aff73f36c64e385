// What a shell script starts, and whether only as root: for containers that are to run as another user. Keeps names of programs and line numbers, never
// arguments, which can hold passwords; of programs that step down to another user the name of that user. Reads what shell-commands.ts gives.
import { LIMITS } from '../../../platform/limits.ts';
import { type ShellCommand, shellCommands } from './shell-commands.ts';

/** A program that a script starts. */
export interface ScriptCall {
  /** As written: `chown`, `/usr/bin/app`. */
  readonly program: string;
  readonly line: number;
  /** It is started only where the script found that it runs as root. */
  readonly rootOnly?: true;
  /** The script goes on when it fails. */
  readonly tolerated?: true;
  /** It takes the script's place (`exec`). */
  readonly replaces?: true;
  /** Of gosu, su-exec, setpriv and the like: the user that it steps down to, as far as it is written out. */
  readonly user?: string;
}

/** Programs that run another one as another user, and where they name it. */
const STEP_DOWN: ReadonlyMap<string, RegExp | undefined> = new Map([
  ['gosu', undefined],
  ['su-exec', undefined],
  ['setpriv', /^--(?:reuid|ruid|euid)(?:=|$)/],
  ['chpst', /^-u$/],
  ['runuser', /^(?:-u|--user)(?:=|$)/],
  ['sudo', /^(?:-u|--user)(?:=|$)/],
  ['su', undefined],
]);

/** Programs that start the command behind their options. */
const STARTERS: ReadonlySet<string> = new Set(['busybox', 'catatonit', 'dumb-init', 'env', 'nice', 'tini', 'xargs']);

/** Words in front of a command that say nothing of what it starts. */
const PREFIXES: ReadonlySet<string> = new Set([
  '!',
  'then',
  'else',
  'do',
  '{',
  'time',
  'command',
  'builtin',
  'nohup',
  'if',
  'elif',
  'while',
  'until',
]);
/** Commands of the shell itself that start no program. */
const OWN: ReadonlySet<string> = new Set(
  (
    'fi done esac } case for in function : . [ [[ break cd continue declare echo eval exit export false hash let local printf read readonly return set shift ' +
    'shopt source test trap true typeset ulimit umask unset wait exec'
  ).split(' '),
);

/** The programs that a script starts, in order, each kind of call once; at most `LIMITS.scriptCalls`. */
export function scriptCalls(text: string): readonly ScriptCall[] {
  return new Reading(text, 0).calls();
}

/** Shells that are given a line, one within the other. */
const MOST_NESTED = 2;

/** Variables that hold who runs the script; real ones have one or two. */
const MOST_VARIABLES = 20;

/** Commands behind `||` after which a script goes on. */
const HARMLESS = /^(?:(?:\/(?:usr\/)?bin\/)?true|:|echo|printf)$/;

/** Commands that start one another in one line. */
const MOST_STARTED = 4;

/** For whom a part of the script runs. */
type Audience = 'all' | 'root' | 'others';

interface Branch {
  /** For whom the commands around it run. */
  readonly outer: Audience;
  audience: Audience;
  /** Of the branch that follows `else`. */
  otherwise: Audience;
  /** Words of the condition so far; undefined behind `then`. */
  condition: string | undefined;
  /** The condition asks nothing else: all others than root come here, or all of root. */
  isSole: boolean;
  /** Others than root leave the script in here. */
  leaves: boolean;
}

const OPPOSITE: Readonly<Record<Audience, Audience>> = { all: 'all', root: 'others', others: 'root' };

class Reading {
  readonly #commands: readonly ShellCommand[];
  readonly #variables: Set<string> = new Set(['EUID', 'UID']);
  readonly #branches: Branch[] = [];
  readonly #calls = new Map<string, ScriptCall>();
  /** What failed commands do: `set -e`. */
  #stops: boolean;
  /** Others than root have left. */
  #rootFromHere = false;
  /** A pipe fails when one of its commands does (`set -o pipefail`). */
  #stopsInPipes = false;
  /** For whom the commands of one `a && b || c` run. */
  #chain: Audience = 'all';
  readonly #nested: number;

  constructor(text: string, nested: number) {
    this.#nested = nested;
    this.#commands = shellCommands(text);
    this.#stops = /^#!.*\s-[A-Za-z]*e/.test(text);
  }

  calls(): readonly ScriptCall[] {
    for (const [index, command] of this.#commands.entries()) {
      this.#take(command, this.#commands[index + 1]);
      if (this.#calls.size >= LIMITS.scriptCalls) break;
    }
    return [...this.#calls.values()];
  }

  #take({ words, line, end }: ShellCommand, next: ShellCommand | undefined): void {
    this.#structure(words[0] ?? '');
    const rest = withoutPrefixes(words);
    const assigned = assignments(rest);
    for (const word of rest.slice(0, assigned)) this.#assignment(word);
    const called = rest.slice(assigned);
    const top = this.#branches.at(-1);
    if (top?.condition !== undefined) top.condition += ` ${words.join(' ')} ${end}`;
    if (called[0] === 'set') this.#setOptions(called.slice(1));
    if (called[0] === 'local' || called[0] === 'export' || called[0] === 'readonly') {
      for (const word of called.slice(1)) this.#assignment(word);
    }
    if (called[0] === 'exec' || called[0] === 'exit') this.#leave(top);
    // `name()` begins a function.
    if (end !== '(') this.#call(called, line, this.#goesOn(end, next));
    this.#chainOn(words, called, end);
  }

  /** Who is sent away here: only where everybody but root comes by. */
  #leave(top: Branch | undefined): void {
    if (top === undefined) this.#rootFromHere ||= this.#chain === 'others';
    else if (top.audience === 'others' && top.isSole && this.#chain === 'all') top.leaves = true;
  }

  /** Whether the script goes on when a command fails. */
  #goesOn(end: ShellCommand['end'], next: ShellCommand | undefined): boolean {
    if (this.#branches.at(-1)?.condition !== undefined) return false;
    if (end === '&') return true;
    if (end === '||') return next !== undefined && HARMLESS.test(next.words[0] ?? '');
    if (end === '|') return !(this.#stops && this.#stopsInPipes);
    // What follows `&&` is not run, and the status of the last command is the script's own.
    return !this.#stops && end !== '&&' && next !== undefined;
  }

  #structure(word: string): void {
    const top = this.#branches.at(-1);
    if (word === 'if') {
      const outer = this.#audience();
      this.#branches.push({ outer, audience: 'all', otherwise: 'all', condition: '', isSole: false, leaves: false });
    } else if (top === undefined) return;
    else if (word === 'then' && top.condition !== undefined) {
      top.audience = this.#asked(top.condition);
      top.otherwise = OPPOSITE[top.audience];
      top.isSole = !/\s-[ao]\s|&&\s*\S|\|\|/.test(top.condition);
      top.condition = undefined;
    } else if (word === 'elif') {
      top.condition = '';
      top.audience = 'all';
      top.isSole = false;
    } else if (word === 'else') top.audience = top.otherwise;
    else if (word === 'fi') {
      this.#branches.pop();
      if (top.leaves) this.#left(this.#branches.at(-1));
    }
  }

  /** Others than root do not come further: to the end of the branch around, or of the script. */
  #left(around: Branch | undefined): void {
    if (around === undefined) this.#rootFromHere = true;
    else if (around.audience === 'all') around.audience = 'root';
  }

  /** For whom a condition is true, as far as it asks who runs the script; with alternatives the answer says nothing. */
  #asked(condition: string): Audience {
    if (/\|\||\s-o\s/.test(condition)) return 'all';
    const names = [...this.#variables].join('|');
    const who = `(?:\\bid\\s+-[a-z]*u[a-z]*\\)?|\\bwhoami\\)?|\\$\\{?(?:${names})\\}?)`;
    const [, before, after] =
      new RegExp(
        `(?:${who}\\s*(=|==|-eq|!=|-ne|-gt)\\s*(?:0|root)\\b|\\b(?:0|root)\\s*(=|==|-eq|!=|-ne)\\s*${who})`,
      ).exec(condition) ?? [];
    const asked = before ?? after;
    if (asked === undefined) return 'all';
    const isRoot = asked === '=' || asked === '==' || asked === '-eq';
    const isNegated = /^\s*(?:(?:if|elif)\s+)?!/.test(condition);
    return isRoot === isNegated ? 'others' : 'root';
  }

  #audience(): Audience {
    const top = this.#branches.at(-1);
    const asked = [this.#chain, top?.outer, top?.audience];
    if (asked.includes('others')) return 'others';
    return this.#rootFromHere || asked.includes('root') ? 'root' : 'all';
  }

  #chainOn(words: readonly string[], called: readonly string[], end: ShellCommand['end']): void {
    const isTest = called[0] === '[' || called[0] === '[[' || called[0] === 'test';
    const asked = isTest && (end === '&&' || end === '||') ? this.#asked(words.join(' ')) : 'all';
    if (end === '&&' && isTest) this.#chain = this.#chain === 'all' ? asked : this.#chain;
    else if (end === '||') this.#chain = isTest && this.#chain === 'all' ? OPPOSITE[asked] : 'all';
    else if (end !== '&&' && end !== '|') this.#chain = 'all';
  }

  #assignment(word: string): void {
    const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
    if (match === null || this.#variables.size >= MOST_VARIABLES) return;
    if (/\bid\s+-[a-z]*u|whoami/.test(match[2] ?? '')) this.#variables.add(match[1] ?? '');
  }

  #setOptions(words: readonly string[]): void {
    for (const [index, word] of words.entries()) {
      if (/^-[A-Za-z]*e/.test(word) || (word === '-o' && words[index + 1] === 'errexit')) this.#stops = true;
      if (/^\+[A-Za-z]*e/.test(word)) this.#stops = false;
      if (word === 'pipefail') this.#stopsInPipes = words[index - 1] !== '+o';
    }
  }

  /** A command, and those that it starts in turn. */
  #call(called: readonly string[], line: number, goesOn: boolean): void {
    const replaces = called[0] === 'exec';
    const flags = {
      ...(this.#audience() === 'root' ? { rootOnly: true as const } : {}),
      ...(goesOn && !replaces ? { tolerated: true as const } : {}),
    };
    let words = replaces ? called.slice(1) : called;
    for (let depth = 0; depth < MOST_STARTED && isProgram(words[0] ?? ''); depth++) {
      const user = steppedDownTo(words);
      this.#keep({
        program: words[0] ?? '',
        line,
        ...flags,
        ...(replaces ? { replaces: true } : {}),
        ...(user === undefined ? {} : { user }),
      });
      for (const call of this.#shellLine(words)) this.#keep({ ...call, line, ...flags });
      words = startedBy(words);
    }
  }

  /** What `sh -c LINE` starts. */
  #shellLine(words: readonly string[]): readonly ScriptCall[] {
    const at = /(?:^|\/)(?:ba|da|k)?sh$/.test(words[0] ?? '') ? words.findIndex((word) => /^-[a-z]*c$/.test(word)) : -1;
    const text = at === -1 ? undefined : words[at + 1];
    return text === undefined || this.#nested >= MOST_NESTED ? [] : new Reading(text, this.#nested + 1).calls();
  }

  #keep(call: ScriptCall): void {
    const { line: _, ...kind } = call;
    const key = JSON.stringify(kind);
    if (!this.#calls.has(key)) this.#calls.set(key, call);
  }
}

/** A name or path that is written out, and no command of the shell itself. */
function isProgram(word: string): boolean {
  return word.length <= LIMITS.pathBytes && !OWN.has(word) && /^[\w./+-]+$/.test(word);
}

/** The command that a program starts that is given one: `find -exec`, `tini --`. */
function startedBy(words: readonly string[]): readonly string[] {
  const name = words[0]?.slice(words[0].lastIndexOf('/') + 1) ?? '';
  if (name === 'find') {
    const at = words.findIndex((word) => /^-(?:exec|execdir|ok)$/.test(word));
    return at === -1 ? [] : words.slice(at + 1);
  }
  if (!STARTERS.has(name)) return [];
  const at = words.findIndex((word, index) => index > 0 && !/^-|^[A-Za-z_]\w*=/.test(word));
  return at === -1 ? [] : words.slice(at);
}

/** The user that a program of STEP_DOWN names, without its group; undefined where a variable stands in its place. */
function steppedDownTo(words: readonly string[]): string | undefined {
  const name = words[0]?.slice(words[0].lastIndexOf('/') + 1) ?? '';
  if (!STEP_DOWN.has(name)) return undefined;
  const option = STEP_DOWN.get(name);
  const rest = words.slice(1);
  const at =
    option === undefined
      ? rest.findIndex((word) => !word.startsWith('-'))
      : rest.findIndex((word) => option.test(word));
  const word = rest[at] ?? '';
  const named = option === undefined ? word : word.includes('=') ? word.slice(word.indexOf('=') + 1) : rest[at + 1];
  const user = named?.split(':', 1)[0] ?? '';
  return /^[A-Za-z0-9_][\w.-]*$/.test(user) ? user : undefined;
}

function withoutPrefixes(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !PREFIXES.has(word));
  return first === -1 ? [] : words.slice(first);
}

/** Number of assignments in front of a command. */
function assignments(words: readonly string[]): number {
  const first = words.findIndex((word) => !/^[A-Za-z_]\w*\+?=/.test(word));
  return first === -1 ? words.length : first;
}
