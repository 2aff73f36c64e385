// What the head of a program tells before the rest has passed: whether Go's linker wrote it, how old its build information can be, whether it is packed.
import { ElfFields, PT_NOTE } from '../elf/head.ts';
import type { ProgramStart } from '../elf/program.ts';
import { readSections, SHT_PROGBITS, sectionTable } from '../elf/sections.ts';
import { isWritable } from '../elf/segments.ts';
import { HEADER_ALIGNMENT, HEADER_BYTES } from './build-info.ts';

/** Segment of the flags for PaX that Go's linker wrote for many years, and other linkers do not. */
const PT_PAX_FLAGS = 0x65041580;
const UPX_MARK = Buffer.from('UPX!');
/** Notes are a few, of about a hundred bytes each. */
const UPX_BYTES = 1024;

/** Whether the program has the note in which Go's linker leaves the build id; `-buildid=` asks for none. */
export function hasGoNote({ head, start }: ProgramStart): boolean {
  return (head.segments ?? []).some(({ type, offset, fileSize }) => {
    if (type !== PT_NOTE || offset + fileSize > start.length) return false;
    const notes = start.subarray(offset, offset + fileSize);
    const fields = new ElfFields(notes, head.wide, head.littleEndian);
    for (let at = 0; at + 16 <= notes.length; ) {
      const [nameBytes, textBytes] = [fields.long(at), fields.long(at + 4)];
      if (nameBytes === 4 && notes.toString('latin1', at + 12, at + 16) === 'Go\0\0') return true;
      at += 12 + padded(nameBytes) + padded(textBytes);
    }
    return false;
  });
}

/**
 * Whether it can be a Go program made before Go 1.18. Go's linker writes the section table first and the build information at the start of the last
 * writable segment: a section there that is longer than a header holds the texts themselves. Of what other linkers write the table comes too late.
 */
export function mayBeOld(program: ProgramStart): boolean {
  const { head, start } = program;
  const segments = head.segments ?? [];
  if (!hasGoNote(program) && !segments.some(({ type }) => type === PT_PAX_FLAGS)) return false;
  const table = sectionTable(head);
  if (table === undefined || table.to > start.length) return true;
  const dataAt = segments.findLast(isWritable)?.offset;
  const holdsTexts = readSections(start.subarray(table.from, table.to), head).some(
    ({ type, offset, size, alignment }) =>
      type === SHT_PROGBITS && offset === dataAt && alignment === HEADER_ALIGNMENT && size > HEADER_BYTES,
  );
  return !holdsTexts;
}

/** UPX leaves its mark behind the program headers and the notes, which it copies (upx, src/stub/src/include/linux.h, struct l_info). */
export function isPacked({ head: { segmentsEnd }, start }: ProgramStart): boolean {
  return start.subarray(segmentsEnd, segmentsEnd + UPX_BYTES).includes(UPX_MARK);
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
