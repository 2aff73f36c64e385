// Causes where results come from another scanner, whose sets nobody has: told from what happened to images that did not change.
// Rule: docs/guide/comparing.md, "Results of other scanners".
import type { CellState } from '../cells.ts';
import type { Factor } from './factors.ts';
import { stateKey } from './mixtures.ts';
import { qualifierOf, type SlotPair } from './pair-slots.ts';
import type { ChangedCell } from './reported-cells.ts';
import type { Sides } from './side.ts';
import { statementsDiffer } from './stated.ts';

/** A cause that was inferred. `method`: the two sides are of different programs. */
export type ImportedCause = Extract<Factor, 'membership' | 'tag' | 'content' | 'advisories' | 'statements'> | 'method';

/**
 * Gives the cause of a changed cell when either side was imported; undefined when both are our own. An image that is on one side only was added or
 * removed, whoever read it. Of one scanner: an unchanged image changed by the advisories, and so did a rebuilt one when the same change of the same
 * vulnerability hit an unchanged image; else the rebuild did it. Where nothing but the statement is another, the statements did it.
 */
export function importedCauses(
  { a, b }: Sides,
  changed: readonly ChangedCell[],
): (cell: ChangedCell) => ImportedCause | undefined {
  if (a.importedFrom === undefined && b.importedFrom === undefined) return () => undefined;
  const hitUnchanged = new Set(changed.filter(({ pair }) => isUnchanged(pair)).map(changeKey));
  return (cell) => {
    const { pair } = cell;
    if (pair.a === undefined || pair.b === undefined) return 'membership';
    if (a.importedFrom !== b.importedFrom) return 'method';
    if (isOtherStatement(cell) && statementsDiffer(a.assessment, b.assessment)) return 'statements';
    if (isUnchanged(pair) || hitUnchanged.has(changeKey(cell))) return 'advisories';
    return qualifierOf(pair.a) === qualifierOf(pair.b) ? 'content' : 'tag';
  };
}

function isUnchanged({ a, b }: SlotPair): boolean {
  return a?.digest !== undefined && a.digest === b?.digest;
}

/** Whether the cell is there on both sides, and the scanner says the same of it. */
function isOtherStatement({ a, b }: ChangedCell): boolean {
  if (a === undefined || b === undefined) return false;
  const said = ({ statement: _, ...state }: CellState): CellState => state;
  return stateKey(said(a.state)) === stateKey(said(b.state));
}

function changeKey({ id, a, b }: ChangedCell): string {
  return [id, stateKey(a?.state) ?? '', stateKey(b?.state) ?? ''].join('\0');
}
