// The changed cells of the basis `instances`, each with its cause, label and evidence. The other bases follow from these.
// Rules: docs/guide/comparing.md, "The cause of a change".
import { changeOf, type InstanceChange } from './evidence.ts';
import { type ExplainInput, explainChange } from './explain-change.ts';
import { importedCauses } from './imported-causes.ts';
import { matchReported } from './match-reported.ts';
import { createMixtures, stateKey } from './mixtures.ts';
import type { SlotPair } from './pair-slots.ts';
import { type ChangedCell, cellsBySlot, type ReportedCell } from './reported-cells.ts';
import type { StatementOf } from './stated.ts';

/** What the changes are computed from. */
export interface ChangesInput extends Omit<ExplainInput, 'reportedBy'> {
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
  const explain: ExplainInput = { ...input, reportedBy: reportedPackages(sides, joint) };
  return changed.map((cell) => changeOf(sides, cell, explainChange(explain, mixtures, cell, foreign)));
}

/** Looks up which package names a side reports a vulnerability in; indexed when it is first asked. */
function reportedPackages({ a, b }: ChangesInput['sides'], joint: ChangesInput['joint']): ExplainInput['reportedBy'] {
  const indexes = new Map<'a' | 'b', ReadonlySet<string>>();
  return (side, packageName, id) => {
    let index = indexes.get(side);
    if (index === undefined) {
      const { findings } = (side === 'a' ? a : b).assessment;
      index = new Set(findings.map((finding) => `${joint(finding)}\0${finding.package}`));
      indexes.set(side, index);
    }
    return index.has(`${id}\0${packageName}`);
  };
}
