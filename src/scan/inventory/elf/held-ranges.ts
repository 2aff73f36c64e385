// Keeps stretches of a file that passes by in pieces. What to keep is decided before, so that the cut into pieces changes nothing.

/** Bytes `from` up to `to`, which is not in it, of a file. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

interface HeldRange extends ByteRange {
  readonly bytes: Buffer;
  /** Bytes that came so far: a file can end before its ranges do. */
  filled: number;
}

/** The kept stretches. Memory: the sum of the ranges. */
export class HeldRanges {
  readonly #ranges: readonly HeldRange[];

  constructor(ranges: readonly ByteRange[]) {
    this.#ranges = joined(ranges).map(({ from, to }) => ({
      from,
      to,
      bytes: Buffer.allocUnsafe(to - from),
      filled: 0,
    }));
  }

  /** Takes the piece of the file that begins at `offset`; pieces come in order and without holes. */
  push(piece: Uint8Array, offset: number): void {
    for (const range of this.#ranges) {
      const from = Math.max(range.from, offset);
      const to = Math.min(range.to, offset + piece.length);
      if (from >= to) continue;
      range.bytes.set(piece.subarray(from - offset, to - offset), from - range.from);
      range.filled = to - range.from;
    }
  }

  /** The bytes of a stretch, or undefined unless all of them were kept and came. */
  read(from: number, length: number): Buffer | undefined {
    const range = this.#ranges.find((held) => held.from <= from && from + length <= held.from + held.filled);
    return range?.bytes.subarray(from - range.from, from - range.from + length);
  }

  /** As `read`, but what there is of the stretch from its begin on. */
  readUpTo(from: number, length: number): Buffer {
    const range = this.#ranges.find((held) => held.from <= from && from < held.from + held.filled);
    const start = range === undefined ? 0 : from - range.from;
    return range?.bytes.subarray(start, Math.min(start + length, range.filled)) ?? Buffer.alloc(0);
  }
}

/** Ranges that touch or overlap as one, in order; empty ones left out. */
function joined(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const result: ByteRange[] = [];
  for (const range of ranges.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || last.to < range.from) result.push(range);
    else result[result.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
  }
  return result;
}
