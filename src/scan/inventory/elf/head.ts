// Reads the head of an ELF file: its class and byte order, the segments that are loaded, where the section table lies.
// Specification: System V ABI, chapters 4 "Object Files" and 5 "Program Loading"; what counts as a program: Linux, fs/binfmt_elf.c.

/** First bytes of every ELF file. */
export const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46] as const;

/** The head with the program headers lies within so many bytes: linkers write a dozen of them, of 32 or 56 bytes, right behind the first 64. */
export const HEAD_BYTES = 16 * 1024;

/** `p_type` of segments that are loaded, and of notes. */
export const PT_LOAD = 1;
export const PT_NOTE = 4;

/** `p_flags`. */
export const PF_X = 1;
export const PF_W = 2;

/** A program header. Offsets and sizes in bytes of the file; values above 2^53 are approximate. */
export interface ElfSegment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  /** What is beyond `fileSize` are zeros. */
  readonly memorySize: number;
}

/** A program's head. */
export interface ElfHead {
  /** 64-bit. */
  readonly wide: boolean;
  readonly littleEndian: boolean;
  /** Undefined when the program headers lie outside the bytes given: linkers write them first, BOLT moves them to the end. */
  readonly segments: readonly ElfSegment[] | undefined;
  /** Where the program headers end. */
  readonly segmentsEnd: number;
  /** The section table; `names` is the index of the section that holds the names. */
  readonly sections: {
    readonly offset: number;
    readonly count: number;
    readonly entryBytes: number;
    readonly names: number;
  };
}

const ET_EXEC = 2;
const ET_DYN = 3;

/** The fields of a file in its own byte order and word size. Out of bounds is an error of the caller. */
export class ElfFields {
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #wide: boolean;

  constructor(bytes: Uint8Array, wide: boolean, littleEndian: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = littleEndian;
    this.#wide = wide;
  }

  half(at: number): number {
    return this.#view.getUint16(at, this.#little);
  }

  long(at: number): number {
    return this.#view.getUint32(at, this.#little);
  }

  /** An address, offset or size: 4 or 8 bytes by the class. */
  word(at: number): number {
    if (!this.#wide) return this.long(at);
    const [low, high] = this.#little ? [at, at + 4] : [at + 4, at];
    return this.long(high) * 2 ** 32 + this.long(low);
  }
}

/**
 * The head of a program or shared library, or undefined when the kernel would not load the file: object files, core dumps, and heads that break the
 * specification.
 * @param start the first `HEAD_BYTES` of the file, or all of it.
 */
export function parseElfHead(start: Uint8Array): ElfHead | undefined {
  const [elfClass, order] = [start[4], start[5]];
  if (!ELF_MAGIC.every((byte, index) => start[index] === byte)) return undefined;
  if ((elfClass !== 1 && elfClass !== 2) || (order !== 1 && order !== 2)) return undefined;
  const wide = elfClass === 2;
  const littleEndian = order === 1;
  if (start.length < (wide ? 64 : 52)) return undefined;
  const fields = new ElfFields(start, wide, littleEndian);
  const type = fields.half(16);
  // Behind the entry point: offsets of program and section headers, flags, then six 16-bit sizes and counts.
  const counts = wide ? 52 : 40;
  const offset = fields.word(wide ? 32 : 28);
  const entryBytes = fields.half(counts + 2);
  const count = fields.half(counts + 4);
  if ((type !== ET_EXEC && type !== ET_DYN) || entryBytes !== (wide ? 56 : 32) || count === 0) return undefined;
  const segmentsEnd = offset + count * entryBytes;
  const segmentAt = (_: unknown, index: number): ElfSegment => readSegment(fields, offset + index * entryBytes, wide);
  return {
    wide,
    littleEndian,
    segmentsEnd,
    segments: segmentsEnd > start.length ? undefined : Array.from({ length: count }, segmentAt),
    sections: {
      offset: fields.word(wide ? 40 : 32),
      entryBytes: fields.half(counts + 6),
      count: fields.half(counts + 8),
      names: fields.half(counts + 10),
    },
  };
}

function readSegment(fields: ElfFields, at: number, wide: boolean): ElfSegment {
  return {
    type: fields.long(at),
    flags: fields.long(at + (wide ? 4 : 24)),
    offset: fields.word(at + (wide ? 8 : 4)),
    address: fields.word(at + (wide ? 16 : 8)),
    fileSize: fields.word(at + (wide ? 32 : 16)),
    memorySize: fields.word(at + (wide ? 40 : 20)),
  };
}
