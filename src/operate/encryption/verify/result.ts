// The result of `encryption verify`: the proof, what remains and what to do, and what was done about it. Schema: schema/encryption-verify-1.json.
import type { NextStep } from '../inspect/inspection.ts';
import type { CleanDecision, CleanStep, Wish } from './clean.ts';
import type { NodeCommand } from './node-commands.ts';
import { nextSteps, type Remainder, remainsOf } from './remains.ts';
import type { Verification } from './verification.ts';

/** What came of the wish to clean. */
export interface Action {
  readonly kind: Wish['kind'];
  readonly member?: string;
  /** `possible`: without --yes; nothing was done. `waiting`: the next thing is done on the node. */
  readonly outcome: 'done' | 'possible' | 'not-needed' | 'waiting' | 'refused';
  readonly reason: string;
  /** What is done on the node next. */
  readonly commands: readonly NodeCommand[];
}

/** All of it. What remains is as it was before the action. */
export interface VerifyResult extends Verification {
  readonly remains: readonly Remainder[];
  readonly next: readonly NextStep[];
  readonly action?: Action;
}

/** @param self the command line, without options that change anything */
export function verifyResult(verification: Verification, self: string, action?: Action): VerifyResult {
  return {
    ...verification,
    remains: remainsOf(verification),
    next: nextSteps(verification, self),
    ...(action === undefined ? {} : { action }),
  };
}

/** What a decision says before anything is done. */
export function actionOf(wish: Wish, decision: CleanDecision, commands: readonly NodeCommand[] = []): Action {
  const about = { kind: wish.kind, ...(wish.kind === 'compact' ? {} : { member: wish.member }) };
  return decision.kind === 'step'
    ? { ...about, outcome: 'possible', reason: `--yes would ${stepText(decision.step)}`, commands }
    : { ...about, outcome: decision.kind, reason: decision.reason, commands };
}

function stepText(step: CleanStep): string {
  switch (step.kind) {
    case 'compact':
      return `compact up to revision ${step.revision}; readers at older revisions start anew`;
    case 'defragment':
      return `defragment ${step.member.name}, which answers nothing meanwhile`;
    case 'remove':
      return `remove ${step.member.name} from the cluster${step.member.status?.isLeader === true ? `, once ${step.heir.name} is the leader` : ''}; until it is back, no other member may fail`;
    case 'add':
      return `add ${step.name} at ${step.peerUrl} as a new member`;
  }
}
