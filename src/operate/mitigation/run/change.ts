// One change to one object, such that it can be killed anywhere: read, reckon, rehearse, write down what is meant with all that is needed to undo it,
// change on condition that nothing changed meanwhile, write down what came of it.
import { PlimsollError } from '../../../platform/errors.ts';
import {
  type ClaimedObject,
  type Difference,
  differences,
  type Region,
  rebased,
  touchedPaths,
  transformed,
  UNCLAIMED,
  wantedIn,
} from '../field/claims.ts';
import { sameValue, type Value, valueAt } from '../field/document.ts';
import { droppedPath } from '../field/dropped.ts';
import { isWithin, type Path, pathText, samePath } from '../field/path.ts';
import { stableForm } from '../field/stable-form.ts';
import type { ContentReference, IntentEvent } from '../ledger/entry.ts';
import type { Journal } from '../ledger/ledger.ts';
import { ledgerState } from '../ledger/state.ts';
import type { LiveObject, ObjectDriver } from './driver.ts';

/** Times that a change is reckoned anew because others changed the object at the same time. */
const MOST_TRIES = 5;

/** What a run works on. */
export interface Run {
  readonly journal: Journal;
  readonly driver: ObjectDriver;
}

/** The object and its claims at the moment of a change. */
export interface Moment {
  readonly live: LiveObject;
  readonly claims: ClaimedObject;
}

/**
 * What to do where an object is not as the ledger says that it was left: nothing; leave what others put there; or write over it. What is written over by
 * a claim is what will be given back.
 */
export type OnDifference = 'ask' | 'leave' | 'overwrite';

/** What a change is to be. */
export interface Change {
  readonly target: string;
  readonly mitigation: string;
  readonly action: IntentEvent['action'];
  readonly onDifference: OnDifference;
  /** Mitigations whose claims on the object end with it. */
  readonly replaces?: readonly string[];
  /**
   * The claims that are to hold; undefined when they hold already.
   * @throws PlimsollError `unsupported` for claims that have no place in the object
   */
  readonly after: (moment: Moment) => ClaimedObject | undefined;
}

/** What came of a change. */
export type ChangeOutcome =
  | { readonly outcome: 'done' | 'nothing-to-do' }
  | { readonly outcome: 'already-different'; readonly differences: readonly Difference[] }
  | Impossible;

/** What came of one object. */
export interface ObjectResult {
  readonly target: string;
  readonly outcome: ChangeOutcome;
}

/** Why a value cannot be given back, or a claim not be made. */
export interface Impossible {
  readonly outcome: 'impossible';
  readonly reason: string;
  /** It never will be: the object that was changed is gone, or nobody knows any more how it was. */
  readonly forGood: boolean;
}

/**
 * Makes a change. Throws what the system or the ledger throws: what was begun is then settled by the next run.
 * @throws PlimsollError `cluster` when others change the object faster than it can be read
 */
export async function changeObject(run: Run, change: Change): Promise<ChangeOutcome> {
  for (let tried = 0; tried < MOST_TRIES; tried += 1) {
    const moment = await momentOf(run, change.target);
    if ('outcome' in moment) return moment;
    const reckoned = reckon(moment, change);
    if ('outcome' in reckoned) return reckoned;
    const outcome = await carryOut(run, change, moment, reckoned);
    if (outcome.outcome !== 'changed-meanwhile') return outcome;
  }
  throw new PlimsollError('cluster', `${change.target} is changed by others again and again: try later`);
}

/** The object and its claims now; or why the ledger cannot speak of it. */
export async function momentOf({ journal, driver }: Run, target: string): Promise<Moment | Impossible> {
  const live = await driver.read(target);
  const known = ledgerState(journal.entries).objects.get(target);
  if (known === undefined) return { live, claims: UNCLAIMED };
  const claims = claimsIn(journal, known.content);
  if (claims === undefined) {
    const reason = 'what was captured of it was deleted: what stood there before is not known';
    return { outcome: 'impossible', reason, forGood: true };
  }
  if (claims.regions.length === 0) return { live, claims };
  if (known.uid === live.uid) return { live, claims };
  const what = live.uid === undefined ? 'it is gone' : 'another object has its name now';
  const reason = `${what}: what was changed of the one before went with it`;
  return { outcome: 'impossible', reason, forGood: true };
}

/** The claims in a captured content; undefined when it was deleted. */
export function claimsIn(journal: Pick<Journal, 'content'>, reference: ContentReference): ClaimedObject | undefined {
  // Only this program writes contents, and what another wrote does not open.
  return journal.content(reference) as ClaimedObject | undefined;
}

interface Reckoned {
  readonly after: ClaimedObject;
  readonly next: Value;
  /** Regions that are let go as they are. */
  readonly left: readonly Path[];
  /** Regions that are laid anew over what others put there. */
  readonly relaid: readonly Path[];
}

function reckon({ live, claims }: Moment, change: Change): Reckoned | ChangeOutcome {
  const { document } = live;
  const different = differences(claims, document);
  const takesOver = change.action === 'claim' && change.onDifference === 'overwrite';
  const paths = different.map(({ path }) => path);
  const after = change.after({ live, claims: takesOver ? rebased(claims, document, paths) : claims });
  if (after === undefined) return { outcome: 'nothing-to-do' };
  // Claims that stay as they are, on an object that others changed, are to be laid over it anew.
  const touched = after === claims ? paths : touchedPaths(claims, after);
  const inTheWay = different.filter(({ path }) => isAmong(path, touched));
  if (inTheWay.length > 0 && change.onDifference === 'ask') {
    return { outcome: 'already-different', differences: inTheWay };
  }
  const left = change.onDifference === 'leave' ? inTheWay.map(({ path }) => path) : [];
  // Laid over what is there also where that is just what stood there at first, as after a rollback: the claims are then the same as before.
  const relaid = takesOver ? paths.filter((path) => after.regions.some((region) => samePath(region.path, path))) : [];
  const next = transformed(withoutRegions(claims, [...left, ...relaid]), withoutRegions(after, left), document);
  return { after, next, left, relaid };
}

async function carryOut(
  { journal, driver }: Run,
  { target, mitigation, action, replaces }: Change,
  { live, claims: before }: Moment,
  { after, next, left, relaid }: Reckoned,
): Promise<ChangeOutcome | { readonly outcome: 'changed-meanwhile' }> {
  const writes = !sameValue(next, live.document);
  const rehearsal = writes
    ? await driver.rehearse(target, live, next)
    : { outcome: 'rehearsed' as const, document: next };
  if (rehearsal.outcome === 'changed-meanwhile') return rehearsal;
  const { document } = rehearsal;
  const stored = withStoredValues(after, document, before);
  const touched = touchedPaths(withoutRegions(before, relaid), stored);
  const wrong = [
    ...differences(withoutRegions(stored, left), document).filter(({ path }) => isAmong(path, touched)),
    ...otherwise(before, stored, next, document),
  ][0];
  if (wrong !== undefined) {
    const place = pathText(wrong.path) || 'the object';
    const reason = `${place} would come out as something else than was meant`;
    return { outcome: 'impossible', reason, forGood: false };
  }
  const dropped = droppedIn(after, touched, document);
  if (dropped !== undefined) {
    const reason = `the server does not keep ${dropped}: it knows no such field`;
    return { outcome: 'impossible', reason, forGood: false };
  }
  const paths = touched.map(pathText).sort();
  const intent = journal.append({
    event: 'intent',
    mitigation,
    action,
    target,
    paths,
    ...(replaces === undefined || replaces.length === 0 ? {} : { replaces }),
    content: journal.keep(stored),
  });
  const written = writes ? await driver.write(target, live, next) : { outcome: 'written' as const, live };
  if (written.outcome === 'changed-meanwhile') {
    const reason = 'others changed it at the same time';
    journal.append({ event: 'outcome', of: intent.sequence, outcome: 'abandoned', reason });
    return written;
  }
  const { uid } = written.live;
  journal.append({ event: 'outcome', of: intent.sequence, outcome: 'done', ...(uid === undefined ? {} : { uid }) });
  return { outcome: 'done' };
}

/** The claims with the values that the system makes of the new ones, such as defaults within them. */
function withStoredValues(after: ClaimedObject, document: Value, before: ClaimedObject): ClaimedObject {
  const known = new Set(before.regions.flatMap(({ claims }) => claims.map(({ order }) => order)));
  const regions = after.regions.map((region): Region => {
    const claims = region.claims.map((claim) =>
      known.has(claim.order) ? claim : { ...claim, value: valueAt(document, claim.path) },
    );
    return { ...region, claims };
  });
  return { ...after, regions };
}

/** A value that is wanted and that the server leaves out: it would look as if it had been set. */
function droppedIn({ regions, orders }: ClaimedObject, touched: readonly Path[], document: Value): string | undefined {
  for (const region of regions) {
    if (!isAmong(region.path, touched)) continue;
    const whole = region.path.length === 0;
    const wanted = whole ? stableForm(wantedIn(region, orders)) : wantedIn(region, orders);
    const path = droppedPath(wanted, valueAt(document, region.path), region.path);
    if (path !== undefined) return pathText(path);
  }
  return undefined;
}

/** Places that are let go and would not have again what stood there. */
function otherwise(before: ClaimedObject, after: ClaimedObject, next: Value, document: Value): readonly Difference[] {
  return touchedPaths(before, after).flatMap((path) => {
    if (after.regions.some((region) => isWithin(path, region.path))) return [];
    const [expected, found] = [valueAt(next, path), valueAt(document, path)];
    return sameValue(expected, found) ? [] : [{ path, expected, found }];
  });
}

/** Whether the place overlaps one of the others. */
function isAmong(path: Path, others: readonly Path[]): boolean {
  return others.some((one) => isWithin(path, one) || isWithin(one, path));
}

function withoutRegions(claims: ClaimedObject, left: readonly Path[]): ClaimedObject {
  if (left.length === 0) return claims;
  return { ...claims, regions: claims.regions.filter(({ path }) => !left.some((one) => samePath(one, path))) };
}
