// The section table of an ELF file: what linkers, debuggers and auditors know a file's parts by. Programs run without it.
// Specification: System V ABI, chapter 4, "Sections".
import { ElfFields, type ElfHead } from './head.ts';
import type { ByteRange } from './ranges.ts';

/** A section header. Offsets and sizes in bytes of the file. */
export interface ElfSection {
  /** Place of the name in the section of names. */
  readonly nameAt: number;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly alignment: number;
}

/** `sh_type` of sections with content that the program defines. */
export const SHT_PROGBITS = 1;

/** Where the table lies, or undefined when there is none that follows the specification. */
export function sectionTable({ wide, sections }: ElfHead): ByteRange | undefined {
  const { offset, count, entryBytes } = sections;
  if (count === 0 || entryBytes !== (wide ? 64 : 40)) return undefined;
  return { from: offset, to: offset + count * entryBytes };
}

/** The sections of a table. */
export function readSections(table: Uint8Array, head: ElfHead): readonly ElfSection[] {
  return Array.from({ length: head.sections.count }, (_, index) => readSection(table, head, index));
}

/** One section of a table that has it. */
export function readSection(table: Uint8Array, { wide, littleEndian, sections }: ElfHead, index: number): ElfSection {
  const fields = new ElfFields(table, wide, littleEndian);
  const at = index * sections.entryBytes;
  return {
    nameAt: fields.long(at),
    type: fields.long(at + 4),
    offset: fields.word(at + (wide ? 24 : 16)),
    size: fields.word(at + (wide ? 32 : 20)),
    alignment: fields.word(at + (wide ? 48 : 32)),
  };
}
