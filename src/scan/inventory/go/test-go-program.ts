// For tests: programs with Go's build information in either layout, as Go's linker writes it, as far as readers look.
import { type ElfKind, elfProgram, numbers, type TestSegment } from '../elf/test-elf.ts';
import { HEADER_MAGIC, MODULE_TEXT_START } from './build-info.ts';

const MODULE_TEXT_END = Buffer.from('f932433186182072008242104116d8f2', 'hex');
const CONSTANTS = 0x450000;
const DATA = 0x4c0000;

/** What a test program was built from. */
export interface TestBuild {
  readonly version: string;
  readonly text: string;
}

/** A text with its marks; an empty one has none. */
export function framed(text: string): Buffer {
  return text === '' ? Buffer.alloc(0) : Buffer.concat([MODULE_TEXT_START, Buffer.from(text), MODULE_TEXT_END]);
}

/** The build information of Go 1.18 and later. */
export function inlineBlob({ version, text }: TestBuild): Buffer {
  const header = Buffer.alloc(32);
  HEADER_MAGIC.copy(header);
  header[15] = 2;
  return Buffer.concat([header, prefixed(Buffer.from(version)), prefixed(framed(text))]);
}

/** A program of Go 1.18 or later; the build information lies behind other data. */
export function newProgram(kind: ElfKind, build: TestBuild, before = Buffer.alloc(48, 'x')): Buffer {
  return elfProgram(kind, {
    segments: [
      { flags: 4, address: CONSTANTS, bytes: Buffer.from('go1.99 constants') },
      { flags: 6, address: DATA, bytes: Buffer.concat([before, inlineBlob(build), Buffer.from('more data')]) },
    ],
  });
}

/** A program of Go 1.13 to 1.17: the build information points through the data to constants that lie before. */
export function oldProgram(kind: ElfKind, { version, text }: TestBuild, signs: OldSigns = {}): Buffer {
  const { word } = numbers(kind);
  const pointerBytes = kind.wide ? 8 : 4;
  const constants = Buffer.concat([
    signs.constants ?? Buffer.alloc(0),
    Buffer.from('go1.2go1.20pre go1.16.99'),
    Buffer.from(version),
    Buffer.from('gossip'),
    framed(text),
    Buffer.from('go1.12'),
  ]);
  const versionAt = CONSTANTS + constants.indexOf(`${version}gossip`);
  const textAt = CONSTANTS + constants.indexOf(framed(text));
  const strings = Buffer.concat(
    [versionAt, Buffer.byteLength(version), textAt, framed(text).length].map((value) => word(value)),
  );
  // The header of a string that is empty from the start lies in memory that the file does not fill.
  const headersAt = [DATA, text === '' ? DATA + 0x100 : DATA + 2 * pointerBytes];
  const header = Buffer.concat([
    HEADER_MAGIC,
    Buffer.from([pointerBytes, kind.littleEndian ? 0 : 1]),
    ...headersAt.map((address) => word(signs.pointers === false ? 0 : address)),
  ]);
  const data = Buffer.concat([strings, Buffer.alloc(-strings.length & 15), header, Buffer.alloc(64)]);
  return elfProgram(kind, {
    segments: [
      ...(signs.note === false ? [] : [goNote(kind)]),
      { flags: 5, address: 0x401000, bytes: Buffer.from('code with go1.1 in it') },
      { flags: 4, address: CONSTANTS, bytes: constants },
      { flags: 6, address: DATA, bytes: data, zeros: 0x200 },
    ],
  });
}

/** How an old program differs from the usual one. */
export interface OldSigns {
  /** The note with the build id. */
  readonly note?: boolean;
  /** Pointers in the file: without them they come when the program is loaded. */
  readonly pointers?: boolean;
  /** Stand before its own constants. */
  readonly constants?: Buffer;
}

/** The note segment of Go's linker, behind a note of another one. */
export function goNote(kind: ElfKind): TestSegment {
  const { long } = numbers(kind);
  const note = (name: string, text: string): Buffer =>
    Buffer.concat([long(name.length), long(text.length), long(4), Buffer.from(name), Buffer.from(text)]);
  return { type: 4, flags: 4, address: 0, bytes: Buffer.concat([note('GNU\0', 'abcd'), note('Go\0\0', 'id/id/id')]) };
}

function prefixed(bytes: Buffer): Buffer {
  const length: number[] = [];
  for (let left = bytes.length; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.concat([Buffer.from([...length, left]), bytes]);
    length.push((left % 128) + 128);
  }
}
