// Stretches of a file, and the parts of a passing piece that lie in them.

/** Bytes `from` up to `to`, which is not in it. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Ranges in order, those that touch or overlap as one, empty ones left out. */
export function joinRanges(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const joined: ByteRange[] = [];
  for (const range of ranges.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last === undefined || last.to < range.from) joined.push(range);
    else joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
  }
  return joined;
}

/** Takes the parts of a piece that lie in joined ranges, with their places in the file. */
export function eachPart(
  ranges: readonly ByteRange[],
  piece: Buffer,
  offset: number,
  take: (part: Buffer, offset: number, range: number) => void,
): void {
  for (const [index, range] of ranges.entries()) {
    const from = Math.max(range.from, offset);
    const to = Math.min(range.to, offset + piece.length);
    if (from < to) take(piece.subarray(from - offset, to - offset), from, index);
  }
}
