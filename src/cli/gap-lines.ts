// Gaps for stderr, where every command that exits 0 names them: images that could not be read one by one, the rest a line a kind, because the
// report has them all.
import { type Gap, gapPlace, NAMED_UNREADABLE } from '../platform/gap.ts';
import type { CommandContext, CommonOptions } from './command.ts';
import { remarker } from './talk.ts';

/** Names the gaps on stderr, unless --quiet. */
export function sayGaps(gaps: readonly Gap[], context: CommandContext, options: CommonOptions): void {
  const remark = remarker(context, options);
  for (const line of gapLines(gaps)) remark(line);
}

/** `gap KIND: TARGET LOCATION: REASON`, with the number of further ones of the kind. */
export function gapLines(gaps: readonly Gap[]): readonly string[] {
  return [...Map.groupBy(gaps, ({ kind }) => kind)].flatMap(([kind, members]) => {
    const shown = kind === 'image-unreadable' ? NAMED_UNREADABLE : 1;
    const lines = members.slice(0, shown).map((gap) => `gap ${kind}: ${gapPlace(gap)}: ${gap.reason}`);
    const more = members.length - lines.length;
    return more > 0 ? [...lines.slice(0, -1), `${lines.at(-1)} (and ${more} more)`] : lines;
  });
}
