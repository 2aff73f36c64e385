// Comma-separated values from outside, record by record: RFC 4180 section 2, where a line may also end with LF alone. Plain searches and no pattern that
// goes back: a field may be as long as the text.
import { ParseError } from './errors.ts';

/** One record. */
export interface CsvRecord {
  /** Without their quotes. An empty line is one empty field. */
  readonly fields: readonly string[];
  /** Line where it begins, from 1. */
  readonly line: number;
}

/**
 * Reads the records, the header among them; a byte order mark is passed over.
 * @param name of the text, for messages
 * @throws ParseError with the line: a quote inside of a field without quotes, or one that is not closed
 */
export function* csvRecords(text: string, name: string): Generator<CsvRecord, void, void> {
  let fields: string[] = [];
  let line = 1;
  let begun = 1;
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length || fields.length > 0; ) {
    const isQuoted = text[at] === '"';
    const end = isQuoted ? closingQuote(text, at) + 1 : plainEnd(text, at);
    const ending = end === 0 ? undefined : endingAt(text, end);
    if (ending === undefined) {
      throw new ParseError(`${name} line ${line}: a quote stands in a field that is not quoted, or does not end`);
    }
    const written = text.slice(at, end);
    fields.push(isQuoted ? written.slice(1, -1).replaceAll('""', '"') : written);
    if (isQuoted) line += written.split('\n').length - 1;
    at = end + ending.length;
    if (ending === ',') continue;
    yield { fields, line: begun };
    fields = [];
    line += 1;
    begun = line;
  }
}

/** Where the quote is that ends the field; two quotes are one of its text. -1 when there is none. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from + 1);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

function plainEnd(text: string, from: number): number {
  const stop = /[",\r\n]/g;
  stop.lastIndex = from;
  return stop.exec(text)?.index ?? text.length;
}

/** What ends the field; empty at the end of the text, undefined when something else follows. */
function endingAt(text: string, at: number): string | undefined {
  if (at === text.length) return '';
  return [',', '\n', '\r\n'].find((ending) => text.startsWith(ending, at));
}
