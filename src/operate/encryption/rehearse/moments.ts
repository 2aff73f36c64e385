// The moments of a plan: how servers and data are before it and after each of its steps.
import { currentCounts, type EncryptionState, listsOf, pastCounts, writersOf } from '../plan/state.ts';
import type { Done, Goal, Refused, Step } from '../plan/step.ts';
import { afterStep } from '../plan/step-effect.ts';
import { stepList } from '../plan/step-list.ts';
import type { TransformerId } from '../plan/transformer-id.ts';

/** Servers and data at one moment. */
export interface Moment {
  /** The step that leads here; absent at the first moment. */
  readonly step?: Step;
  readonly servers: readonly { readonly name: string; readonly lists: readonly (readonly TransformerId[])[] }[];
  /** Whose values are within reach. */
  readonly stored: ReadonlySet<TransformerId>;
  /** What servers write with. */
  readonly writers: readonly TransformerId[];
}

/** The moments, and how the plan ends; no end where it cannot be foreseen. */
export interface PlanMoments {
  readonly moments: readonly Moment[];
  readonly end?: Done | Refused;
}

/** The moments of the plan from a state to a goal. */
export function momentsOf(start: EncryptionState, goal: Goal): PlanMoments {
  const { steps, end } = stepList(start, goal);
  const moments: Moment[] = [momentOf(start)];
  let state = start;
  for (const step of steps) {
    state = afterStep(state, step, goal.target);
    moments.push({ step, ...momentOf(state) });
  }
  return { moments, ...(end === undefined ? {} : { end }) };
}

function momentOf(state: EncryptionState): Moment {
  return {
    servers: state.servers.map((server) => ({ name: server.name, lists: listsOf(server) })),
    stored: new Set([...currentCounts(state).keys(), ...pastCounts(state).keys()]),
    writers: [...writersOf(state)].sort(),
  };
}
