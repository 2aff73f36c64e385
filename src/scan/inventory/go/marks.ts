// Finds a mark in bytes that pass by in pieces and keeps what follows it. Old Go programs point back from their data to strings that have
// passed by then, among megabytes of others: what those strings begin with is known, and so they are kept on suspicion.

/** A stretch of a file that begins with a mark. */
export interface MarkedText {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** What to look for. */
export interface Mark {
  readonly bytes: Buffer;
  /** How much to keep, mark included; less at the end of a stretch. */
  readonly keep: number;
  /** Occurrences that are kept; further ones are not looked at. */
  readonly most: number;
}

/** Looks for one mark. Where the pieces are cut changes nothing. */
export class MarkFinder {
  readonly found: MarkedText[] = [];
  readonly #mark: Mark;
  /** The end of what passed: a mark that may go on, or one whose text is not complete. */
  #rest: Buffer = Buffer.alloc(0);
  #next = 0;

  constructor(mark: Mark) {
    this.#mark = mark;
  }

  /** Takes the piece of the file that begins at `offset`. A piece that does not follow the last one begins a new stretch. */
  push(piece: Buffer, offset: number): void {
    if (offset !== this.#next) this.end();
    this.#next = offset + piece.length;
    if (this.found.length >= this.#mark.most) return;
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    this.#rest = Buffer.from(bytes.subarray(this.#search(bytes, this.#next - bytes.length, this.#mark.keep)));
  }

  /** The stretch is over: texts that it cut short are complete. */
  end(): void {
    this.#search(this.#rest, this.#next - this.#rest.length, 0);
    this.#rest = Buffer.alloc(0);
  }

  /** Keeps the texts of which at least `enough` bytes are there; gives the place from which on the bytes are needed again. */
  #search(bytes: Buffer, offset: number, enough: number): number {
    const { bytes: mark, keep, most } = this.#mark;
    let at = bytes.indexOf(mark);
    for (; at !== -1 && this.found.length < most; at = bytes.indexOf(mark, at + 1)) {
      if (at + enough > bytes.length) return at;
      this.found.push({ offset: offset + at, bytes: Buffer.from(bytes.subarray(at, at + keep)) });
    }
    return Math.max(0, bytes.length - mark.length + 1);
  }
}
