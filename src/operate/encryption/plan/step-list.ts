// The written list of the steps to come, as far as it can be seen: what each step leaves is where the next one begins.
import { planNext } from './next-step.ts';
import type { EncryptionState } from './state.ts';
import type { Done, Goal, Refused, Step } from './step.ts';
import { afterStep } from './step-effect.ts';

/** The steps in order, and how they end; no end where what comes next depends on what an examination finds. */
export interface StepList {
  readonly steps: readonly Step[];
  readonly end?: Done | Refused;
}

/** Steps to the goal when all goes well. The first is the next one; the rest is a preview, made anew after every step. */
export function stepList(start: EncryptionState, goal: Goal): StepList {
  const steps: Step[] = [];
  // Two visits of each server to repair it, three to change it, and the steps on the data: more would be a mistake here.
  const most = 8 * start.servers.length + 16;
  let state = start;
  for (;;) {
    const next = planNext(state, goal);
    if (next.kind === 'done' || next.kind === 'refused') return { steps, end: next };
    if (steps.length === most) throw new RangeError(`the plan has more than ${most} steps`);
    steps.push(next);
    if (state.data === undefined) return { steps };
    state = afterStep(state, next, goal.target);
  }
}
