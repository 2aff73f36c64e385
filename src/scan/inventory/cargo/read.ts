// Finds the audit data of a Rust program: a section `.dep-v0` that is not loaded, and so lies behind all that is.
// Source: github.com/rust-secure-code/cargo-auditable, PARSING.md; where the section lies: what GNU ld, gold, LLD and strip make of it.
import { LIMITS } from '../../../platform/limits.ts';
import type { ReadResult } from '../../image/reader.ts';
import { type ElfHead, PT_LOAD } from '../elf/head.ts';
import type { HeldRanges } from '../elf/held-ranges.ts';
import type { ProgramPlan, ProgramStart } from '../elf/program.ts';
import type { ByteRange } from '../elf/ranges.ts';
import { type ElfSection, readSections, SHT_STRTAB, sectionTable } from '../elf/sections.ts';
import { rangeOf } from '../elf/segments.ts';
import { parseAuditData, type RustProgram } from './audit-data.ts';

const SECTION_NAME = Buffer.from('.dep-v0\0');

/** What to keep of a program: what lies behind its loaded part; of much, the first and the last. */
export function planProgram({ head, size }: ProgramStart): ProgramPlan | undefined {
  const table = sectionTable(head);
  const loaded = head.segments.filter(({ type }) => type === PT_LOAD).map((segment) => rangeOf(segment, size).to);
  const from = Math.max(0, ...loaded);
  // Go's linker puts the table first.
  if (table === undefined || table.from < from || table.to > size) return undefined;
  return {
    hold: [
      { from, to: Math.min(from + LIMITS.programTailBytes, size) },
      { from: Math.max(from, size - LIMITS.programTailBytes), to: size },
    ],
    finish: (held) => readTail(head, table, held),
  };
}

function readTail(head: ElfHead, table: ByteRange, held: HeldRanges): ReadResult {
  const headers = held.read(table.from, table.to - table.from);
  if (headers === undefined) return undecidable('its section table');
  const sections = readSections(headers, head);
  const names = sections[head.sections.names];
  if (names === undefined || names.type !== SHT_STRTAB) return {};
  if (held.read(names.offset, names.size) === undefined) return undecidable('the table of its section names');
  const section = sections.find((candidate) => isAuditData(candidate, names, held));
  if (section === undefined) return {};
  const bytes = held.read(section.offset, section.size);
  return bytes === undefined ? undecidable('its audit data') : parseAuditData(bytes);
}

function isAuditData({ nameAt }: ElfSection, names: ElfSection, held: HeldRanges): boolean {
  if (nameAt + SECTION_NAME.length > names.size) return false;
  return held.read(names.offset + nameAt, SECTION_NAME.length)?.equals(SECTION_NAME) === true;
}

function undecidable(what: string): ReadResult {
  const undecidable = `${what} lies amid more than ${2 * LIMITS.programTailBytes} bytes behind its loaded part, and was not kept`;
  return { data: { crates: [], undecidable } satisfies RustProgram };
}
