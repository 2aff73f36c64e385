// Whether a cell came or went because an image, or the file that its packages are read from, could not be read on one side.
// Rule: docs/guide/comparing.md, "Coverage". A side that could not be evaluated explains every difference.
import type { Gap, GapKind } from '../../platform/gap.ts';
import type { Finding } from '../../scan/assess/assessment.ts';
import type { ChangeLabel } from './change.ts';
import type { SlotPair } from './pair-slots.ts';
import type { Sides } from './side.ts';

/** Gaps that hide what a file holds. */
const HIDING: ReadonlySet<GapKind> = new Set(['file-unparsed', 'limit-reached', 'undecidable', 'image-unreadable']);

/** The label of a coverage change of an image; undefined when both sides could be evaluated. Rows are absent where the cell is. */
export function imageCoverage(
  { a, b }: Sides,
  pair: SlotPair,
  rowsA: readonly Finding[] | undefined,
  rowsB: readonly Finding[] | undefined,
): ChangeLabel | undefined {
  if (pair.a !== undefined && pair.b !== undefined) {
    if (pair.a.digest === undefined) return 'scanned';
    if (pair.b.digest === undefined) return 'unscanned';
  }
  if (rowsA === undefined && rowsB !== undefined && pair.a !== undefined) {
    return hides([...pair.a.gaps, ...gapsOf(a.assessment.gaps, pair.a.slot)], rowsB) ? 'parsed' : undefined;
  }
  if (rowsB === undefined && rowsA !== undefined && pair.b !== undefined) {
    return hides([...pair.b.gaps, ...gapsOf(b.assessment.gaps, pair.b.slot)], rowsA) ? 'unparsed' : undefined;
  }
  return undefined;
}

/** A gap hides rows when it is about the file that they were read from, or names their package or vulnerability. */
export function hides(
  gaps: readonly Gap[],
  rows: readonly Pick<Finding, 'location' | 'purl' | 'vulnerability'>[],
): boolean {
  return gaps.some(
    ({ kind, location = '', reason }) =>
      HIDING.has(kind) &&
      rows.some((row) => location === row.location || location === row.purl || reason.includes(row.vulnerability)),
  );
}

function gapsOf(gaps: readonly Gap[], slot: string): readonly Gap[] {
  return gaps.filter(({ target }) => target === slot);
}
