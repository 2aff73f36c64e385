// Reads one program: whether Go made it, with which version, from which modules. Plans what of the program is kept as it passes.
import { LIMITS } from '../../../platform/limits.ts';
import type { ReadResult } from '../../image/reader.ts';
import { ElfFields, type ElfHead, type ElfSegment, PF_W, PF_X, PT_LOAD, PT_NOTE } from '../elf/head.ts';
import type { ProgramPlan, ProgramStart } from '../elf/program.ts';
import { findBuildInfo, GO_VERSION_BYTES, MODULE_TEXT_START, writableData } from './build-info.ts';
import { MarkFinder } from './marks.ts';
import { type ModuleText, parseModuleText } from './module-text.ts';

/** The fact that a program becomes. */
export interface GoProgram extends ModuleText {
  /** As runtime.Version() tells it: `go1.21.5`, `devel go1.22-f7e2d8c ...`. Absent when it could not be read. */
  readonly goVersion?: string;
  /** Why not all that the program is made of can be told. */
  readonly undecidable?: string;
}

/** Segment of the flags for PaX that Go's linker wrote until Go 1.23, and no other linker does by default. */
const PT_PAX_FLAGS = 0x65041580;
const UPX_MARK = Buffer.from('UPX!');
/** Strings that begin like a version: Go programs have a few, those that know the history of Go hundreds. */
const VERSION_MARK = { bytes: Buffer.from('go1.'), keep: GO_VERSION_BYTES, most: 4096 } as const;
/** A program has one module text; programs embedded in it have theirs. */
const MODULE_TEXT_MARK = { bytes: MODULE_TEXT_START, keep: LIMITS.buildInfoBytes, most: 4 } as const;

/** What to keep of a program: its writable data, and of old Go programs the strings that may be their version and module text. */
export function planProgram({ head, start, size }: ProgramStart): ProgramPlan | undefined {
  if (isPacked(head, start)) {
    return { hold: [], finish: () => undecidable('packed with UPX: what it is made of cannot be read') };
  }
  const { ranges, cut } = writableData(head, size);
  const noted = hasGoNote(head, start);
  const strings = noted || hasPaxFlags(head) ? stringSegments(head) : [];
  const versions = new MarkFinder(VERSION_MARK);
  const moduleTexts = new MarkFinder(MODULE_TEXT_MARK);
  return {
    hold: ranges,
    watch: (piece, offset) => {
      for (const segment of strings) {
        const from = Math.max(segment.offset, offset);
        const to = Math.min(segment.offset + segment.fileSize, offset + piece.length);
        if (from >= to) continue;
        versions.push(piece.subarray(from - offset, to - offset), from);
        moduleTexts.push(piece.subarray(from - offset, to - offset), from);
      }
    },
    finish: (held) => {
      versions.end();
      moduleTexts.end();
      const passed = { versions: versions.found, moduleTexts: moduleTexts.found };
      const info = findBuildInfo(head, held, passed);
      if (info !== undefined) return programOf(info.goVersion, info.moduleText);
      if (cut) return undecidable(`only the first ${LIMITS.programDataBytes} bytes of its data were searched`);
      return noted ? undecidable('a Go program without build information, as made before Go 1.13') : {};
    },
  };
}

/** What is said of a program whose head is out of reach. */
export function programBeyond(): ReadResult {
  return undecidable('its program headers lie too far back in the file');
}

function undecidable(reason: string): ReadResult {
  return { data: { modules: [], undecidable: reason } satisfies GoProgram };
}

function programOf(goVersion: string | undefined, text: string): ReadResult {
  const { content, problems } = parseModuleText(text);
  return { data: { ...(goVersion === undefined ? {} : { goVersion }), ...content } satisfies GoProgram, problems };
}

/** The segments that hold string constants: read-only data; where linkers put it beside the code, that too. */
function stringSegments({ segments }: ElfHead): readonly ElfSegment[] {
  const loaded = segments.filter(({ type, flags }) => type === PT_LOAD && (flags & PF_W) === 0);
  const readOnly = loaded.filter(({ flags }) => (flags & PF_X) === 0);
  return readOnly.length > 0 ? readOnly : loaded;
}

/** A note that Go's linker leaves with the build id, unless `-buildid=` asked for none. */
function hasGoNote({ segments, littleEndian, wide }: ElfHead, start: Buffer): boolean {
  return segments.some(({ type, offset, fileSize }) => {
    if (type !== PT_NOTE || offset + fileSize > start.length) return false;
    const notes = start.subarray(offset, offset + fileSize);
    const fields = new ElfFields(notes, wide, littleEndian);
    for (let at = 0; at + 16 <= notes.length; ) {
      const [nameBytes, textBytes] = [fields.long(at), fields.long(at + 4)];
      if (nameBytes === 4 && notes.toString('latin1', at + 12, at + 16) === 'Go\0\0') return true;
      at += 12 + padded(nameBytes) + padded(textBytes);
    }
    return false;
  });
}

function hasPaxFlags({ segments }: ElfHead): boolean {
  return segments.some(({ type }) => type === PT_PAX_FLAGS);
}

/** UPX leaves its mark four bytes behind the program headers (upx, src/stub/src/include/linux.h, struct l_info). */
function isPacked({ segmentsEnd }: ElfHead, start: Buffer): boolean {
  return start.subarray(segmentsEnd + 4, segmentsEnd + 8).equals(UPX_MARK);
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
