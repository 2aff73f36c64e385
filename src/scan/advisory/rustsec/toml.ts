// The part of TOML 1.0 (https://toml.io/en/v1.0.0) that advisories are written in: tables, inline tables in them, strings on one line, arrays of
// strings, booleans. A file with anything else is refused, because half of an advisory can say the opposite of the whole.
import { ParseError } from '../../../platform/errors.ts';

/** A value of the subset. */
export type TomlValue = PlainValue | Readonly<Record<string, PlainValue>>;
type PlainValue = string | boolean | readonly string[];
/** Values by table and key: `tables['advisory']['id']`. Both without a prototype. */
export type TomlTables = Readonly<Record<string, Readonly<Record<string, TomlValue>>>>;

const TABLE = /^\[\s*([A-Za-z0-9_.-]+)\s*\]$/;
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', '"': '"', '\\': '\\' };

/** @throws ParseError, `path` in front, with the line counted from `firstLine`. */
export function readToml(text: string, path: string, firstLine = 1): TomlTables {
  const reader = new TomlReader(text, path, firstLine);
  const tables: Record<string, Record<string, TomlValue>> = Object.create(null);
  let table: Record<string, TomlValue> | undefined;
  for (;;) {
    reader.skipSpace();
    if (reader.atEnd) return tables;
    const header = reader.header();
    if (header !== undefined) {
      if (tables[header] !== undefined) throw reader.error(`the table [${header}] stands there twice`);
      table = Object.create(null) as Record<string, TomlValue>;
      tables[header] = table;
      continue;
    }
    if (table === undefined) throw reader.error('a key outside of all tables');
    const key = reader.key();
    if (key in table) throw reader.error('a key that stands there twice');
    table[key] = reader.value();
    reader.endLine();
  }
}

class TomlReader {
  readonly #text: string;
  readonly #path: string;
  readonly #firstLine: number;
  #at = 0;

  constructor(text: string, path: string, firstLine: number) {
    this.#text = text;
    this.#path = path;
    this.#firstLine = firstLine;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  error(problem: string): ParseError {
    const line = this.#firstLine + this.#text.slice(0, this.#at).split('\n').length - 1;
    return new ParseError(`${this.#path}:${line}: ${problem}`);
  }

  /** Passes spaces, line ends and comments. */
  skipSpace(): void {
    while (this.#take(/\s+/y) !== '' || this.#take(/#[^\n]*/y) !== '');
  }

  header(): string | undefined {
    if (this.#text[this.#at] !== '[') return undefined;
    const line = this.#take(/[^\n#]*/y).trim();
    const name = TABLE.exec(line)?.[1];
    if (name === undefined) throw this.error('a table that is not [NAME]');
    return name;
  }

  key(): string {
    const bare = this.#take(/[A-Za-z0-9_-]+/y);
    const key = bare === '' ? this.#string() : bare;
    if (key === undefined || this.#take(/[ \t]*=[ \t]*/y) === '') throw this.error('not KEY = VALUE');
    return key;
  }

  value(): TomlValue {
    return this.#text[this.#at] === '{' ? this.#inlineTable() : this.#plainValue();
  }

  #inlineTable(): Readonly<Record<string, PlainValue>> {
    const table: Record<string, PlainValue> = Object.create(null);
    this.#at += 1;
    for (;;) {
      this.#take(/[ \t]*/y);
      if (this.#take(/\}/y) !== '') return table;
      const key = this.key();
      if (key in table) throw this.error('a key that stands there twice');
      table[key] = this.#plainValue();
      this.#take(/[ \t]*/y);
      if (this.#take(/,/y) === '' && this.#text[this.#at] !== '}') throw this.error('an inline table without a comma');
    }
  }

  #plainValue(): PlainValue {
    const word = this.#take(/true|false/y);
    if (word !== '') return word === 'true';
    const value = this.#text[this.#at] === '[' ? this.#array() : this.#string();
    if (value === undefined) throw this.error('a value other than a string, a list of strings, true or false');
    return value;
  }

  endLine(): void {
    this.#take(/[ \t]*(?:#[^\n]*)?/y);
    if (!this.atEnd && this.#take(/\r?\n/y) === '') throw this.error('something behind the value');
  }

  #array(): readonly string[] {
    const items: string[] = [];
    this.#at += 1;
    for (;;) {
      this.skipSpace();
      if (this.#take(/\]/y) !== '') return items;
      const item = this.#string();
      if (item === undefined) throw this.error('a list of something other than strings');
      items.push(item);
      this.skipSpace();
      if (this.#take(/,/y) === '' && this.#text[this.#at] !== ']') throw this.error('a list without a comma');
    }
  }

  #string(): string | undefined {
    if (this.#text.startsWith('"""', this.#at) || this.#text.startsWith("'''", this.#at)) return undefined;
    const literal = this.#take(/'[^'\n]*'/y);
    if (literal !== '') return literal.slice(1, -1);
    if (this.#text[this.#at] !== '"') return undefined;
    const start = this.#at + 1;
    for (let at = start; ; at += 1) {
      const character = this.#text[at];
      if (character === undefined || character === '\n') throw this.error('a string that does not end on its line');
      if (character === '\\') at += 1;
      if (character !== '"') continue;
      this.#at = at + 1;
      return this.#unescaped(this.#text.slice(start, at));
    }
  }

  #unescaped(text: string): string {
    return text.replace(
      /\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g,
      (...found: readonly (string | undefined)[]) => {
        const [, short, long, sign] = found;
        const character = sign === undefined ? characterOf(Number.parseInt(short ?? long ?? '', 16)) : ESCAPES[sign];
        if (character === undefined) throw this.error('an escape that TOML does not have');
        return character;
      },
    );
  }

  /** What the sticky pattern matches here; the position moves behind it. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += taken.length;
    return taken;
  }
}

/** TOML 1.0, "String": Unicode scalar values only. */
function characterOf(code: number): string | undefined {
  return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? undefined : String.fromCodePoint(code);
}
