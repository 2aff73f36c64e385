// For tests: writes small ELF programs in either class and byte order, and passes files through readers in pieces.
import type { BodyStream, ReadResult } from '../../image/layer/reader.ts';
import { PT_LOAD } from './head.ts';

/** Word size and byte order. */
export interface ElfKind {
  readonly wide: boolean;
  readonly littleEndian: boolean;
}

/** All four kinds. */
export const ELF_KINDS: readonly ElfKind[] = [true, false].flatMap((wide) =>
  [true, false].map((littleEndian) => ({ wide, littleEndian })),
);

/** A segment with its content; types other than PT_LOAD have an address too, which nothing asks for. */
export interface TestSegment {
  readonly type?: number;
  readonly flags: number;
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Bytes of memory behind the content, which are zero. */
  readonly zeros?: number;
}

/** A program of which only what is given differs from the plainest one. */
export interface TestProgram {
  readonly type?: number;
  readonly segments?: readonly TestSegment[];
  /** Sections that are not loaded, behind the segments. */
  readonly sections?: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** Stands between the program headers and the first segment. */
  readonly mark?: string;
}

/** Numbers in the byte order of a kind, pointers in its word size. */
export function numbers({ wide, littleEndian }: ElfKind): {
  readonly half: (value: number) => Buffer;
  readonly long: (value: number) => Buffer;
  readonly word: (value: number) => Buffer;
} {
  const write = (value: number, bytes: number): Buffer => {
    const little = Buffer.alloc(bytes);
    little.writeUIntLE(value, 0, Math.min(bytes, 6));
    return littleEndian ? little : little.reverse();
  };
  return {
    half: (value) => write(value, 2),
    long: (value) => write(value, 4),
    word: (value) => write(value, wide ? 8 : 4),
  };
}

/** The bytes of a program. Its sections have a table of names, `.shstrtab`, as the last one. */
export function elfProgram(kind: ElfKind, program: TestProgram): Buffer {
  const { wide } = kind;
  const { half, long, word } = numbers(kind);
  const segments: readonly TestSegment[] = program.segments ?? [
    { flags: 4, address: 0x400000, bytes: Buffer.from('constants') },
  ];
  const headBytes = wide ? 64 : 52;
  const headersEnd = headBytes + segments.length * (wide ? 56 : 32);

  const body: Buffer[] = [Buffer.from(program.mark ?? '', 'latin1')];
  let at = headersEnd + (body[0]?.length ?? 0);
  const place = (bytes: Uint8Array): number => {
    const padding = -at & 15;
    body.push(Buffer.alloc(padding), Buffer.from(bytes));
    at += padding + bytes.length;
    return at - bytes.length;
  };
  const headers = segments.map(({ type = PT_LOAD, flags, address, bytes, zeros = 0 }) => {
    const [offset, size] = [word(place(bytes)), word(bytes.length)];
    const places = [offset, word(address), word(address), size, word(bytes.length + zeros)];
    return wide ? [long(type), long(flags), ...places, word(16)] : [long(type), ...places, long(flags), word(16)];
  });

  const sections = [...(program.sections ?? []).map(({ name, bytes }) => ({ name, bytes, type: 1 }))];
  const names = ['', ...sections.map(({ name }) => name), '.shstrtab'];
  sections.push({ name: '.shstrtab', bytes: Buffer.from(`${names.join('\0')}\0`), type: 3 });
  const nameAt = (index: number): number => names.slice(0, index).reduce((sum, name) => sum + name.length + 1, 0);
  const table = sections.map(({ bytes, type }, index) => {
    const [offset, size] = [word(place(bytes)), word(bytes.length)];
    const rest = [long(0), long(0), word(1), word(0)];
    return Buffer.concat([long(nameAt(index + 1)), long(type), word(0), word(0), offset, size, ...rest]);
  });
  const tableAt = place(Buffer.concat([Buffer.alloc(wide ? 64 : 40), ...table]));

  const head = [
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, kind.littleEndian ? 1 : 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ...[half(program.type ?? 2), half(62), long(1), word(0x400000), word(headBytes), word(tableAt), long(0)],
    ...[headBytes, wide ? 56 : 32, segments.length, wide ? 64 : 40, sections.length + 1, sections.length].map(half),
  ];
  return Buffer.concat([...head, ...headers.flat(), ...body]);
}

/** Passes a file through a stream in pieces of the given lengths, over and over; each piece is overwritten after its call. */
export function passThrough(stream: BodyStream, file: Uint8Array, lengths: readonly number[] = [1 << 18]): ReadResult {
  for (let at = 0, turn = 0; at < file.length; turn += 1) {
    const piece = Buffer.from(file.subarray(at, at + Math.max(1, lengths[turn % lengths.length] ?? 1)));
    at += piece.length;
    stream.push(piece);
    piece.fill(0xee);
  }
  return stream.end();
}
