// The elements of an array in a large JSON document, one at a time, without holding the document: {"other": …, "vulnerabilities": [{…}, {…}]}.
// Finds where each element begins and ends by strings and brackets (RFC 8259, sections 2 and 7); the elements are parsed by JSON.parse.
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const OPEN_ARRAY = 0x5b;
const COLON = 0x3a;
const KEY_LENGTH = 100;

/** Takes the document in pieces. Both methods throw ParseError or LimitError. */
export class JsonElements {
  readonly #path: string;
  readonly #name: string;
  readonly #take: (element: unknown) => void;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The string of the document's own level that was read last, and the last one that is a key. */
  #text = '';
  #key = '';
  #inArray = false;
  #found = false;
  /** Copies of the pieces of the element that is being read. */
  #pieces: Uint8Array[] | undefined;
  #length = 0;

  /** Calls `take` with each object or array in the array that is the document's member `name`. */
  constructor(path: string, name: string, take: (element: unknown) => void) {
    this.#path = path;
    this.#name = name;
    this.#take = take;
  }

  push(bytes: Uint8Array): void {
    let start = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (this.#inString) {
        this.#readString(byte);
      } else if (byte === QUOTE) {
        this.#inString = true;
        this.#text = '';
      } else if (OPEN.has(byte)) {
        if (this.#inArray && this.#depth === 2) {
          this.#pieces = [];
          start = at;
        }
        this.#depth += 1;
        if (this.#depth === 2 && byte === OPEN_ARRAY && this.#key === this.#name) this.#inArray = this.#found = true;
      } else if (CLOSE.has(byte)) {
        this.#depth -= 1;
        if (this.#depth < 0) throw new ParseError(`${this.#path}: not JSON (a bracket that closes nothing)`);
        if (this.#pieces !== undefined && this.#depth === 2) {
          this.#pieces.push(bytes.subarray(start, at + 1));
          this.#finish(this.#pieces);
          this.#pieces = undefined;
        }
        if (this.#depth === 1) this.#inArray = false;
      } else if (byte === COLON && this.#depth === 1) {
        this.#key = this.#text;
      }
    }
    if (this.#pieces !== undefined) this.#keep(this.#pieces, Buffer.from(bytes.subarray(start)));
  }

  end(): void {
    if (this.#depth > 0 || this.#inString)
      throw new ParseError(`${this.#path}: it ends early (an interrupted download?)`);
    if (!this.#found) throw new ParseError(`${this.#path}: no list "${this.#name}"`);
  }

  #readString(byte: number): void {
    if (byte === QUOTE && !this.#escaped) {
      this.#inString = false;
      return;
    }
    this.#escaped = byte === BACKSLASH && !this.#escaped;
    // As it is written, escapes included: the wanted name has none.
    if (this.#depth === 1 && this.#text.length < KEY_LENGTH) this.#text += String.fromCharCode(byte);
  }

  #keep(pieces: Uint8Array[], piece: Uint8Array): void {
    pieces.push(piece);
    this.#length += piece.length;
    if (this.#length > LIMITS.jsonElementBytes) {
      throw new LimitError(`${this.#path}: a record larger than ${LIMITS.jsonElementBytes} bytes`);
    }
  }

  #finish(pieces: readonly Uint8Array[]): void {
    this.#length = 0;
    let element: unknown;
    try {
      element = JSON.parse(Buffer.concat(pieces).toString());
    } catch (error) {
      throw new ParseError(`${this.#path}: not JSON`, { cause: error });
    }
    this.#take(element);
  }
}
