// Keeps stretches of a file that passes by in pieces. What to keep is decided before, so that the cut into pieces changes nothing.
import { type ByteRange, eachPart, joinRanges } from './ranges.ts';

interface HeldRange extends ByteRange {
  readonly bytes: Buffer;
  /** Bytes that came so far: a file can end before its ranges do. */
  filled: number;
}

/** The kept stretches. Memory: the sum of the ranges. */
export class HeldRanges {
  readonly #ranges: readonly HeldRange[];

  constructor(ranges: readonly ByteRange[]) {
    this.#ranges = joinRanges(ranges).map(({ from, to }) => {
      return { from, to, bytes: Buffer.allocUnsafe(to - from), filled: 0 };
    });
  }

  /** Takes the piece of the file that begins at `offset`; pieces come in order and without holes. */
  push(piece: Buffer, offset: number): void {
    eachPart(this.#ranges, piece, offset, (part, from, index) => {
      const range = this.#ranges[index];
      if (range === undefined) return;
      range.bytes.set(part, from - range.from);
      range.filled = from - range.from + part.length;
    });
  }

  /** The bytes of a stretch, or undefined unless all of them were kept and came. */
  read(from: number, length: number): Buffer | undefined {
    const range = this.#ranges.find((held) => held.from <= from && from + length <= held.from + held.filled);
    return range?.bytes.subarray(from - range.from, from - range.from + length);
  }
}
