// The cells that a side reports, under joint ids. Pure.
import type { Finding } from '../../scan/assess/assessment.ts';
import { type CellState, stateOfRows } from '../cells.ts';
import type { JointIds } from './joint-ids.ts';
import type { Matched } from './match-reported.ts';
import type { SlotPair } from './pair-slots.ts';
import type { Side } from './side.ts';

/** The rows that one side reports under one id in a slot. */
export interface ReportedCell {
  readonly vulnerability: string;
  readonly rows: readonly Finding[];
  readonly state: CellState;
}

/** A cell whose state differs, not yet explained. */
export interface ChangedCell extends Matched<ReportedCell> {
  readonly pair: SlotPair;
  /** Joint id of the vulnerability. */
  readonly id: string;
}

/** Cells by slot and joint id; several under one joint id when the side does not know that they are one vulnerability. */
export function cellsBySlot(
  { assessment }: Side,
  joint: JointIds,
): ReadonlyMap<string, ReadonlyMap<string, readonly ReportedCell[]>> {
  const bySlot = Map.groupBy(assessment.findings, ({ slot }) => slot);
  return new Map(
    [...bySlot].map(([slot, findings]) => {
      const reported = [...Map.groupBy(findings, ({ vulnerability }) => vulnerability)]
        .map(([vulnerability, rows]): ReportedCell => ({ vulnerability, rows, state: stateOfRows(rows) }))
        .sort((x, y) => (x.vulnerability < y.vulnerability ? -1 : 1));
      return [
        slot,
        Map.groupBy(reported, ({ rows: [row], vulnerability }) => joint(row ?? { vulnerability, aliases: [] })),
      ];
    }),
  );
}
