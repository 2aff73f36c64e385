// The cause of a cell of a wider basis: that of most of the instance changes concerned. Rule: docs/guide/comparing.md, "The other bases".
import { type ChangeCause, type ChangedState, type ChangeLabel, inverseLabel, LABELS } from './change.ts';
import type { InstanceChange } from './evidence.ts';
import { FACTORS, type Factor } from './factors.ts';

/** The explanation of a wider cell. */
export interface MajorityCause {
  readonly cause: ChangeCause;
  readonly label: ChangeLabel;
  readonly also: readonly Factor[];
  readonly inferred: boolean;
  /** How many of the changes have this cause. */
  readonly ofThisCause: number;
}

const CAUSES: readonly ChangeCause[] = [...FACTORS, 'method'];
/** Labels in the order that decides ties, for cells that rise and for those that fall. */
const RISING = orderedLabels(true);
const FALLING = orderedLabels(false);

/** The cause of most of the changes (at least one), ties by the order of factors; `rises` decides between a label and its opposite. */
export function majorityCause(changes: readonly InstanceChange[], rises: boolean): MajorityCause {
  const byCause = Map.groupBy(changes, ({ cause }) => cause);
  const cause = mostFrequent(CAUSES, (candidate) => byCause.get(candidate)?.length ?? 0);
  const same = byCause.get(cause) ?? [];
  const label = mostFrequent(
    rises ? RISING : FALLING,
    (candidate) => same.filter((change) => change.label === candidate).length,
  );
  return {
    cause,
    label,
    also: FACTORS.filter((factor) => same.some(({ also }) => also.includes(factor))),
    inferred: same.some(({ evidence }) => evidence.kind === 'inferred'),
    ofThisCause: same.length,
  };
}

/** Whether a cell comes or becomes worse; the same change seen from the other side does not. */
export function rising(
  from: ChangedState | undefined,
  to: ChangedState | undefined,
  order: (state: ChangedState) => number,
): boolean {
  if (from === undefined || to === undefined) return from === undefined;
  const difference = order(to) - order(from);
  return difference === 0 ? stateText(to) > stateText(from) : difference > 0;
}

function stateText({ severity, fixState, fullyFixable, statement = '' }: ChangedState): string {
  return [severity, fixState, fullyFixable, statement].join(' ');
}

function orderedLabels(rises: boolean): readonly ChangeLabel[] {
  return LABELS.toSorted((x, y) => labelRank(x, rises) - labelRank(y, rises));
}

/** A label and its opposite have one rank, but for a half that the direction decides. */
function labelRank(label: ChangeLabel, rises: boolean): number {
  const own = LABELS.indexOf(label);
  const opposite = LABELS.indexOf(inverseLabel(label));
  if (own === opposite) return own;
  return Math.min(own, opposite) + (own < opposite === rises ? 0 : 0.5);
}

/** The first of the candidates with the highest count. */
function mostFrequent<T>(candidates: readonly T[], countOf: (candidate: T) => number): T {
  let [best] = candidates;
  let most = -1;
  for (const candidate of candidates) {
    const count = countOf(candidate);
    if (count > most) [best, most] = [candidate, count];
  }
  return best as T;
}
