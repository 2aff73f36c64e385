// What a plan promised against what came of it: each predicted instance looked up in an assessment made after the rebuilds. An instance counts as
// removed only where its absence was judged; the share of kept promises is the measure of the planning itself.
import { instanceCells } from '../../explain/cells.ts';
import { pairSlots, type SlotPair } from '../../explain/compare/pair-slots.ts';
import { hidingGaps } from '../../explain/hiding-gaps.ts';
import type { AssessedImage, Assessment } from '../../scan/assess/assessment.ts';
import type { ClosedInstance } from './action.ts';
import type { Plan, PlanStep } from './plan.ts';

/** What became of a predicted instance. */
export const OUTCOMES = ['removed', 'still-there', 'not-rebuilt', 'withdrawn', 'image-gone', 'not-judged'] as const;
export type OutcomeKind = (typeof OUTCOMES)[number];

/** A step of the plan afterwards. */
export interface StepOutcome {
  /** Key of the action. */
  readonly action: string;
  readonly predicted: number;
  readonly counts: Readonly<Record<OutcomeKind, number>>;
  /** Predicted, rebuilt, and still found. */
  readonly missed: readonly ClosedInstance[];
}

/** A plan afterwards. */
export interface PlanOutcome {
  readonly after: Assessment;
  readonly steps: readonly StepOutcome[];
  readonly predicted: number;
  readonly counts: Readonly<Record<OutcomeKind, number>>;
  /** Instances in scope that rebuilt images brought: not there before, in packages that were not. By the slot afterwards. */
  readonly introduced: readonly { readonly slot: string; readonly vulnerability: string }[];
}

/** Looks up what the plan predicted. `after` is of the same release, or of the next one with the rebuilt images. */
export function outcomeOf(plan: Plan, after: Assessment): PlanOutcome {
  const { pairs } = pairSlots(plan.assessment.images, after.images, { baseOf: () => undefined });
  const bySlot = new Map(pairs.flatMap((pair) => (pair.a === undefined ? [] : [[pair.a.slot, pair] as const])));
  const before = idsBySlot(plan.assessment);
  const now = idsBySlot(after);
  const judge = ({ slot, vulnerability }: ClosedInstance): OutcomeKind => {
    const pair = bySlot.get(slot);
    if (pair?.a === undefined || pair.b === undefined) return 'image-gone';
    const ids = before.get(slot)?.get(vulnerability) ?? [vulnerability];
    const found = ids.some((id) => now.get(pair.b?.slot ?? '')?.has(id));
    if (pair.b.digest === undefined) return 'not-judged';
    if (found) return pair.b.digest === pair.a.digest ? 'not-rebuilt' : 'still-there';
    if (hidesMore(pair.a, pair.b, after)) return 'not-judged';
    return pair.b.digest === pair.a.digest ? 'withdrawn' : 'removed';
  };
  const steps = plan.steps.map((step) => stepOutcome(step, judge));
  return {
    after,
    steps,
    predicted: steps.reduce((sum, { predicted }) => sum + predicted, 0),
    counts: countsOf((kind) => steps.reduce((sum, { counts }) => sum + counts[kind], 0)),
    introduced: introducedIn(pairs, plan, after, before),
  };
}

function stepOutcome({ action, closed }: PlanStep, judge: (instance: ClosedInstance) => OutcomeKind): StepOutcome {
  const judged = closed.map((instance) => ({ instance, kind: judge(instance) }));
  return {
    action: action.key,
    predicted: closed.length,
    counts: countsOf((kind) => judged.filter((one) => one.kind === kind).length),
    missed: judged.filter(({ kind }) => kind === 'still-there').map(({ instance }) => instance),
  };
}

function countsOf(count: (kind: OutcomeKind) => number): Readonly<Record<OutcomeKind, number>> {
  return {
    removed: count('removed'),
    'still-there': count('still-there'),
    'not-rebuilt': count('not-rebuilt'),
    withdrawn: count('withdrawn'),
    'image-gone': count('image-gone'),
    'not-judged': count('not-judged'),
  };
}

/** Whether something hides in the later image that did not in the earlier one. */
export function hidesMore(a: AssessedImage, b: AssessedImage, { advisorySet }: Assessment): boolean {
  return advisorySet.starter || !hidingGaps(b).isSubsetOf(hidingGaps(a));
}

function introducedIn(
  pairs: readonly SlotPair[],
  { options, assessment }: Plan,
  after: Assessment,
  before: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>,
): PlanOutcome['introduced'] {
  const earlier = new Map(
    pairs.flatMap(({ a, b }) =>
      a?.digest !== undefined && b !== undefined && a.digest !== b.digest ? [[b.slot, a] as const] : [],
    ),
  );
  const installed = new Set(assessment.packages.map(({ image, purl }) => `${image} ${purl}`));
  const rows = Map.groupBy(after.findings, ({ slot, vulnerability }) => `${slot}\0${vulnerability}`);
  return instanceCells(after.findings)
    .filter(({ severity, notAffected }) => !notAffected && options.severities.includes(severity))
    .filter(({ slot, vulnerability, aliases }) => {
      const image = earlier.get(slot);
      if (image === undefined) return false;
      if ([vulnerability, ...aliases].some((id) => before.get(image.slot)?.has(id))) return false;
      // What was published since, and is in packages that the old image has too, is not the rebuild's doing.
      return (
        rows.get(`${slot}\0${vulnerability}`)?.some(({ purl }) => !installed.has(`${image.digest} ${purl}`)) === true
      );
    })
    .map(({ slot, vulnerability }) => ({ slot, vulnerability }));
}

/** By slot every id of what is found in it, with all ids of the same vulnerability. */
function idsBySlot({ findings }: Assessment): ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> {
  const slots = new Map<string, Map<string, readonly string[]>>();
  for (const { slot, vulnerability, aliases } of findings) {
    const ids = slots.get(slot) ?? new Map<string, readonly string[]>();
    slots.set(slot, ids);
    const all = [vulnerability, ...aliases];
    for (const id of all) ids.set(id, all);
  }
  return slots;
}
