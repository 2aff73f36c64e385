// A program's segments: where they lie in the file, and at which addresses.
import { type ElfSegment, PF_W, PF_X, PT_LOAD } from './head.ts';
import type { ByteRange } from './ranges.ts';

/** Whether the segment is loaded as data that can be written. */
export function isWritable({ type, flags }: ElfSegment): boolean {
  return type === PT_LOAD && (flags & (PF_W | PF_X)) === PF_W;
}

/** The segments that hold constants: loaded read-only; where the linker put constants beside the code, those of the code. */
export function constantSegments(segments: readonly ElfSegment[]): readonly ElfSegment[] {
  const fixed = segments.filter(({ type, flags }) => type === PT_LOAD && (flags & PF_W) === 0);
  const readOnly = fixed.filter(({ flags }) => (flags & PF_X) === 0);
  return readOnly.length > 0 ? readOnly : fixed;
}

/** The segment's bytes in a file of the size. */
export function rangeOf({ offset, fileSize }: ElfSegment, size: number): ByteRange {
  return { from: offset, to: Math.min(offset + fileSize, size) };
}

/** The place in the file of what is loaded at an address. */
export function offsetOfAddress(segments: readonly ElfSegment[], address: number): number | undefined {
  const segment = segments.find(
    (candidate) =>
      candidate.type === PT_LOAD && candidate.address <= address && address < candidate.address + candidate.fileSize,
  );
  return segment === undefined ? undefined : segment.offset + (address - segment.address);
}

/** Whether an address lies in memory that the file does not fill: there are zeros. */
export function isZeroed(segments: readonly ElfSegment[], address: number): boolean {
  return segments.some(
    (segment) =>
      segment.type === PT_LOAD &&
      segment.address + segment.fileSize <= address &&
      address < segment.address + segment.memorySize,
  );
}
