// Pseudo-random numbers from a seed, so that a run can be repeated: xorshift32 (G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8/14).

/** A source of numbers; every method moves it on. */
export interface Random {
  /** A whole number from 0 to `bound` - 1. */
  readonly below: (bound: number) => number;
  /** One of the items, of which there must be at least one. */
  readonly pick: <T>(items: readonly T[]) => T;
  /** True once in `times`. */
  readonly oneIn: (times: number) => boolean;
}

/** A source that always gives the same numbers for one seed. */
export function seededRandom(seed: number): Random {
  // Neighbouring seeds must not give similar starts; zero is the one state that never changes.
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const below = (bound: number): number => Math.floor((next() / 2 ** 32) * bound);
  const pick = <T>(items: readonly T[]): T => {
    const item = items[below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  };
  return { below, pick, oneIn: (times) => below(times) === 0 };
}
