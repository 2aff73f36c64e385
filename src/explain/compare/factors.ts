// Which factors made a cell's state in A into that in B: the smallest set whose exchange does it in both directions.
// Rule: docs/guide/comparing.md, "The cause of a change". Pure; knows nothing of releases.

/** What can differ between two assessments, in the order that decides ties. */
export const FACTORS = [
  'coverage',
  'membership',
  'tag',
  'content',
  'advisories',
  'statements',
  'clock',
  'policy',
] as const;
export type Factor = (typeof FACTORS)[number];

/** For every factor whether it is taken from A or from B: bit i stands for FACTORS[i], set when it is B's. */
export type Mixture = number;

/** Why a cell changed: the factor that did most, and those without which it would not have been enough. */
export interface Cause {
  readonly cause: Factor;
  /** In the order of FACTORS; empty when the cause did it alone. */
  readonly also: readonly Factor[];
}

/** The mixture in which exactly these factors are B's. */
export function mixtureOf(factors: Iterable<Factor>): Mixture {
  let mixture = 0;
  for (const factor of factors) mixture |= 1 << FACTORS.indexOf(factor);
  return mixture;
}

/** Whether the factor is B's in the mixture. */
export function takesB(mixture: Mixture, factor: Factor): boolean {
  return (mixture & (1 << FACTORS.indexOf(factor))) !== 0;
}

/** The state of a cell in a mixture: equal states are equal texts; undefined when the cell is not there. */
export type StateOf = (mixture: Mixture) => string | undefined;

/**
 * The cause of a change. `differing` are the factors that differ at all between A and B (not empty). It must hold that the state in the mixture
 * of no factor is A's, and in that of all of them B's. Which member of the smallest set did most is judged by what the change is about: by
 * whether the cell is there when it came or went, else by its whole state.
 */
export function causeOf(differing: readonly Factor[], stateOf: StateOf): Cause {
  const members = FACTORS.filter((factor) => differing.includes(factor));
  const all = mixtureOf(members);
  const a = stateOf(0);
  const b = stateOf(all);
  const comesOrGoes = a === undefined || b === undefined;
  const equal = (x: string | undefined, y: string | undefined): boolean => x === y;
  const equalPresence = (x: string | undefined, y: string | undefined): boolean =>
    (x === undefined) === (y === undefined);
  const directions = (set: Mixture, same: typeof equal): number =>
    (same(stateOf(set), b) ? 1 : 0) + (same(stateOf(all & ~set), a) ? 1 : 0);
  const smallest = subsetsBySize(members).find((subset) => directions(mixtureOf(subset), equal) === 2) ?? members;
  let [primary] = smallest;
  let most = -1;
  for (const factor of smallest) {
    const alone = directions(mixtureOf([factor]), comesOrGoes ? equalPresence : equal);
    if (alone > most) [primary, most] = [factor, alone];
  }
  if (primary === undefined) throw new TypeError('a change needs at least one factor that differs');
  return { cause: primary, also: smallest.filter((factor) => factor !== primary) };
}

/** All subsets that are not empty, small ones first, those of one size in the order of their members. */
function subsetsBySize<T>(members: readonly T[]): readonly (readonly T[])[] {
  const bySize: T[][][] = members.map(() => []);
  const extend = (chosen: readonly T[], from: number): void => {
    for (let index = from; index < members.length; index += 1) {
      const subset = [...chosen, members[index] as T];
      bySize[subset.length - 1]?.push(subset);
      extend(subset, index + 1);
    }
  };
  extend([], 0);
  return bySize.flat();
}
