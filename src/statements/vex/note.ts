// What VEX has no field for, as words at the end of a text that it has one for: the exception and the day until which the decision applies. Written and
// read back by this program; other readers see plain sentences.
import { isDay } from '../day.ts';
import { EXCEPTION_REASONS, type ExceptionReason, type Statement } from '../statement.ts';
import type { VexWord } from './word.ts';

/** What a note says. */
export interface Note {
  /** What stood before the note; absent when nothing did. */
  readonly text?: string;
  readonly exception?: { readonly reason: ExceptionReason; readonly detail?: string };
  /** ISO date; absent in other people's documents. */
  readonly expires?: string;
}

const EXPIRY = /^Applies until (\d{4}-\d{2}-\d{2})\.$/;
const EXCEPTION = /^Exception \(([a-z-]+)\)(?:: (.*))?$/s;
/** Lines of free text that look like a note's get a mark in front, as mail does with lines that begin with "From ". */
const ALIKE = /^>*(?:Exception \(|Applies until )/;

/** The text, if there is any, with the note behind it; undefined when there is neither. Without a day there is nothing to read back, and no note. */
export function withNote(
  text: string | undefined,
  { exception, expires }: Pick<VexWord, 'exception' | 'expires'>,
): string | undefined {
  if (expires === undefined) return text;
  const lines = [
    ...(text === undefined ? [] : [marked(text)]),
    ...(exception === undefined ? [] : [markedBehindFirst(exceptionSentence(exception))]),
    `Applies until ${expires}.`,
  ];
  return lines.join('\n');
}

/** `Exception (version-locked): the next release has the new version.` */
export function exceptionSentence({ reason, detail }: NonNullable<Statement['exception']>): string {
  return `Exception (${reason})${detail === undefined ? '' : `: ${detail}`}`;
}

/** Reads a text that may end with a note; one without a note is given as it is. */
export function readNote(whole: string | undefined): Note {
  if (whole === undefined || whole === '') return {};
  const lines = whole.split('\n');
  const [, expires] = EXPIRY.exec(lines.pop() ?? '') ?? [];
  if (expires === undefined || !isDay(expires)) return { text: whole };
  const at = lines.findIndex((line) => line.startsWith('Exception ('));
  const own = at === -1 ? lines : lines.slice(0, at);
  const exception = at === -1 ? undefined : exceptionOf(lines.slice(at));
  if (at !== -1 && exception === undefined) return { text: whole };
  return {
    ...(own.length === 0 ? {} : { text: unmarked(own) }),
    ...(exception === undefined ? {} : { exception }),
    expires,
  };
}

function exceptionOf([first = '', ...others]: readonly string[]): Statement['exception'] {
  const [, word, begin] = EXCEPTION.exec(first) ?? [];
  const reason = EXCEPTION_REASONS.find((known) => known === word);
  if (reason === undefined) return undefined;
  return { reason, ...(begin === undefined ? {} : { detail: [begin, ...others.map(unmarkedLine)].join('\n') }) };
}

function marked(text: string): string {
  return text
    .split('\n')
    .map((line) => (ALIKE.test(line) ? `>${line}` : line))
    .join('\n');
}

function markedBehindFirst(text: string): string {
  const end = text.indexOf('\n');
  return end === -1 ? text : `${text.slice(0, end)}\n${marked(text.slice(end + 1))}`;
}

function unmarked(lines: readonly string[]): string {
  return lines.map(unmarkedLine).join('\n');
}

function unmarkedLine(line: string): string {
  return line.startsWith('>') && ALIKE.test(line) ? line.slice(1) : line;
}
