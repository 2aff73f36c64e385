// The simple commands of a shell script with what stands between them: a small reading of POSIX.1-2017 Shell Command Language (XCU 2.3, 2.10), enough
// to see which programs a script starts. Nothing is expanded; here-documents and comments are passed over.

/** What ends a command. */
export type Operator = ';' | '&&' | '||' | '|' | '&' | '(' | ')' | '';

/** One simple command, or a reserved word with what follows it. */
export interface ShellCommand {
  /** From 1. */
  readonly line: number;
  /** Quotes are taken away; variables stand as they are written. Never empty. */
  readonly words: readonly string[];
  /** The operator behind it; a line's end is `;`. */
  readonly end: Operator;
}

/** Splits a script into its commands, in order. */
export function shellCommands(text: string): readonly ShellCommand[] {
  return new Scanner(text).commands();
}

/** Reads a script once from its start to its end. */
class Scanner {
  readonly #text: string;
  readonly #found: ShellCommand[] = [];
  /** Marks of here-documents whose text starts with the next line; `-` before those whose tabs are taken off. */
  readonly #documents: string[] = [];
  #at = 0;
  #line = 1;
  #start = 1;
  #words: string[] = [];
  #word: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  commands(): readonly ShellCommand[] {
    while (this.#at < this.#text.length) this.#step(this.#text[this.#at] ?? '');
    this.#endCommand('');
    return this.#found;
  }

  #step(char: string): void {
    const next = this.#text[this.#at + 1] ?? '';
    if (char === '\\') {
      this.#at += 2;
      if (next === '\n') this.#line += 1;
      else this.#add(next);
    } else if (char === "'" || char === '"' || char === '`') this.#quoted(char);
    else if (char === '$' && (next === '(' || next === '{')) this.#nested(next);
    else if (char === '#' && this.#word === undefined) this.#toLineEnd();
    else if (char === '\n') this.#newLine();
    else if (char === ' ' || char === '\t' || char === '\r') {
      this.#endWord();
      this.#at += 1;
    } else if (char === '<' && next === '<') this.#hereDocument();
    else if (char === '>' || char === '<') this.#redirection();
    else if (';&|()'.includes(char)) this.#operator(char, next);
    else {
      this.#add(char);
      this.#at += 1;
    }
  }

  #operator(char: string, next: string): void {
    const double = (char === '&' || char === '|') && next === char;
    this.#at += double || (char === ';' && next === ';') ? 2 : 1;
    this.#endCommand(double ? (char === '&' ? '&&' : '||') : (char as Operator));
  }

  /** A quoted part. What a command substitution in back quotes starts is kept as text. */
  #quoted(quote: string): void {
    this.#add('');
    for (this.#at += 1; this.#at < this.#text.length; this.#at++) {
      let char = this.#text[this.#at] ?? '';
      if (char === quote) break;
      if (char === '\\' && quote === '"' && '"\\$`\n'.includes(this.#text[this.#at + 1] ?? ' ')) {
        this.#at += 1;
        char = this.#text[this.#at] ?? '';
      }
      if (char === '\n') this.#line += 1;
      this.#add(char);
    }
    this.#at += 1;
  }

  /** `$(…)` or `${…}`, as it is written, to its closing bracket. */
  #nested(open: string): void {
    const close = open === '(' ? ')' : '}';
    let depth = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at] ?? '';
      if (char === '\n') this.#line += 1;
      this.#add(char);
      if (char === open) depth += 1;
      if (char === close) depth -= 1;
      if (char === close && depth === 0) break;
    }
    this.#at += 1;
  }

  #toLineEnd(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #newLine(): void {
    this.#endCommand(';');
    this.#at += 1;
    this.#line += 1;
    for (const mark of this.#documents.splice(0)) this.#skipDocument(mark);
  }

  #skipDocument(mark: string): void {
    const tabs = mark.startsWith('-');
    while (this.#at < this.#text.length) {
      const end = this.#text.indexOf('\n', this.#at);
      const line = this.#text.slice(this.#at, end === -1 ? undefined : end);
      this.#at = end === -1 ? this.#text.length : end + 1;
      this.#line += 1;
      if ((tabs ? line.replace(/^\t+/, '') : line) === mark.slice(1)) return;
    }
  }

  #hereDocument(): void {
    this.#endWord();
    if (this.#text[this.#at + 2] === '<') {
      // A word as input, of bash.
      this.#at += 3;
      return;
    }
    const match = /^<<(-?)[ \t]*(?:'([^'\n]*)'|"([^"\n]*)"|\\?([^\s;&|<>()]+))/.exec(
      this.#text.slice(this.#at, this.#at + 300),
    );
    this.#at += match?.[0].length ?? 2;
    if (match !== null) {
      const [, dash = '', single, double, bare = ''] = match;
      this.#documents.push(`${dash === '' ? '=' : '-'}${single ?? double ?? bare}`);
    }
  }

  /** A redirection and its number are no words; the name of its file is. */
  #redirection(): void {
    if (/^\d$/.test(this.#word ?? '')) this.#word = undefined;
    this.#endWord();
    this.#at += 1;
    while ('>&|<'.includes(this.#text[this.#at] ?? ' ')) this.#at += 1;
    const file = /^[ \t]*[^\s;&|<>()]*/.exec(this.#text.slice(this.#at, this.#at + 1000))?.[0] ?? '';
    this.#at += file.length;
  }

  #add(text: string): void {
    if (this.#words.length === 0 && this.#word === undefined) this.#start = this.#line;
    this.#word = (this.#word ?? '') + text;
  }

  #endWord(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  #endCommand(end: Operator): void {
    this.#endWord();
    const last = this.#found.at(-1);
    if (this.#words.length > 0) this.#found.push({ line: this.#start, words: this.#words, end });
    // `fi` or `)` alone on its line: what stands behind belongs to what stood before.
    else if (last !== undefined && (end === '&&' || end === '||') && (last.end === ')' || last.end === ';')) {
      this.#found[this.#found.length - 1] = { ...last, end };
    }
    this.#words = [];
  }
}
