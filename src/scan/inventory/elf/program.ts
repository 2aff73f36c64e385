// Passes a program by its reader in one go: the head is parsed, the reader plans which stretches to keep, and reads them at the end.
// Programs of hundreds of megabytes pass, and only what the plan names is held.
import type { BodyStream, ReadResult } from '../../image/layer/reader.ts';
import { type ElfHead, HEAD_BYTES, parseElfHead } from './head.ts';
import { HeldRanges } from './held-ranges.ts';
import type { ByteRange } from './ranges.ts';

/** What a reader wants of a program once it has seen its head. */
export interface ProgramPlan {
  /** Stretches to keep. */
  readonly hold: readonly ByteRange[];
  /** Sees all bytes in pieces that are valid only during the call; `offset` is the place of the piece in the file. */
  readonly watch?: (piece: Buffer, offset: number) => void;
  /** @throws ParseError when what was kept is not in its format. */
  readonly finish: (held: HeldRanges) => ReadResult;
}

/** A program's head with the first bytes of the file, which are valid only during the call. */
export interface ProgramStart {
  readonly head: ElfHead;
  readonly start: Buffer;
  /** Bytes of the file. */
  readonly size: number;
}

/**
 * A stream over one ELF file. Files that the kernel would not load give nothing.
 * @param planOf undefined: nothing in this program is of interest.
 */
export function programStream(size: number, planOf: (program: ProgramStart) => ProgramPlan | undefined): BodyStream {
  const headBytes = Math.min(HEAD_BYTES, size);
  let start: Buffer | undefined = Buffer.alloc(0);
  let offset = 0;
  let plan: ProgramPlan | undefined;
  let held: HeldRanges | undefined;

  const begin = (bytes: Buffer): void => {
    const head = parseElfHead(bytes.subarray(0, HEAD_BYTES));
    if (head !== undefined) plan = planOf({ head, start: bytes.subarray(0, HEAD_BYTES), size });
    if (plan !== undefined) held = new HeldRanges(plan.hold);
  };
  const pass = (bytes: Buffer): void => {
    held?.push(bytes, offset);
    plan?.watch?.(bytes, offset);
    offset += bytes.length;
  };

  return {
    push(chunk) {
      let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (start !== undefined) {
        if (start.length + bytes.length < headBytes) {
          start = Buffer.concat([start, bytes]);
          return;
        }
        if (start.length > 0) bytes = Buffer.concat([start, bytes]);
        start = undefined;
        begin(bytes);
      }
      if (plan !== undefined) pass(bytes);
    },
    end() {
      // A file that became shorter while it was read.
      if (start !== undefined) begin(start);
      if (start !== undefined && plan !== undefined) pass(start);
      return plan === undefined || held === undefined ? {} : plan.finish(held);
    },
  };
}
