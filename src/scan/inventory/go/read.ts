// Reads one program: whether Go made it, with which version, from which modules. Decides by its head what to look for as it passes.
import type { ReadResult } from '../../image/layer/reader.ts';
import type { HeldRanges } from '../elf/held-ranges.ts';
import type { ProgramPlan, ProgramStart } from '../elf/program.ts';
import { eachPart, joinRanges } from '../elf/ranges.ts';
import { isWritable, rangeOf } from '../elf/segments.ts';
import {
  BUILD_INFO_BYTES,
  buildInfoEnd,
  decodeBuildInfo,
  HEADER_ALIGNMENT,
  HEADER_MAGIC,
  unframed,
} from './build-info.ts';
import { type Mark, type MarkedText, MarkFinder } from './marks.ts';
import { type ModuleText, parseModuleText } from './module-text.ts';
import { OldStrings } from './old-strings.ts';
import { hasGoNote, isPacked, mayBeOld } from './signs.ts';

/** The fact that a program becomes. */
export interface GoProgram extends ModuleText {
  /** As runtime.Version() tells it: `go1.21.5`, `devel go1.22-f7e2d8c ...`. Absent when it could not be read. */
  readonly goVersion?: string;
  /** Why not all that the program is made of can be told. */
  readonly undecidable?: string;
}

/** The header of build information. Programs that themselves read build information hold its magic once more. */
const HEADER_MARK: Mark = {
  bytes: HEADER_MAGIC,
  keep: BUILD_INFO_BYTES,
  lengthIn: buildInfoEnd,
  // Its address is a multiple, and pages begin at multiples in the file as in memory.
  counts: (offset) => offset % HEADER_ALIGNMENT === 0,
  most: 8,
};

/** What is looked for in a program. */
export function planProgram(program: ProgramStart): ProgramPlan {
  const { head, size } = program;
  if (isPacked(program)) {
    return { hold: [], finish: () => undecidable('packed with UPX: what it is made of cannot be read') };
  }
  // Without program headers the whole file counts as data.
  const data = head.segments?.filter(isWritable).map((segment) => rangeOf(segment, size)) ?? [{ from: 0, to: size }];
  const ranges = joinRanges(data);
  const headers = new MarkFinder(HEADER_MARK);
  const noted = hasGoNote(program);
  const strings = mayBeOld(program) ? new OldStrings(head.segments ?? [], size) : undefined;
  return {
    hold: strings?.hold ?? [],
    watch: (piece, offset) => {
      eachPart(ranges, piece, offset, (part, from) => headers.push(part, from));
      strings?.watch(piece, offset);
    },
    finish: (held) => {
      const found = headers.finish();
      if (found.length > 0) return readFirst(found, strings, held);
      return noted ? undecidable('a Go program without build information, as made before Go 1.13') : {};
    },
  };
}

/** The first build information that can be decoded. @throws ParseError of the first one when none can. */
function readFirst(found: readonly MarkedText[], strings: OldStrings | undefined, held: HeldRanges): ReadResult {
  let failure: unknown;
  for (const { bytes } of found) {
    try {
      const info = decodeBuildInfo(bytes);
      if ('goVersion' in info) return programOf(info.goVersion, info.moduleText);
      if (strings === undefined) {
        return undecidable('a program of Go 1.13 to 1.17 without the marks of its linker: its strings were not kept');
      }
      const { version, moduleText } = strings.resolve(info, held);
      if (moduleText === undefined) return undecidable('its module text was not found');
      return programOf(version?.toString('utf8'), unframed(moduleText));
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

function programOf(goVersion: string | undefined, text: string): ReadResult {
  const { content, problems } = parseModuleText(text);
  const version = goVersion === undefined || goVersion === '' ? {} : { goVersion };
  return { data: { ...version, ...content } satisfies GoProgram, problems };
}

function undecidable(reason: string): ReadResult {
  return { data: { modules: [], undecidable: reason } satisfies GoProgram };
}
