// The table of gaps: what the other tables do not cover, and why.
import type { Gap } from '../../platform/gap.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { GAP_WORDS } from '../words.ts';
import { type ColumnOf, type Table, tableOf } from './table.ts';

/** The table, in the order of the assessment's gaps. */
export function gapsTable({ gaps, images }: Assessment): Table {
  const bySlot = new Map(images.map((image) => [image.slot, image.logical]));
  const columns: readonly ColumnOf<Gap>[] = [
    { name: 'kind', kind: 'text', cell: (gap) => gap.kind },
    { name: 'target', kind: 'text', cell: (gap) => gap.target },
    { name: 'image', kind: 'text', cell: (gap) => bySlot.get(gap.target) },
    { name: 'location', kind: 'text', cell: (gap) => gap.location },
    { name: 'reason', kind: 'text', cell: (gap) => gap.reason },
    { name: 'meaning', kind: 'text', cell: (gap) => GAP_WORDS[gap.kind].meaning },
  ];
  return tableOf('gaps', columns, gaps);
}
