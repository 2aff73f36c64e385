// The plan: the cheapest actions that together remove every instance that has a fix, or the best so many of them, and the builds that this takes.
// Reads an assessment alone. Rules, and what a plan takes for granted: docs/guide/plan.md.
import { type Headline, headlineOf } from '../../explain/coverage.ts';
import type { Gap } from '../../platform/gap.ts';
import type { SeverityLevel } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import type { Action, ClosedInstance } from './action.ts';
import { actionsOf, candidatesOf } from './actions.ts';
import { bestChoice, byWorth } from './budget.ts';
import type { Candidate } from './candidate.ts';
import { coverOf } from './cover.ts';
import { type CellRows, type Ground, groundOf } from './ground.ts';
import type { BudgetItem } from './tally.ts';
import { type Build, buildQueue } from './waves.ts';

/** What is to be planned. */
export interface PlanOptions {
  /** Severities that the plan is about. */
  readonly severities: readonly SeverityLevel[];
  /** At most so many actions; as many as it takes when absent. */
  readonly budget?: number;
  /** Whether images of third parties can be rebuilt. */
  readonly rebuildThirdParty: boolean;
  /** Release line that the assessment belongs to. */
  readonly line?: string;
}

/** A chosen action, in its place. */
export interface PlanStep {
  readonly action: Action;
  readonly cost: number;
  /** Instances in scope that are closed by it and the steps before it, and not by these alone. */
  readonly closed: readonly ClosedInstance[];
  /** Instances in scope that are closed by all steps up to this. */
  readonly total: number;
}

/** How good the choice is. */
export interface Optimality {
  /** `exact`: nothing better exists. `bounded`: found greedily, with a bound on what could be better. */
  readonly method: 'exact' | 'bounded';
  /** Without a budget: no complete plan costs less. */
  readonly leastCost?: number;
  /** With a budget: no choice of so many actions closes more. */
  readonly mostClosed?: number;
}

/** A base of the release and what stands on it. */
export interface PlannedBase {
  readonly key: string;
  readonly namedBy: 'image' | 'label' | 'nothing';
  /** Number of its layers. */
  readonly layers: number;
  /** Key of the base below it. */
  readonly parent?: string;
  /** Slots whose images begin with it, sorted. */
  readonly slots: readonly string[];
}

/** A plan. */
export interface Plan extends Headline {
  readonly assessment: Assessment;
  readonly options: PlanOptions;
  /** Instances in scope that a rebuild can remove: every package concerned has a fixed version. */
  readonly fixable: number;
  /** Those that the steps close together. */
  readonly closed: number;
  /** Instances in scope that no action can remove. */
  readonly outOfReach: readonly { readonly slot: string; readonly vulnerability: string }[];
  readonly cost: number;
  readonly optimality: Optimality;
  readonly steps: readonly PlanStep[];
  readonly builds: readonly Build[];
  readonly bases: readonly PlannedBase[];
  /** Actions that were not chosen and remove what has no fix, or move from a distribution that has ended. */
  readonly others: readonly Action[];
  /** What the plan could not see. */
  readonly gaps: readonly Gap[];
}

/** Makes the plan. Equal assessments and options give equal plans. */
export function planOf(assessment: Assessment, options: PlanOptions): Plan {
  const ground = groundOf(assessment, options);
  const candidates = candidatesOf(ground);
  const actions = actionsOf(ground, candidates, options.line);
  const scope = ground.cells.filter(({ cell }) => cell.fullyFixable && options.severities.includes(cell.severity));
  const items = itemsOf(scope, candidates);
  const reachable = items.filter(({ needs }) => needs.every((choices) => choices.length > 0));
  const { chosen, optimality } = choose(reachable, candidates, options.budget);
  const steps = stepsOf(chosen, scope, candidates, actions);
  const planned = chosen.flatMap((at) => candidates[at] ?? []);
  return {
    ...headlineOf(assessment),
    assessment,
    options,
    fixable: scope.length,
    closed: steps.at(-1)?.total ?? 0,
    outOfReach: scope
      .filter((_, at) => items[at]?.needs.some((choices) => choices.length === 0))
      .map(({ cell: { slot, vulnerability } }) => ({ slot, vulnerability })),
    cost: planned.reduce((sum, { cost }) => sum + cost, 0),
    optimality,
    steps,
    builds: buildQueue(planned, ground),
    bases: basesOfPlan(ground),
    others: actions.filter((action, at) => !chosen.includes(at) && isWorthALook(action, options)),
    gaps: gapsOf(ground),
  };
}

/** The instances in scope, each with what must be removed and the candidates that can. */
function itemsOf(scope: readonly CellRows[], candidates: readonly Candidate[]): readonly BudgetItem[] {
  const removers = new Map<number, number[]>();
  for (const [at, { removes }] of candidates.entries()) {
    for (const row of removes) {
      const known = removers.get(row);
      if (known === undefined) removers.set(row, [at]);
      else known.push(at);
    }
  }
  return scope.map(({ rows }) => {
    const needs = new Map(rows.map((row) => [(removers.get(row) ?? []).join(), removers.get(row) ?? []]));
    return { weight: 1, needs: [...needs.values()] };
  });
}

function choose(
  items: readonly BudgetItem[],
  candidates: readonly Candidate[],
  budget: number | undefined,
): { readonly chosen: readonly number[]; readonly optimality: Optimality } {
  if (budget !== undefined) {
    const { chosen, exact, atMost } = bestChoice(items, budget);
    return { chosen, optimality: { method: exact ? 'exact' : 'bounded', mostClosed: atMost } };
  }
  const cover = coverOf({ costs: candidates.map(({ cost }) => cost), elements: items.flatMap(({ needs }) => needs) });
  const leastCost = Math.ceil(cover.atLeast - 1e-6);
  return {
    chosen: byWorth(cover.chosen, items),
    optimality: { method: cover.exact ? 'exact' : 'bounded', leastCost },
  };
}

/** The chosen in order, each with what it closes beyond those before it. */
function stepsOf(
  chosen: readonly number[],
  scope: readonly CellRows[],
  candidates: readonly Candidate[],
  actions: readonly Action[],
): readonly PlanStep[] {
  const removed = new Set<number>();
  const open = new Set(scope);
  return chosen.flatMap((at) => {
    const candidate = candidates[at];
    const action = actions[at];
    if (candidate === undefined || action === undefined) return [];
    for (const row of candidate.removes) removed.add(row);
    const closed = [...open].filter(({ rows }) => rows.every((row) => removed.has(row)));
    for (const entry of closed) open.delete(entry);
    const found = new Map(
      [...action.closes, ...(action.helpsClose ?? [])].map((instance) => [idOf(instance), instance]),
    );
    return {
      action,
      cost: candidate.cost,
      closed: closed.flatMap(({ cell }) => found.get(idOf(cell)) ?? []),
      total: scope.length - open.size,
    };
  });
}

function idOf({ slot, vulnerability }: { readonly slot: string; readonly vulnerability: string }): string {
  return `${slot}\0${vulnerability}`;
}

function basesOfPlan({ bases, assessment }: Ground): readonly PlannedBase[] {
  const keys = new Map(bases.map(({ id, key }) => [id, key]));
  return bases.map(({ key, namedBy, layers, parent, images }) => {
    const below = parent === undefined ? undefined : keys.get(parent);
    return {
      key,
      namedBy,
      layers: layers.length,
      ...(below === undefined ? {} : { parent: below }),
      slots: assessment.images
        .filter(({ digest }) => digest !== undefined && images.includes(digest))
        .map(({ slot }) => slot),
    };
  });
}

function isWorthALook({ kind, closes, alsoRemoves = [] }: Action, { severities }: PlanOptions): boolean {
  if (kind === 'newer-base' && closes.length === 0) return true;
  return alsoRemoves.some(({ severity }) => severities.includes(severity));
}

/** Images that no action was looked for in, and images whose base cannot be told. */
function gapsOf({ assessment, withoutLayers }: Ground): readonly Gap[] {
  const unread = assessment.gaps.filter(({ kind }) => kind === 'image-unreadable' || kind === 'not-scanned');
  const based = withoutLayers.map((target): Gap => {
    const reason = 'its layers are not in the assessment, so its base cannot be told; scan it again';
    return { kind: 'undecidable', target, location: 'base', reason };
  });
  return [...unread, ...based];
}
