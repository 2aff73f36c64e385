// Finds a mark in bytes that pass by in pieces and keeps what begins with it. A program is never held whole: what is asked of it has to be known
// by its first bytes when it passes.

/** A stretch of a file that begins with a mark. */
export interface MarkedText {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** What to look for. */
export interface Mark {
  readonly bytes: Buffer;
  /** How much to keep at most, mark included. */
  readonly keep: number;
  /** Length of the text at the begin of `bytes` once its end is in sight. It must not depend on what follows the text. */
  readonly lengthIn?: (bytes: Buffer) => number | undefined;
  /** Whether the mark counts at this place of the file. */
  readonly counts?: (offset: number) => boolean;
  /** Texts that are kept; further ones are not looked at. */
  readonly most: number;
}

/** A text whose end has not passed yet. */
interface OpenText {
  readonly index: number;
  readonly offset: number;
  bytes: Buffer;
}

const NOTHING = Buffer.alloc(0);

/** Looks for one mark. Where the pieces are cut changes nothing. */
export class MarkFinder {
  readonly #mark: Mark;
  /** In the order of their places; undefined while a text is open. */
  readonly #found: (MarkedText | undefined)[] = [];
  #open: OpenText[] = [];
  /** The last bytes that passed, too few for a mark. */
  #tail = NOTHING;
  #next = 0;

  constructor(mark: Mark) {
    this.#mark = mark;
  }

  /** Takes the piece of the file that begins at `offset`. A piece that does not follow the last one begins a new stretch. */
  push(piece: Buffer, offset: number): void {
    if (offset !== this.#next) this.#endStretch();
    this.#next = offset + piece.length;
    const { keep, bytes: mark } = this.#mark;
    const length = mark.length;
    for (const text of this.#open)
      text.bytes = Buffer.concat([text.bytes, piece.subarray(0, keep - text.bytes.length)]);
    this.#open = this.#open.filter((text) => !this.#settle(text, text.bytes));

    // A mark across the cut begins in the tail.
    const seam = this.#tail.length === 0 ? NOTHING : Buffer.concat([this.#tail, piece.subarray(0, length - 1)]);
    this.#search(seam, offset - this.#tail.length, (at) =>
      Buffer.concat([seam.subarray(at, this.#tail.length), piece.subarray(0, keep)]),
    );
    this.#search(piece, offset, (at) => piece.subarray(at, at + keep));
    const last = piece.length >= length - 1 ? piece : seam.length > 0 ? Buffer.concat([this.#tail, piece]) : piece;
    this.#tail = Buffer.from(last.subarray(Math.max(0, last.length - length + 1)));
  }

  /** What was found, once all pieces have passed; texts that the end cut short are as long as they came. */
  finish(): readonly MarkedText[] {
    this.#endStretch();
    return this.#found.filter((text) => text !== undefined);
  }

  #search(bytes: Buffer, offset: number, from: (at: number) => Buffer): void {
    const { bytes: mark, most, counts } = this.#mark;
    for (let at = bytes.indexOf(mark); at !== -1 && this.#found.length < most; at = bytes.indexOf(mark, at + 1)) {
      if (counts?.(offset + at) === false) continue;
      const text = { index: this.#found.push(undefined) - 1, offset: offset + at, bytes: NOTHING };
      const begin = from(at);
      if (this.#settle(text, begin)) continue;
      text.bytes = Buffer.from(begin);
      this.#open.push(text);
    }
  }

  /** Keeps the text if its end is in the bytes. */
  #settle({ index, offset }: OpenText, bytes: Buffer): boolean {
    const { keep, lengthIn } = this.#mark;
    const length = lengthIn?.(bytes) ?? (bytes.length >= keep ? keep : undefined);
    if (length === undefined) return false;
    this.#found[index] = { offset, bytes: Buffer.from(bytes.subarray(0, Math.min(length, keep))) };
    return true;
  }

  #endStretch(): void {
    for (const { index, offset, bytes } of this.#open) this.#found[index] = { offset, bytes };
    this.#open = [];
    this.#tail = NOTHING;
  }
}
