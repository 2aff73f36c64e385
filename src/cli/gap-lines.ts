// Gaps for stderr, where every command that exits 0 names them: a line a kind, because the report has them all.
import type { Gap } from '../platform/gap.ts';

/** `gap KIND: TARGET: REASON`, with the number of further ones of the kind. */
export function gapLines(gaps: readonly Gap[]): readonly string[] {
  return [...Map.groupBy(gaps, ({ kind }) => kind)].flatMap(([kind, [first, ...others]]) => {
    const more = others.length > 0 ? ` (and ${others.length} more)` : '';
    return first === undefined ? [] : [`gap ${kind}: ${first.target}: ${first.reason}${more}`];
  });
}
