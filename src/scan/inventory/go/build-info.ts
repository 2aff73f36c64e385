// Finds and decodes the build information that Go's linker leaves in the writable data of a program.
// Format: Go, src/debug/buildinfo/buildinfo.go: a header of 32 bytes behind a magic at an address that 16 divides; since Go 1.18 two strings with
// their lengths follow it, before (from Go 1.13 on) it points to two Go strings.
import { ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { ElfFields, type ElfHead, type ElfSegment, PF_W, PF_X, PT_LOAD } from '../elf/head.ts';
import type { ByteRange, HeldRanges } from '../elf/held-ranges.ts';
import type { MarkedText } from './marks.ts';

/** The two texts of the build information. */
export interface BuildInfo {
  /** As runtime.Version() tells it: `go1.21.5`. Undefined when the string that an old program points to was not kept. */
  readonly goVersion: string | undefined;
  /** The lines of debug.BuildInfo; empty when the program was built without module support. */
  readonly moduleText: string;
}

/** Strings of an old program that were kept as they passed. */
export interface PassedStrings {
  readonly versions: readonly MarkedText[];
  readonly moduleTexts: readonly MarkedText[];
}

/** Stands before and behind the module text of Go's own data (cmd/go/internal/modload, infoStart and infoEnd). */
export const MODULE_TEXT_START = Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex');
const MODULE_TEXT_END = Buffer.from('f932433186182072008242104116d8f2', 'hex');

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
const ALIGNMENT = 16;
const HEADER_BYTES = 32;
const BIG_ENDIAN = 1;
const INLINE = 2;
/** Longest text that is a Go version. Those of real toolchains with all experiments named stay under 200. */
export const GO_VERSION_BYTES = 512;

/** The parts of a program's writable segments that are kept, in order; `cut` when that is not all of them. */
export function writableData(
  { segments }: ElfHead,
  size: number,
): { readonly ranges: readonly ByteRange[]; readonly cut: boolean } {
  const ranges: ByteRange[] = [];
  let left: number = LIMITS.programDataBytes;
  let cut = false;
  for (const segment of segments.filter(isWritable)) {
    const end = Math.min(segment.offset + segment.fileSize, size);
    const to = Math.min(end, segment.offset + left);
    if (to < end) cut = true;
    if (to <= segment.offset) continue;
    ranges.push({ from: segment.offset, to });
    left -= to - segment.offset;
  }
  return { ranges, cut };
}

/**
 * The build information in what was kept, or undefined when there is none.
 * @throws ParseError when there is a header of it, and it cannot be decoded.
 */
export function findBuildInfo(head: ElfHead, held: HeldRanges, passed: PassedStrings): BuildInfo | undefined {
  let failure: ParseError | undefined;
  for (const segment of head.segments.filter(isWritable)) {
    const data = held.readUpTo(segment.offset, Math.min(segment.fileSize, LIMITS.programDataBytes));
    for (let at = data.indexOf(MAGIC); at !== -1; at = data.indexOf(MAGIC, at + 1)) {
      if ((segment.address + at) % ALIGNMENT !== 0 || at + HEADER_BYTES > data.length) continue;
      try {
        return decode(data.subarray(at), head, held, passed);
      } catch (error) {
        if (!(error instanceof ParseError)) throw error;
        failure ??= error;
      }
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
}

function isWritable({ type, flags }: ElfSegment): boolean {
  return type === PT_LOAD && (flags & (PF_W | PF_X)) === PF_W;
}

function decode(blob: Buffer, head: ElfHead, held: HeldRanges, passed: PassedStrings): BuildInfo {
  const [pointerBytes = 0, flags = 0] = blob.subarray(MAGIC.length);
  if ((flags & INLINE) !== 0) return decodeInline(blob);
  if (pointerBytes !== 4 && pointerBytes !== 8) {
    throw new ParseError(`Go build information with pointers of ${pointerBytes} bytes`);
  }
  const memory = new ProgramMemory(head, held, pointerBytes === 8, (flags & BIG_ENDIAN) === 0);
  const fields = memory.fieldsOf(blob);
  const version = memory.stringAt(fields.word(16), passed.versions, GO_VERSION_BYTES);
  const moduleText = memory.stringAt(fields.word(16 + pointerBytes), passed.moduleTexts, LIMITS.buildInfoBytes);
  return {
    goVersion: version?.toString('utf8'),
    moduleText: unframed(moduleText ?? passed.moduleTexts[0]?.bytes ?? Buffer.alloc(0)),
  };
}

function decodeInline(blob: Buffer): BuildInfo {
  const version = readPrefixed(blob, HEADER_BYTES, GO_VERSION_BYTES);
  const moduleText = readPrefixed(blob, version.end, LIMITS.buildInfoBytes);
  if (version.bytes.length === 0) throw new ParseError('Go build information without a Go version');
  return { goVersion: version.bytes.toString('utf8'), moduleText: unframed(moduleText.bytes) };
}

/** Bytes behind their length, which is a varint of 7 bits a byte, the lowest first (encoding/binary, Uvarint). */
function readPrefixed(blob: Buffer, at: number, most: number): { readonly bytes: Buffer; readonly end: number } {
  let length = 0;
  let position = at;
  for (let scale = 1; ; scale *= 128) {
    const byte = blob[position];
    if (byte === undefined) throw new ParseError('Go build information that breaks off');
    length += (byte & 0x7f) * scale;
    position += 1;
    if (length > most) throw new ParseError(`Go build information with a text of more than ${most} bytes`);
    if (byte < 0x80) break;
    // Only padding with zeros gets here: any other byte has made the length too large.
    if (position - at >= 10) throw new ParseError('Go build information with a length that does not end');
  }
  if (position + length > blob.length) throw new ParseError('Go build information that breaks off');
  return { bytes: blob.subarray(position, position + length), end: position + length };
}

/** The text between its marks; none without the first of them. A text that was kept on suspicion goes on behind the second. */
function unframed(framed: Buffer): string {
  if (!framed.subarray(0, MODULE_TEXT_START.length).equals(MODULE_TEXT_START)) return '';
  const end = framed.indexOf(MODULE_TEXT_END);
  if (end === -1) throw new ParseError('Go build information whose module text has no end');
  return framed.toString('utf8', MODULE_TEXT_START.length, end);
}

/** A program's memory as far as its bytes were kept. */
class ProgramMemory {
  readonly #head: ElfHead;
  readonly #held: HeldRanges;
  readonly #wide: boolean;
  readonly #littleEndian: boolean;

  constructor(head: ElfHead, held: HeldRanges, wide: boolean, littleEndian: boolean) {
    this.#head = head;
    this.#held = held;
    this.#wide = wide;
    this.#littleEndian = littleEndian;
  }

  fieldsOf(bytes: Buffer): ElfFields {
    return new ElfFields(bytes, this.#wide, this.#littleEndian);
  }

  /** The Go string whose header (address and length) lies at an address; undefined when it was not kept. */
  stringAt(address: number, passed: readonly MarkedText[], most: number): Buffer | undefined {
    const pointerBytes = this.#wide ? 8 : 4;
    const headerAt = this.#offsetOf(address);
    const header = headerAt === undefined ? undefined : this.#held.read(headerAt, 2 * pointerBytes);
    if (header === undefined) return undefined;
    const fields = this.fieldsOf(header);
    const length = fields.word(pointerBytes);
    const offset = this.#offsetOf(fields.word(0));
    if (length === 0) return Buffer.alloc(0);
    if (offset === undefined || length > most) return undefined;
    const kept = passed.find((text) => text.offset === offset)?.bytes ?? this.#held.read(offset, length);
    return kept === undefined || kept.length < length ? undefined : kept.subarray(0, length);
  }

  #offsetOf(address: number): number | undefined {
    const segment = this.#head.segments.find(
      (candidate) =>
        candidate.type === PT_LOAD && candidate.address <= address && address < candidate.address + candidate.fileSize,
    );
    return segment === undefined ? undefined : segment.offset + (address - segment.address);
  }
}
