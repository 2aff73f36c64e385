// The strings of Go programs made before Go 1.18: their build information points back to string constants that have passed by then, among megabytes
// of others. What the two begin with is known, so all that begin so are kept; the data that the pointers lead through is kept too.
import { LIMITS } from '../../../platform/limits.ts';
import { ElfFields, type ElfSegment } from '../elf/head.ts';
import type { HeldRanges } from '../elf/held-ranges.ts';
import { type ByteRange, eachPart, joinRanges } from '../elf/ranges.ts';
import { constantSegments, isWritable, isZeroed, offsetOfAddress, rangeOf } from '../elf/segments.ts';
import { type BuildPointers, GO_VERSION_BYTES, MODULE_TEXT_START, moduleTextEnd } from './build-info.ts';
import { type Mark, type MarkedText, MarkFinder } from './marks.ts';

/** Programs that know the history of Go have hundreds of strings that begin like a version, others a few. */
const VERSION_MARK: Mark = { bytes: Buffer.from('go1.'), keep: GO_VERSION_BYTES, most: 4096 };
/** A program has one module text; programs embedded in it have theirs. */
const MODULE_TEXT_MARK: Mark = {
  bytes: MODULE_TEXT_START,
  keep: LIMITS.buildInfoBytes,
  lengthIn: moduleTextEnd,
  most: 4,
};

const NOTHING = Buffer.alloc(0);

/** The strings as far as they were kept. */
export interface ResolvedStrings {
  readonly version: Buffer | undefined;
  /** With its marks. */
  readonly moduleText: Buffer | undefined;
}

/** Keeps the strings of one program as it passes. */
export class OldStrings {
  /** What is to be held of the file besides: its writable data, as far as `LIMITS.programDataBytes` goes. */
  readonly hold: readonly ByteRange[];
  readonly #segments: readonly ElfSegment[];
  readonly #constants: readonly ByteRange[];
  readonly #versions = new MarkFinder(VERSION_MARK);
  readonly #moduleTexts = new MarkFinder(MODULE_TEXT_MARK);

  constructor(segments: readonly ElfSegment[], size: number) {
    this.#segments = segments;
    this.#constants = joinRanges(constantSegments(segments).map((segment) => rangeOf(segment, size)));
    this.hold = upTo(
      LIMITS.programDataBytes,
      segments.filter(isWritable).map((segment) => rangeOf(segment, size)),
    );
  }

  /** Sees the whole file in pieces, in order. */
  watch(piece: Buffer, offset: number): void {
    eachPart(this.#constants, piece, offset, (part, from) => {
      this.#versions.push(part, from);
      this.#moduleTexts.push(part, from);
    });
  }

  /** Follows the pointers. Where they lead to no module text, it is the first that passed. */
  resolve(pointers: BuildPointers, held: HeldRanges): ResolvedStrings {
    const moduleTexts = this.#moduleTexts.finish();
    const { version, moduleText } = pointers;
    return {
      version: this.#stringAt(version, GO_VERSION_BYTES, pointers, held, this.#versions.finish()),
      moduleText:
        this.#stringAt(moduleText, LIMITS.buildInfoBytes, pointers, held, moduleTexts) ?? moduleTexts[0]?.bytes,
    };
  }

  /** The Go string whose header, an address and a length, lies at an address. */
  #stringAt(
    address: number,
    most: number,
    { pointerBytes, littleEndian }: BuildPointers,
    held: HeldRanges,
    passed: readonly MarkedText[],
  ): Buffer | undefined {
    // A string that is empty from the start has a header of zeros, which the file does not hold.
    if (isZeroed(this.#segments, address)) return NOTHING;
    const headerAt = offsetOfAddress(this.#segments, address);
    const header = headerAt === undefined ? undefined : held.read(headerAt, 2 * pointerBytes);
    if (header === undefined) return undefined;
    const fields = new ElfFields(header, pointerBytes === 8, littleEndian);
    const length = fields.word(pointerBytes);
    if (length === 0) return NOTHING;
    const offset = offsetOfAddress(this.#segments, fields.word(0));
    if (offset === undefined || length > most) return undefined;
    const kept = passed.find((text) => text.offset === offset)?.bytes ?? held.read(offset, length);
    return kept === undefined || kept.length < length ? undefined : kept.subarray(0, length);
  }
}

/** The first ranges, cut where they are together longer than `bytes`. */
function upTo(bytes: number, ranges: readonly ByteRange[]): readonly ByteRange[] {
  let left = bytes;
  return ranges.map(({ from, to }) => {
    const end = Math.min(to, from + left);
    left -= Math.max(0, end - from);
    return { from, to: end };
  });
}
