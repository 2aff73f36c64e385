// What a terminal can show: colours, characters, width. All text from outside passes through `shown`.
import { displayWidth, printable } from '../../platform/printable.ts';
import type { SeverityLevel } from '../../scan/advisory/advisory.ts';

/** How a table is to be written. */
export interface TerminalOptions {
  /** Whether to use colours (ECMA-48 SGR). */
  readonly color: boolean;
  /** Width in columns; below 48 lines are laid out for 48. */
  readonly columns: number;
  /** Whether characters beyond ASCII can be shown; yes unless said. */
  readonly unicode?: boolean;
}

/** Roles that text can have. Colours are the terminal's own 16, which its user has chosen to be readable. */
export type Ink = SeverityLevel | 'strong' | 'faint' | 'warning' | 'plain';

const SGR: Readonly<Record<Ink, string>> = {
  critical: '1;35',
  high: '31',
  medium: '33',
  low: '36',
  negligible: '2',
  unknown: '2',
  strong: '1',
  faint: '2',
  warning: '1;33',
  plain: '',
};

/** Characters with a meaning, and what stands for them in ASCII. */
export interface Glyphs {
  readonly mark: string;
  readonly full: string;
  readonly pale: string;
  readonly cut: string;
  readonly rule: string;
}

const UNICODE: Glyphs = { mark: '─◯─', full: '█', pale: '░', cut: '…', rule: '─' };
const ASCII: Glyphs = { mark: '-O-', full: '#', pale: '.', cut: '...', rule: '-' };

/** The glyphs that the terminal can show. */
export function glyphsOf(options: TerminalOptions): Glyphs {
  return options.unicode === false ? ASCII : UNICODE;
}

/**
 * Whether the locale's character set is Unicode: the first of LC_ALL, LC_CTYPE and LANG that is set decides (POSIX, "Locale environment
 * variables"). With none set, as in most containers, it is taken to be; a `dumb` terminal is not.
 */
export function showsUnicode(environment: Readonly<Record<string, string | undefined>>): boolean {
  if (environment['TERM'] === 'dumb') return false;
  const locale = [environment['LC_ALL'], environment['LC_CTYPE'], environment['LANG']].find(
    (value) => (value ?? '') !== '',
  );
  return locale === undefined || /utf-?8/i.test(locale);
}

/**
 * Text from outside as this terminal may be given it. Without Unicode nothing beyond ASCII is left: an 8-bit terminal takes the bytes
 * 0x80 to 0x9f of UTF-8 for control functions (ECMA-48 section 5.3).
 */
export function shown(text: string, options: TerminalOptions): string {
  const safe = printable(text);
  if (options.unicode !== false) return safe;
  return safe.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Colours a piece of text that holds no colours yet. */
export function paint(text: string, ink: Ink, options: TerminalOptions): string {
  const code = SGR[ink];
  return options.color && code !== '' && text.trim() !== '' ? `\x1b[${code}m${text}\x1b[0m` : text;
}

/** Text filled up with spaces at the end. */
export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}

/** Text filled up with spaces at the start. */
export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - displayWidth(text))) + text;
}

/** Lines of at most so many columns, broken at spaces where there are any; the second and later lines are indented. */
export function wrap(text: string, columns: number, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((part) => chopped(part, columns - indent.length))) {
    const candidate = line === '' ? word : `${line} ${word}`;
    if (displayWidth(candidate) <= columns || line === '') {
      line = candidate;
      continue;
    }
    lines.push(line);
    line = indent + word;
  }
  return [...lines, line];
}

/** Lines of at most so many columns, the first behind `first`, the others behind as many spaces. */
export function indented(first: string, text: string, columns: number): readonly string[] {
  const margin = displayWidth(first);
  return wrap(text, columns - margin, '').map((line, at) => (at === 0 ? first : ' '.repeat(margin)) + line);
}

/** A word in pieces that fit; a digest is longer than a narrow terminal. */
function chopped(word: string, columns: number): readonly string[] {
  const pieces: string[] = [''];
  for (const character of word) {
    const last = pieces.at(-1) ?? '';
    if (displayWidth(last + character) <= columns) pieces[pieces.length - 1] = last + character;
    else pieces.push(character);
  }
  return pieces;
}
