// Decodes the build information that Go's linker leaves in the writable data of a program.
// Format: Go, src/debug/buildinfo/buildinfo.go: a header of 32 bytes behind a magic, at an address that 16 divides; since Go 1.18 two strings with
// their lengths follow it, before (from Go 1.13 on) it points to two Go strings.
import { ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { ElfFields } from '../elf/head.ts';

/** The texts of a build information, as they stand in it. */
export interface BuildTexts {
  /** As runtime.Version() tells it: `go1.21.5`. */
  readonly goVersion: string;
  /** The lines of debug.BuildInfo; empty when the program was built without module support. */
  readonly moduleText: string;
}

/** Where an old program has its texts: addresses of Go strings. */
export interface BuildPointers {
  readonly version: number;
  readonly moduleText: number;
  readonly pointerBytes: 4 | 8;
  readonly littleEndian: boolean;
}

/** Begins the header. */
export const HEADER_MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
/** The header's address is a multiple of it. */
export const HEADER_ALIGNMENT = 16;
export const HEADER_BYTES = 32;
/** Longest text that is a Go version. Those of real toolchains with all experiments named stay under 200. */
export const GO_VERSION_BYTES = 512;
/** Stands before the module text (Go, src/cmd/go/internal/modload/build.go, infoStart). */
export const MODULE_TEXT_START = Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex');
/** Stands behind the module text (infoEnd). */
const MODULE_TEXT_END = Buffer.from('f932433186182072008242104116d8f2', 'hex');

const VARINT_BYTES = 10;
/** Longest build information: header, two lengths, two texts. */
export const BUILD_INFO_BYTES = HEADER_BYTES + 2 * VARINT_BYTES + GO_VERSION_BYTES + LIMITS.buildInfoBytes;

const BIG_ENDIAN = 1;
const INLINE = 2;

/** Where the build information that begins the bytes ends; undefined as long as its end is not among them. */
export function buildInfoEnd(bytes: Buffer): number | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  return isInline(bytes) ? readTexts(bytes)?.moduleText.to : HEADER_BYTES;
}

/**
 * Decodes what `bytes` begins with.
 * @throws ParseError when it is no build information, or breaks off.
 */
export function decodeBuildInfo(bytes: Buffer): BuildTexts | BuildPointers {
  if (bytes.length < HEADER_BYTES) throw new ParseError('Go build information that breaks off');
  if (!isInline(bytes)) return decodePointers(bytes);
  const texts = readTexts(bytes);
  if (texts === undefined) throw new ParseError('Go build information that breaks off, or is longer than any is');
  const { version, moduleText } = texts;
  if (version.from === version.to) throw new ParseError('Go build information without a Go version');
  return {
    goVersion: bytes.toString('utf8', version.from, version.to),
    moduleText: unframed(bytes.subarray(moduleText.from, moduleText.to)),
  };
}

/**
 * The module text between its marks; empty without them.
 * @throws ParseError when there is the first of them alone.
 */
export function unframed(framed: Buffer): string {
  if (!framed.subarray(0, MODULE_TEXT_START.length).equals(MODULE_TEXT_START)) return '';
  const end = framed.indexOf(MODULE_TEXT_END);
  if (end === -1) throw new ParseError('a module text of Go that breaks off, or is longer than any is');
  return framed.toString('utf8', MODULE_TEXT_START.length, end);
}

/** Where a module text with its marks ends, when it begins the bytes. */
export function moduleTextEnd(bytes: Buffer): number | undefined {
  const end = bytes.indexOf(MODULE_TEXT_END);
  return end === -1 ? undefined : end + MODULE_TEXT_END.length;
}

function isInline(bytes: Buffer): boolean {
  return ((bytes[HEADER_MAGIC.length + 1] ?? 0) & INLINE) !== 0;
}

function decodePointers(bytes: Buffer): BuildPointers {
  const pointerBytes = bytes[HEADER_MAGIC.length];
  if (pointerBytes !== 4 && pointerBytes !== 8) {
    throw new ParseError(`Go build information with pointers of ${pointerBytes} bytes`);
  }
  const littleEndian = ((bytes[HEADER_MAGIC.length + 1] ?? 0) & BIG_ENDIAN) === 0;
  const fields = new ElfFields(bytes, pointerBytes === 8, littleEndian);
  return { version: fields.word(16), moduleText: fields.word(16 + pointerBytes), pointerBytes, littleEndian };
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

function readTexts(bytes: Buffer): { readonly version: Stretch; readonly moduleText: Stretch } | undefined {
  const version = readPrefixed(bytes, HEADER_BYTES, GO_VERSION_BYTES);
  const moduleText = version === undefined ? undefined : readPrefixed(bytes, version.to, LIMITS.buildInfoBytes);
  return version === undefined || moduleText === undefined ? undefined : { version, moduleText };
}

/** A text behind its length, which is a varint: seven bits a byte, the lowest first (Go, encoding/binary, Uvarint). */
function readPrefixed(bytes: Buffer, at: number, most: number): Stretch | undefined {
  let length = 0;
  for (let index = 0; index < VARINT_BYTES; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** index;
    if (byte >= 0x80) continue;
    const from = at + index + 1;
    return length > most || from + length > bytes.length ? undefined : { from, to: from + length };
  }
  return undefined;
}
