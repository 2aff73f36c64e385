// Finds the audit data of a Rust program: a section `.dep-v0` that is not loaded, and so lies behind all that is.
// Source: github.com/rust-secure-code/cargo-auditable, PARSING.md; where the section lies: what GNU ld, gold, LLD and strip make of it.
import { LIMITS } from '../../../platform/limits.ts';
import type { ReadResult } from '../../image/layer/reader.ts';
import { type ElfHead, PT_LOAD } from '../elf/head.ts';
import type { HeldRanges } from '../elf/held-ranges.ts';
import type { ProgramPlan, ProgramStart } from '../elf/program.ts';
import type { ByteRange } from '../elf/ranges.ts';
import { type ElfSection, readSection, readSections, sectionTable } from '../elf/sections.ts';
import { rangeOf } from '../elf/segments.ts';
import { parseAuditData, type RustProgram } from './audit-data.ts';

const SECTION_NAME = Buffer.from('.dep-v0\0');

/** What to keep of a program: what lies behind its loaded part; of much, the first and the last. */
export function planProgram({ head, size }: ProgramStart): ProgramPlan | undefined {
  const table = sectionTable(head);
  const from = loadedEnd(head, size);
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

/** Where the loaded part ends; of a program whose segments are not known yet, so far back that the last bytes are kept. */
function loadedEnd({ segments }: ElfHead, size: number): number {
  if (segments === undefined) return Math.max(0, size - LIMITS.programTailBytes);
  return Math.max(0, ...segments.filter(({ type }) => type === PT_LOAD).map((segment) => rangeOf(segment, size).to));
}

function readTail(head: ElfHead, table: ByteRange, held: HeldRanges): ReadResult {
  const headers = held.read(table.from, table.to - table.from);
  if (headers === undefined) return undecidable('its section table');
  const { names: index, count } = head.sections;
  if (index === 0 || index >= count) return {};
  const { offset, size } = readSection(headers, head, index);
  const names = held.read(offset, size);
  if (names === undefined) return undecidable('the table of its section names');
  // Nearly all programs end here.
  if (!names.includes(SECTION_NAME)) return {};
  const isAuditData = ({ nameAt }: ElfSection): boolean =>
    names.subarray(nameAt, nameAt + SECTION_NAME.length).equals(SECTION_NAME);
  const section = readSections(headers, head).find(isAuditData);
  if (section === undefined) return {};
  const bytes = held.read(section.offset, section.size);
  return bytes === undefined ? undecidable('its audit data') : parseAuditData(bytes);
}

function undecidable(what: string): ReadResult {
  const kept = `the first and the last ${LIMITS.programTailBytes} bytes behind its loaded part`;
  return { data: { crates: [], undecidable: `${what} lies outside of ${kept}` } satisfies RustProgram };
}
