// Keeps count of what a growing choice of actions has removed: of each item which needs are met, and the weight of those that are closed.

/** An instance, or several alike. */
export interface BudgetItem {
  readonly weight: number;
  /** What must be removed for it, each by one of the actions named. Never empty. */
  readonly needs: readonly (readonly number[])[];
}

/** What one more action would add. */
export interface Gain {
  readonly closed: number;
  readonly relaxed: number;
}

/** The count over a list of items. Items with the same needs are counted as one. */
export class Tally {
  /** Actions that meet any need, ascending. */
  readonly actions: readonly number[];
  /** Weight of the closed items. */
  closed = 0;
  /** Weight of all items, each by the share of its needs that are met. */
  relaxed = 0;
  readonly #needsOf: ReadonlyMap<number, readonly number[]>;
  readonly #itemOf: readonly number[];
  readonly #weights: readonly number[];
  readonly #sizes: readonly number[];
  /** By need: how many of the chosen meet it. By item: how many needs are met. */
  readonly #metBy: number[];
  readonly #met: number[];

  constructor(items: readonly BudgetItem[]) {
    const groups = [...Map.groupBy(items, ({ needs }) => needs.map((actions) => actions.join()).join(';')).values()];
    const needsOf = new Map<number, number[]>();
    const itemOf: number[] = [];
    for (const [item, [first]] of groups.entries()) {
      for (const actions of first?.needs ?? []) {
        for (const action of actions) {
          const known = needsOf.get(action);
          if (known === undefined) needsOf.set(action, [itemOf.length]);
          else known.push(itemOf.length);
        }
        itemOf.push(item);
      }
    }
    this.#weights = groups.map((group) => group.reduce((sum, { weight }) => sum + weight, 0));
    this.#sizes = groups.map(([first]) => first?.needs.length ?? 0);
    this.#needsOf = needsOf;
    this.#itemOf = itemOf;
    this.#metBy = itemOf.map(() => 0);
    this.#met = groups.map(() => 0);
    this.actions = [...needsOf.keys()].sort((a, b) => a - b);
  }

  /** The needs that an action meets. */
  needsOf(action: number): ReadonlySet<number> {
    return new Set(this.#needsOf.get(action));
  }

  /** Begins again with a choice. */
  reset(chosen: readonly number[]): void {
    this.#metBy.fill(0);
    this.#met.fill(0);
    this.closed = 0;
    this.relaxed = 0;
    for (const action of chosen) this.add(action);
  }

  /** Weight of the items that the choice closes. The count goes on from it. */
  closedBy(chosen: readonly number[]): number {
    this.reset(chosen);
    return this.closed;
  }

  /** What an action would add to the choice. */
  gainOf(action: number): Gain {
    let closed = 0;
    let relaxed = 0;
    let last = -1;
    let more = 0;
    // The needs of an item stand behind each other.
    for (const need of this.#needsOf.get(action) ?? []) {
      if (this.#metBy[need] !== 0) continue;
      const item = this.#itemOf[need] ?? 0;
      more = item === last ? more + 1 : 1;
      last = item;
      const size = this.#sizes[item] ?? 1;
      const weight = this.#weights[item] ?? 0;
      relaxed += weight / size;
      if ((this.#met[item] ?? 0) + more === size) closed += weight;
    }
    return { closed, relaxed };
  }

  /** Adds an action to the choice. */
  add(action: number): void {
    this.#count(action, 1);
  }

  /** Takes an action out of the choice again. */
  remove(action: number): void {
    this.#count(action, -1);
  }

  #count(action: number, step: 1 | -1): void {
    for (const need of this.#needsOf.get(action) ?? []) {
      const before = this.#metBy[need] ?? 0;
      this.#metBy[need] = before + step;
      if (before !== (step === 1 ? 0 : 1)) continue;
      const item = this.#itemOf[need] ?? 0;
      const size = this.#sizes[item] ?? 1;
      const weight = this.#weights[item] ?? 0;
      const wasClosed = this.#met[item] === size;
      this.#met[item] = (this.#met[item] ?? 0) + step;
      const isClosed = this.#met[item] === size;
      this.relaxed += (step * weight) / size;
      if (isClosed !== wasClosed) this.closed += step * weight;
    }
  }
}
