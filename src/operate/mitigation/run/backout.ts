// Backs a mitigation out: every object gets back what stood there, or keeps what other mitigations want. What cannot be given back is recorded with why.
import { releaseClaims } from '../field/claims.ts';
import { pathText } from '../field/path.ts';
import { ledgerState, targetKind } from '../ledger/state.ts';
import {
  type ChangeOutcome,
  changeObject,
  claimsIn,
  type ObjectResult,
  type OnDifference,
  type Run,
} from './change.ts';
import { settlePending } from './settle.ts';

/** What is to be backed out. */
export interface Backout {
  readonly mitigation: string;
  readonly reason: string;
  readonly onDifference: OnDifference;
  /** Whether scripts for nodes or manual steps are still to come: the run does not end the back-out. */
  readonly more: boolean;
}

/** Backs out object by object, the last one that was changed first. Goes on where a run before stopped. */
export async function backOutMitigation(run: Run, backout: Backout): Promise<readonly ObjectResult[]> {
  const { mitigation, reason, onDifference, more } = backout;
  await settlePending(run);
  const { active, objects } = ledgerState(run.journal.entries);
  if (active.get(mitigation)?.phase !== 'backing-out') {
    run.journal.append({ event: 'backout', mitigation, reason });
  }
  const targets = [...objects].filter(
    ([target, { holders }]) => holders.has(mitigation) && targetKind(target) === 'object',
  );
  const results: ObjectResult[] = [];
  for (const [target] of targets.reverse()) {
    results.push({ target, outcome: await releaseObject(run, target, mitigation, onDifference) });
  }
  const ended = results.every(({ outcome }) => isOver(outcome));
  if (ended && !more) run.journal.append({ event: 'backed-out', mitigation });
  return results;
}

/** Takes one mitigation's claims off an object, and records what could not be given back. */
export async function releaseObject(
  run: Run,
  target: string,
  mitigation: string,
  onDifference: OnDifference,
): Promise<ChangeOutcome> {
  const outcome = await changeObject(run, {
    target,
    mitigation,
    action: 'release',
    onDifference,
    after: ({ claims }) => releaseClaims(claims, mitigation),
  });
  if (outcome.outcome === 'already-different') {
    const paths = outcome.differences.map(({ path }) => pathText(path)).sort();
    const reason = 'others changed it since: leave it, or write over it';
    run.journal.append({ event: 'left', mitigation, target, paths, outcome: 'already-different', reason });
  } else if (outcome.outcome === 'impossible') {
    const { reason } = outcome;
    run.journal.append({ event: 'left', mitigation, target, paths: [], outcome: 'impossible', reason });
    if (outcome.forGood) forgetClaims(run, target, mitigation);
  }
  return outcome;
}

/** Whether nothing more is to be done about an object. */
function isOver(outcome: ChangeOutcome): boolean {
  return outcome.outcome === 'impossible' ? outcome.forGood : outcome.outcome !== 'already-different';
}

/** The object of the claims is gone: they end without a change. */
export function forgetClaims({ journal }: Run, target: string, mitigation: string): void {
  const known = ledgerState(journal.entries).objects.get(target);
  if (known === undefined) return;
  const claims = claimsIn(journal, known.content);
  const content = claims === undefined ? known.content : journal.keep(releaseClaims(claims, mitigation));
  const intent = journal.append({ event: 'intent', mitigation, action: 'release', target, paths: [], content });
  const { uid } = known;
  journal.append({ event: 'outcome', of: intent.sequence, outcome: 'done', ...(uid === undefined ? {} : { uid }) });
}
