// Keeps writes to a rate, so that a rewrite does not slow the cluster that it runs in. What the server did not write costs nothing and does not count.
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits before a write, and is told of each that was one. */
export interface Pace {
  readonly turn: () => Promise<void>;
  readonly spent: () => void;
}

/** At most so many writes a second on the average. */
export function paceOf(perSecond: number): Pace {
  const interval = 1000 / perSecond;
  let next = 0;
  return {
    turn: async () => {
      const wait = next - performance.now();
      if (wait > 0) await sleep(wait);
    },
    spent: () => {
      next = Math.max(next, performance.now()) + interval;
    },
  };
}
