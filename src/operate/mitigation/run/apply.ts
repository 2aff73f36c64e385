// Applies a mitigation to the objects that it names, object by object. What is claimed already is not touched, so that a run that was killed, or that met
// something that it had to ask about, goes on where it stopped.
import { PlimsollError } from '../../../platform/errors.ts';
import { addClaim, type ClaimedObject, covers, differences, releaseClaims, transformed } from '../field/claims.ts';
import { hasPlace, type Value } from '../field/document.ts';
import { isWithin, type Path, pathText, samePath } from '../field/path.ts';
import type { ApplyEvent } from '../ledger/entry.ts';
import { ledgerState, targetKind } from '../ledger/state.ts';
import { forgetClaims, releaseObject } from './backout.ts';
import { type Change, changeObject, type Moment, type ObjectResult, type OnDifference, type Run } from './change.ts';
import { settlePending } from './settle.ts';

/** Values that a mitigation wants in one object; undefined: nothing may stand there. */
export interface ObjectEdits {
  readonly target: string;
  readonly edits: readonly { readonly path: Path; readonly value: Value }[];
}

/** What is to be applied. */
export interface Application {
  readonly apply: ApplyEvent;
  readonly objects: readonly ObjectEdits[];
  /** Whether scripts for nodes or manual steps are still to come: the run does not end the application. */
  readonly more: boolean;
  readonly onDifference: OnDifference;
}

/**
 * Applies a mitigation, in the place of an earlier version or phase of itself and of those that it supersedes.
 * @throws PlimsollError `unsupported` for a value that has no place in its object; what the system refuses. All that was done until then is in the ledger.
 */
export async function applyMitigation(run: Run, application: Application): Promise<readonly ObjectResult[]> {
  const { apply, objects, more, onDifference } = application;
  await settlePending(run);
  const holders = [apply.mitigation, ...apply.supersedes];
  beginApplication(run.journal, apply);
  const results: ObjectResult[] = [];
  for (const { target, edits } of objects) {
    const isMade = wasClaimed(run.journal, apply, target);
    const change: Change = {
      target,
      mitigation: apply.mitigation,
      action: 'claim',
      onDifference,
      replaces: apply.supersedes,
      after: (moment) => claimsWanted(moment, target, edits, holders, isMade),
    };
    const outcome = await changeObject(run, change);
    const gone = outcome.outcome === 'impossible' && outcome.forGood;
    if (gone) forgetAll(run, target, outcome.reason);
    results.push({ target, outcome: gone ? await changeObject(run, change) : outcome });
  }
  for (const [target, { holders: now }] of ledgerState(run.journal.entries).objects) {
    // Nodes are changed by scripts, those of a superseded mitigation by its own; releases by people.
    if (targetKind(target) !== 'object' || objects.some((object) => object.target === target)) continue;
    for (const holder of holders.filter((one) => now.has(one))) {
      results.push({ target, outcome: await releaseObject(run, target, holder, onDifference) });
    }
  }
  const whole = results.every(({ outcome: { outcome } }) => outcome === 'done' || outcome === 'nothing-to-do');
  if (whole) endSuperseded(run, apply);
  const begun = ledgerState(run.journal.entries).active.get(apply.mitigation);
  if (whole && !more && begun?.phase !== 'applied')
    run.journal.append({ event: 'applied', mitigation: apply.mitigation });
  return results;
}

/** Writes down that a mitigation is being applied, unless the ledger says so of the same bundle, phase, nodes and time to confirm it. */
export function beginApplication(journal: Run['journal'], apply: ApplyEvent): void {
  const begun = ledgerState(journal.entries).active.get(apply.mitigation);
  const goesOn =
    begun !== undefined &&
    begun.phase !== 'backing-out' &&
    begun.apply.bundle === apply.bundle &&
    begun.apply.phase === apply.phase &&
    (begun.confirmed || begun.apply.confirmBy === apply.confirmBy) &&
    apply.nodes.every((node) => begun.apply.nodes.includes(node));
  if (!goesOn) journal.append(apply);
}

/** Whether this very version and phase has claimed its part of the object, in this run or one before it. */
function wasClaimed({ entries }: Run['journal'], { mitigation, bundle, phase }: ApplyEvent, target: string): boolean {
  let isCurrent = false;
  let isMade = false;
  for (const entry of entries) {
    if (entry.event === 'apply' && entry.mitigation === mitigation) {
      const same = entry.bundle === bundle && entry.phase === phase;
      if (!same || !isCurrent) isMade = false;
      isCurrent = same;
    } else if (entry.event === 'intent' && entry.mitigation === mitigation && entry.target === target) {
      isMade = isCurrent && entry.action === 'claim';
    }
  }
  return isMade;
}

/** The claims with those of the holders replaced by what is wanted now; undefined when that is claimed and in place. */
function claimsWanted(
  { live: { document }, claims }: Moment,
  target: string,
  edits: ObjectEdits['edits'],
  holders: readonly string[],
  isMade: boolean,
): ClaimedObject | undefined {
  const [holder = ''] = holders;
  const own = claims.regions.flatMap((region) => region.claims.filter((claim) => holders.includes(claim.holder)));
  // Claims of an earlier version may hold more than this one wants, which looks just as what a server adds by itself.
  const asWanted =
    isMade &&
    own.length === edits.length &&
    edits.every(({ path, value }) =>
      own.some((claim) => claim.holder === holder && samePath(claim.path, path) && covers(claim.value, value)),
    );
  if (asWanted) {
    const isOwn = (path: Path): boolean => own.some((claim) => isWithin(claim.path, path));
    // Where it is not in place, the claims stay and are laid over what is there, if that was asked for.
    return differences(claims, document).some(({ path }) => isOwn(path)) ? claims : undefined;
  }
  const makes = edits.some(({ path }) => path.length === 0);
  if (makes && document !== undefined && !claims.regions.some(({ path }) => path.length === 0)) {
    throw new PlimsollError('unsupported', `${target} is there already, made by others: set its values one by one`);
  }
  let next = holders.reduce(releaseClaims, claims);
  let current = transformed(claims, next, document);
  let order = Math.max(0, ...claims.regions.flatMap((region) => region.claims.map((claim) => claim.order)));
  for (const { path, value } of edits) {
    if (!hasPlace(current, path) || (current === undefined && path.length > 0)) {
      const what = current === undefined ? 'is not there' : `has no place for ${pathText(path)}`;
      throw new PlimsollError('unsupported', `${target} ${what}`);
    }
    order += 1;
    const added = addClaim(next, current, { holder, order, path, value });
    current = transformed(next, added, current);
    next = added;
  }
  return next;
}

/** The object that claims were made of is gone: another of its name is a fresh one. */
function forgetAll(run: Run, target: string, reason: string): void {
  const holders = ledgerState(run.journal.entries).objects.get(target)?.holders ?? new Set();
  for (const mitigation of holders) {
    run.journal.append({ event: 'left', mitigation, target, paths: [], outcome: 'impossible', reason });
    forgetClaims(run, target, mitigation);
  }
}

/** Those whose claims have all gone over to the new one are gone. */
function endSuperseded({ journal }: Run, { mitigation, supersedes }: ApplyEvent): void {
  const { active, objects } = ledgerState(journal.entries);
  for (const old of supersedes) {
    const one = active.get(old);
    // Its scripts may have run on nodes, and people may have done its steps: that ends with its own back-out.
    if (one === undefined || one.unheard.size > 0 || one.attested.size > 0) continue;
    if ([...objects.values()].some(({ holders }) => holders.has(old))) continue;
    journal.append({ event: 'backed-out', mitigation: old, reason: `superseded by ${mitigation}` });
  }
}
