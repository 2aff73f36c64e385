// Weighted set cover: the cheapest choice of actions that together remove everything removable. Exact by branch and bound where few actions are
// left to decide about, else greedy with its bound. V. Chvátal, "A greedy heuristic for the set-covering problem" (1979): the greedy choice costs
// at most H(d) times the cheapest one, d being the largest number of elements that one action removes, H(d) = 1 + 1/2 + … + 1/d.

/** What is to be covered, and at which cost. Numbers are positions in the lists. */
export interface CoverProblem {
  /** Cost of each action, above zero. */
  readonly costs: readonly number[];
  /** For each element the actions that remove it, at least one. */
  readonly elements: readonly (readonly number[])[];
}

/** A cover. */
export interface Cover {
  /** Chosen actions, ascending. */
  readonly chosen: readonly number[];
  readonly cost: number;
  /** Whether no cover is cheaper. */
  readonly exact: boolean;
  /** No cover costs less than this. */
  readonly atLeast: number;
}

/** Steps of branch and bound after which a part of the problem is left to the greedy choice. */
const MOST_STEPS = 50_000;

/** Finds a cover. Equal problems give equal covers. */
export function coverOf({ costs, elements }: CoverProblem): Cover {
  const parts = partsOf(distinctElements(elements));
  const solved = parts.map((part) => solvePart(part, costs));
  const chosen = solved.flatMap((part) => part.chosen).sort((a, b) => a - b);
  return {
    chosen,
    cost: costOf(chosen, costs),
    exact: solved.every(({ exact }) => exact),
    atLeast: solved.reduce((sum, { atLeast }) => sum + atLeast, 0),
  };
}

/** The greedy choice: again and again the action that removes most for its cost; ties by position. Ascending. */
export function greedyCover({ costs, elements }: CoverProblem): readonly number[] {
  const open = new Set(elements.keys());
  const removes = removedBy(elements);
  const chosen: number[] = [];
  while (open.size > 0) {
    let best = -1;
    let bestRate = 0;
    for (const [action, removed] of removes) {
      const rate = removed.filter((element) => open.has(element)).length / (costs[action] ?? Infinity);
      if (rate > bestRate || (rate === bestRate && rate > 0 && action < best)) {
        best = action;
        bestRate = rate;
      }
    }
    if (best === -1) break;
    chosen.push(best);
    for (const element of removes.get(best) ?? []) open.delete(element);
  }
  return withoutSpare(chosen, costs, elements).sort((a, b) => a - b);
}

function solvePart(elements: readonly (readonly number[])[], costs: readonly number[]): Omit<Cover, 'cost'> {
  const greedy = greedyCover({ costs, elements });
  const greedyCost = costOf(greedy, costs);
  const best = cheapest(elements, costs, greedy);
  if (best !== undefined) return { chosen: best, exact: true, atLeast: costOf(best, costs) };
  const largest = Math.max(...[...removedBy(elements).values()].map((removed) => removed.length));
  const atLeast = Math.max(greedyCost / harmonic(largest), disjointBound(elements, costs, new Set()));
  return { chosen: greedy, exact: false, atLeast };
}

/** Branch and bound on the element with the fewest actions; undefined when it takes too many steps. */
function cheapest(
  elements: readonly (readonly number[])[],
  costs: readonly number[],
  greedy: readonly number[],
): readonly number[] | undefined {
  let best = [...greedy];
  let bestCost = costOf(greedy, costs);
  let steps = 0;
  const search = (
    open: readonly (readonly number[])[],
    taken: readonly number[],
    cost: number,
    barred: Set<number>,
  ) => {
    steps += 1;
    if (steps > MOST_STEPS) return;
    if (open.length === 0) {
      if (cost < bestCost) {
        best = taken.toSorted((a, b) => a - b);
        bestCost = cost;
      }
      return;
    }
    if (cost + disjointBound(open, costs, barred) >= bestCost) return;
    const choices = fewest(open, barred).toSorted((a, b) => (costs[a] ?? 0) - (costs[b] ?? 0) || a - b);
    // What was tried is barred from the later branches: each set of actions is met once.
    const tried = new Set(barred);
    for (const action of choices) {
      const left = open.filter((actions) => !actions.includes(action));
      search(left, [...taken, action], cost + (costs[action] ?? 0), tried);
      tried.add(action);
    }
  };
  search(elements, [], 0, new Set());
  return steps > MOST_STEPS ? undefined : best;
}

/** The actions still allowed for the element that has the fewest; none when one cannot be covered any more. */
function fewest(open: readonly (readonly number[])[], barred: ReadonlySet<number>): readonly number[] {
  let least: readonly number[] | undefined;
  for (const actions of open) {
    const allowed = actions.filter((action) => !barred.has(action));
    if (least === undefined || allowed.length < least.length) least = allowed;
  }
  return least ?? [];
}

/** Elements that share no action need an action each, the cheapest at least. */
function disjointBound(
  open: readonly (readonly number[])[],
  costs: readonly number[],
  barred: ReadonlySet<number>,
): number {
  const used = new Set<number>();
  let bound = 0;
  for (const actions of open.toSorted((a, b) => a.length - b.length)) {
    const allowed = actions.filter((action) => !barred.has(action));
    if (allowed.length === 0) return Infinity;
    if (allowed.some((action) => used.has(action))) continue;
    for (const action of allowed) used.add(action);
    bound += Math.min(...allowed.map((action) => costs[action] ?? 0));
  }
  return bound;
}

/** Elements with the same actions are one; one whose actions include all of another's is covered with it. */
function distinctElements(elements: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const distinct = [...new Map(elements.map((actions) => [actions.join(), actions])).values()].toSorted(
    (a, b) => a.length - b.length,
  );
  // A smaller one has its first action among those of the larger, which saves comparing each with all.
  const byFirst = new Map<number, ReadonlySet<number>[]>();
  const kept: (readonly number[])[] = [];
  for (const actions of distinct) {
    const set = new Set(actions);
    if (actions.some((action) => byFirst.get(action)?.some((smaller) => smaller.isSubsetOf(set)))) continue;
    kept.push(actions);
    const [first = 0] = actions;
    const known = byFirst.get(first);
    if (known === undefined) byFirst.set(first, [set]);
    else known.push(set);
  }
  return kept;
}

/** Parts that have no action in common are solved apart. */
function partsOf(elements: readonly (readonly number[])[]): readonly (readonly (readonly number[])[])[] {
  const partOf = new Map<number, number>();
  const find = (action: number): number => {
    let root = action;
    while ((partOf.get(root) ?? root) !== root) root = partOf.get(root) ?? root;
    partOf.set(action, root);
    return root;
  };
  for (const [first = 0, ...others] of elements) for (const action of others) partOf.set(find(action), find(first));
  return [...Map.groupBy(elements, ([first = 0]) => find(first)).values()];
}

function removedBy(elements: readonly (readonly number[])[]): ReadonlyMap<number, readonly number[]> {
  const removes = new Map<number, number[]>();
  for (const [element, actions] of elements.entries()) {
    for (const action of actions) {
      const removed = removes.get(action);
      if (removed === undefined) removes.set(action, [element]);
      else removed.push(element);
    }
  }
  return removes;
}

/** Without actions, the dearest first, whose elements the others remove as well. */
function withoutSpare(
  chosen: readonly number[],
  costs: readonly number[],
  elements: readonly (readonly number[])[],
): number[] {
  const left = new Set(chosen);
  for (const action of chosen.toSorted((a, b) => (costs[b] ?? 0) - (costs[a] ?? 0) || b - a)) {
    left.delete(action);
    if (!elements.every((actions) => actions.some((other) => left.has(other)))) left.add(action);
  }
  return [...left];
}

function costOf(chosen: readonly number[], costs: readonly number[]): number {
  return chosen.reduce((sum, action) => sum + (costs[action] ?? 0), 0);
}

function harmonic(count: number): number {
  let sum = 0;
  for (let term = 1; term <= count; term += 1) sum += 1 / term;
  return sum;
}
