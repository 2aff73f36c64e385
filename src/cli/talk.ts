// What a command says on stderr beside its result: remarks and progress, unless --quiet.
import { printable } from '../platform/printable.ts';
import { createProgress, type Progress } from '../platform/progress.ts';
import type { CommandContext, CommonOptions } from './command.ts';

/** Says a line that may quote input. The progress that may stand on the terminal's line is cleared for it. */
export function remarker(
  context: CommandContext,
  { quiet }: CommonOptions,
  progress?: Progress,
): (line: string) => void {
  return (line) => {
    if (quiet === true) return;
    progress?.done();
    context.stderr(`plimsoll: ${printable(line)}\n`);
  };
}

/** Progress on the command's terminal. */
export function progressFor(context: CommandContext, { quiet }: CommonOptions): Progress {
  const { stderr: write, stderrIsTerminal, now, columns } = context;
  return createProgress({ write, isTerminal: stderrIsTerminal && quiet !== true, now, columns });
}
