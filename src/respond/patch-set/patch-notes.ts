// What people can add to a patch set, and what holds where they add nothing.
import type { PatchRestart } from './restart.ts';

/** The notes. Lists are empty where the file has none. */
export interface PatchNotes {
  readonly id?: string;
  readonly title?: string;
  /** Id of the patch set that this one takes the place of. */
  readonly supersedes?: string;
  readonly preconditions: readonly string[];
  readonly steps: readonly string[];
  readonly restarts: readonly PatchRestart[];
  readonly testsBefore: readonly string[];
  readonly testsAfter: readonly string[];
  readonly backOutSteps: readonly string[];
}

/** Notes that say nothing. */
export const NO_NOTES: PatchNotes = {
  preconditions: [],
  steps: [],
  restarts: [],
  testsBefore: [],
  testsAfter: [],
  backOutSteps: [],
};
