// What became of changes that a killed run began: the object tells, since the intent says how it was meant to be, and the ledger how it was before.
import { type ClaimedObject, differences, touchedPaths, UNCLAIMED } from '../field/claims.ts';
import { isEmpty, sameValue, type Value, valueAt } from '../field/document.ts';
import { isWithin, samePath } from '../field/path.ts';
import type { OutcomeEvent } from '../ledger/entry.ts';
import { ledgerState, targetKind } from '../ledger/state.ts';
import { claimsIn, type Run } from './change.ts';

/** Records for each intent without an outcome what came of it. Every run begins with this. */
export async function settlePending({ journal, driver }: Run): Promise<void> {
  for (const { entry } of ledgerState(journal.entries).pending) {
    const kind = targetKind(entry.target);
    // What people are to set stays open until it is found set.
    if (kind === 'release' && entry.action === 'claim') continue;
    if (kind !== 'object') {
      // Only what had been found there was being written down: it is found again.
      const reason = 'the run was ended before what it had found was recorded';
      journal.append({ event: 'outcome', of: entry.sequence, outcome: 'abandoned', reason });
      continue;
    }
    const known = ledgerState(journal.entries).objects.get(entry.target);
    const before = known === undefined ? UNCLAIMED : claimsIn(journal, known.content);
    const meant = claimsIn(journal, entry.content);
    const { document, uid } = await driver.read(entry.target);
    const found = before === undefined || meant === undefined ? undefined : made(document, before, meant);
    journal.append({
      event: 'outcome',
      of: entry.sequence,
      ...(found ?? unclear(entry.action)),
      ...(uid === undefined ? {} : { uid }),
    });
  }
}

/** Whether the change was made; undefined when the object is neither as it was nor as it was meant to be. */
function made(
  document: Value,
  before: ClaimedObject,
  meant: ClaimedObject,
): Pick<OutcomeEvent, 'outcome' | 'reason'> | undefined {
  const touched = touchedPaths(before, meant);
  const isTouched = ({ path }: { readonly path: (typeof touched)[number] }): boolean =>
    touched.some((one) => isWithin(path, one) || isWithin(one, path));
  const given = before.regions.filter(({ path }) => !meant.regions.some((region) => isWithin(path, region.path)));
  // An entry may be gone with another mitigation, and the list that was made for it be all that is still to go.
  const leftover = before.made.filter((path) => !meant.made.some((kept) => samePath(kept, path)));
  const isMeant =
    differences(meant, document).filter(isTouched).length === 0 &&
    given.every(({ path, base }) => sameValue(valueAt(document, path), base)) &&
    !leftover.some((path) => isEmpty(valueAt(document, path)));
  if (isMeant) return { outcome: 'done', reason: 'the run was ended; the object is as it was meant to be' };
  if (differences(before, document).filter(isTouched).length > 0) return undefined;
  // What was not claimed before must be what the claim found.
  const fresh = meant.regions.filter(({ path }) => !before.regions.some((region) => isWithin(region.path, path)));
  if (!fresh.every(({ path, base }) => sameValue(valueAt(document, path), base))) return undefined;
  return { outcome: 'abandoned', reason: 'the run was ended; the object is as it was before' };
}

/** Others changed it since. What was claimed stays known with what stood there before, so that the next action finds the difference, and asks. */
function unclear(action: 'claim' | 'release'): Pick<OutcomeEvent, 'outcome' | 'reason'> {
  const reason = 'the run was ended; the object is neither as it was nor as it was meant to be';
  return { outcome: action === 'claim' ? 'done' : 'abandoned', reason };
}
