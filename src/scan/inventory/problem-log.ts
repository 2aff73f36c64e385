// Problems found while one file is read, bounded: a hostile file can hold millions of bad entries.

/** How many problems of one file are told in words. */
const TOLD = 20;

/** Collects problems. */
export interface ProblemLog {
  /** `words` is called only for the first few. */
  add(words: () => string): void;
  /** The first problems, and behind them how many more there were. */
  list(): readonly string[];
}

/** An empty log for one file. */
export function problemLog(): ProblemLog {
  const told: string[] = [];
  let more = 0;
  return {
    add(words) {
      if (told.length < TOLD) told.push(words());
      else more += 1;
    },
    list: () => (more === 0 ? told : [...told, `and ${more} more problems in the same file`]),
  };
}
