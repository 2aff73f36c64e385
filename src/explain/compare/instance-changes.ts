// The changed cells of the basis `instances`, each with its cause, label and evidence. The other bases follow from these.
// Rules: docs/guide/comparing.md, "The cause of a change".
import { changeOf, type InstanceChange } from './evidence.ts';
import { type ExplainInput, explainChange } from './explain-change.ts';
import { importedCauses } from './imported-causes.ts';
import { matchReported } from './match-reported.ts';
import { createMixtures, type StatementOf, stateKey } from './mixtures.ts';
import type { SlotPair } from './pair-slots.ts';
import { type ChangedCell, cellsBySlot, type ReportedCell } from './reported-cells.ts';

/** What the changes are computed from. */
export interface ChangesInput extends ExplainInput {
  readonly pairs: readonly SlotPair[];
  readonly statementOf: StatementOf;
}

const NO_CELLS: ReadonlyMap<string, readonly ReportedCell[]> = new Map();

/** All changed instances, in the order of the pairs and then of the vulnerabilities. */
export function instanceChanges(input: ChangesInput): readonly InstanceChange[] {
  const { sides, pairs, joint } = input;
  const mixtures = createMixtures(sides, joint, input.statementOf);
  const cellsA = cellsBySlot(sides.a, joint);
  const cellsB = cellsBySlot(sides.b, joint);
  const changed = pairs.flatMap((pair) => {
    const before = cellsA.get(pair.a?.slot ?? '') ?? NO_CELLS;
    const after = cellsB.get(pair.b?.slot ?? '') ?? NO_CELLS;
    const ids = [...new Set([...before.keys(), ...after.keys()])].sort();
    return ids.flatMap((id) =>
      matchReported(before.get(id) ?? [], after.get(id) ?? [])
        .filter(({ a, b }) => stateKey(a?.state) !== stateKey(b?.state))
        .map((cells): ChangedCell => ({ pair, id, ...cells })),
    );
  });
  const foreign = importedCauses(sides, changed);
  return changed.map((cell) => changeOf(sides, cell, explainChange(input, mixtures, cell, foreign)));
}
