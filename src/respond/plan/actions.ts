// All actions that the evidence of an assessment supports, each with the instances that it removes.
import { compareText } from '../../platform/order.ts';
import { comparePriority } from '../priority/instance.ts';
import { useOf } from '../priority/urgency.ts';
import { ACTION_KINDS, type Action, type ClosedInstance } from './action.ts';
import type { Candidate } from './candidate.ts';
import type { CellRows, Ground } from './ground.ts';
import { minimalBases, newerBases, removals } from './moves.ts';
import { baseRebuilds, dependencyBumps, imageRebuilds, thirdPartyUpgrades } from './rebuilds.ts';

/** The candidates, each with a key of its own, by kind in the order of ACTION_KINDS, then target. */
export function candidatesOf(ground: Ground): readonly Candidate[] {
  const found = [baseRebuilds, imageRebuilds, newerBases, minimalBases, dependencyBumps, thirdPartyUpgrades, removals];
  return found
    .flatMap((find) => find(ground))
    .sort((a, b) => ACTION_KINDS.indexOf(a.kind) - ACTION_KINDS.indexOf(b.kind) || compareText(a.target, b.target));
}

/** The actions of an assessment, sorted as the candidates are; `line` is the release line that they are for. */
export function actionsOf(ground: Ground, candidates: readonly Candidate[], line?: string): readonly Action[] {
  const cellsOf = Map.groupBy(ground.cells, ({ cell }) => cell.slot);
  const inDefaultOrder = orderOf(ground);
  return candidates.map(({ key, kind, target, title, slots, removes, origin }) => {
    const removed = new Set(removes);
    const closes: ClosedInstance[] = [];
    const helpsClose: ClosedInstance[] = [];
    const alsoRemoves: ClosedInstance[] = [];
    for (const entry of inDefaultOrder(slots.flatMap((slot) => cellsOf.get(slot) ?? []))) {
      const gone = entry.rows.filter((row) => removed.has(row));
      if (gone.length === 0) continue;
      const whole = gone.length === entry.rows.length;
      if (!entry.cell.fullyFixable) {
        if (whole) alsoRemoves.push(closedOf(entry, gone, ground));
      } else (whole ? closes : helpsClose).push(closedOf(entry, gone, ground));
    }
    return {
      key,
      kind,
      target,
      title,
      slots,
      closes,
      ...(helpsClose.length === 0 ? {} : { helpsClose }),
      ...(alsoRemoves.length === 0 ? {} : { alsoRemoves }),
      origin,
      ...(line === undefined ? {} : { line }),
    };
  });
}

function closedOf({ cell }: CellRows, rows: readonly number[], { assessment }: Ground): ClosedInstance {
  const packages = rows.flatMap((row) => {
    const finding = assessment.findings[row];
    return finding === undefined ? [] : [`${finding.package} ${finding.fixedIn ?? ''}`.trim()];
  });
  const { slot, vulnerability, severity } = cell;
  return { slot, vulnerability, severity, packages: [...new Set(packages)].sort(compareText) };
}

/** Puts cells into the default order: their places are found once for all actions. */
function orderOf({ cells, assessment: { findings } }: Ground): (some: readonly CellRows[]) => readonly CellRows[] {
  const places = new Map(
    cells
      .map((entry) => ({
        entry,
        priority: { ...entry.cell, ...useOf(entry.rows.flatMap((row) => findings[row] ?? [])) },
      }))
      .sort((a, b) => comparePriority(a.priority, b.priority))
      .map(({ entry }, place) => [entry, place] as const),
  );
  return (some) => some.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
}
