// Values of chart releases: captured and read back here, set by people with what deploys the chart, since only that keeps them over the next deployment. An
// intent is written with what stood there, and stays open until the values are found set.
import { PlimsollError } from '../../../platform/errors.ts';
import { addClaim, type ClaimedObject, differences, releaseClaims, transformed, UNCLAIMED } from '../field/claims.ts';
import { hasPlace, isMembers, sameValue, type Value, valueAt } from '../field/document.ts';
import { type Path, pathText, samePath } from '../field/path.ts';
import type { Journal } from '../ledger/ledger.ts';
import { ledgerState, type PendingIntent, targetKind } from '../ledger/state.ts';
import { claimsIn, type OnDifference } from './change.ts';

/** A release as it is deployed. */
export interface LiveRelease {
  /** The values that were given to it, without the chart's own defaults. */
  readonly document: Value;
  /** Instant of its first deployment, which tells it from another release of its name. */
  readonly uid: string;
  readonly revision: number;
  /** `NAME-VERSION`. */
  readonly chart: string;
}

/** Reads a release; undefined when none of the name is deployed. */
export type ReadRelease = (target: string) => Promise<LiveRelease | undefined>;

/** Values that a step wants in one release. */
export interface ReleaseEdits {
  readonly step: string;
  /** `release NAMESPACE/NAME`. */
  readonly target: string;
  readonly edits: readonly { readonly path: Path; readonly value: Value }[];
}

/** What came of one release. */
export interface ReleaseOutcome {
  readonly step: string;
  readonly done: boolean;
  /** What people are to do, or why it is not known. */
  readonly text: string;
}

/** A run that reads releases and writes the ledger. */
export interface ReleaseRun {
  readonly journal: Journal;
  readonly read: ReadRelease;
}

/**
 * Captures what stands in the releases, tells what is to be set, and records what is found set.
 * @param kept releases that it is for; what an earlier version set in others is to be given back
 * @throws PlimsollError `unsupported` for a value that has no place
 */
export async function applyReleases(
  run: ReleaseRun,
  mitigation: string,
  wanted: readonly ReleaseEdits[],
  kept: readonly string[] = wanted.map(({ target }) => target),
): Promise<readonly ReleaseOutcome[]> {
  const outcomes: ReleaseOutcome[] = [];
  for (const edits of wanted) outcomes.push(await applyRelease(run, mitigation, edits));
  const others = await backOutReleases(run, mitigation, 'ask', (target) => !kept.includes(target));
  return [...outcomes, ...others];
}

async function applyRelease(
  { journal, read }: ReleaseRun,
  mitigation: string,
  { step, target, edits }: ReleaseEdits,
): Promise<ReleaseOutcome> {
  const live = await read(target);
  if (live === undefined) return { step, done: false, text: `${target} is not deployed` };
  const { document, uid } = live;
  const open = pendingOf(journal, target);
  if (open !== undefined && open.entry.mitigation !== mitigation) {
    return { step, done: false, text: `${target}: ${open.entry.mitigation} is still to be set there, or backed out` };
  }
  const claims = claimsOf(journal, target, uid);
  const isSet = edits.every(({ path, value }) => sameValue(valueAt(document, path), value));
  if (open !== undefined) {
    const captured = claimsIn(journal, open.entry.content);
    if (isSet && captured !== undefined && isClaimed(captured, mitigation, edits)) {
      journal.append({ event: 'outcome', of: open.entry.sequence, outcome: 'done', uid });
      return { step, done: true, text: `${target} has the values` };
    }
    const isAsCaptured = sameValue(captured, wantedClaims(claims, document, mitigation, edits));
    if (isAsCaptured) return { step, done: false, text: procedure(live, target, edits) };
    const reason = 'others changed the values before these were set';
    journal.append({ event: 'outcome', of: open.entry.sequence, outcome: 'abandoned', reason });
  } else if (isClaimed(claims, mitigation, edits)) {
    return { step, done: isSet, text: isSet ? `${target} has the values` : procedure(live, target, edits) };
  }
  const paths = edits.map(({ path }) => pathText(path)).sort();
  const content = journal.keep(wantedClaims(claims, document, mitigation, edits));
  const intent = journal.append({ event: 'intent', mitigation, action: 'claim', target, paths, content });
  if (!isSet) return { step, done: false, text: procedure(live, target, edits) };
  journal.append({ event: 'outcome', of: intent.sequence, outcome: 'done', uid });
  return { step, done: true, text: `${target} has the values` };
}

/** Tells which values are to be given back, and records what is found given back. */
export async function backOutReleases(
  { journal, read }: ReleaseRun,
  mitigation: string,
  onDifference: OnDifference,
  concerns: (target: string) => boolean = () => true,
): Promise<readonly ReleaseOutcome[]> {
  const outcomes: ReleaseOutcome[] = [];
  const targets = new Set([
    ...[...ledgerState(journal.entries).objects].flatMap(([target, { holders }]) =>
      holders.has(mitigation) ? [target] : [],
    ),
    ...ledgerState(journal.entries).pending.flatMap(({ entry }) =>
      entry.mitigation === mitigation ? [entry.target] : [],
    ),
  ]);
  for (const target of targets) {
    if (targetKind(target) !== 'release' || !concerns(target)) continue;
    const live = await read(target);
    settleOpen(journal, target, live);
    if (!(ledgerState(journal.entries).objects.get(target)?.holders.has(mitigation) ?? false)) continue;
    outcomes.push(backOutRelease(journal, mitigation, target, live, onDifference));
  }
  return outcomes;
}

/** What was captured for values that nobody set is of no use; values that were set in part are told as a difference. */
function settleOpen(journal: Journal, target: string, live: LiveRelease | undefined): void {
  const open = pendingOf(journal, target);
  if (open === undefined) return;
  const before = claimsOf(journal, target, live?.uid);
  const captured = claimsIn(journal, open.entry.content);
  const fresh = captured?.regions.filter(({ path }) => !before.regions.some((one) => samePath(one.path, path))) ?? [];
  const isUntouched = fresh.every(({ path, base }) => sameValue(valueAt(live?.document, path), base));
  const done = live !== undefined && captured !== undefined && !isUntouched;
  const reason = done ? 'values were set' : 'nobody set the values';
  const uid = done ? { uid: live.uid } : {};
  journal.append({ event: 'outcome', of: open.entry.sequence, outcome: done ? 'done' : 'abandoned', reason, ...uid });
}

function backOutRelease(
  journal: Journal,
  mitigation: string,
  target: string,
  live: LiveRelease | undefined,
  onDifference: OnDifference,
): ReleaseOutcome {
  const step = target;
  const claims = claimsOf(journal, target, live?.uid);
  const after = releaseClaims(claims, mitigation);
  const released = (text: string): ReleaseOutcome => {
    const content = journal.keep(after);
    const intent = journal.append({ event: 'intent', mitigation, action: 'release', target, paths: [], content });
    journal.append({
      event: 'outcome',
      of: intent.sequence,
      outcome: 'done',
      ...(live === undefined ? {} : { uid: live.uid }),
    });
    return { step, done: true, text };
  };
  const own = claims.regions.filter((region) => region.claims.some(({ holder }) => holder === mitigation));
  if (live === undefined || own.length === 0) {
    const reason = 'the release is gone or is another one: what was changed of it went with it';
    journal.append({ event: 'left', mitigation, target, paths: [], outcome: 'impossible', reason });
    return released(reason);
  }
  const next = transformed(claims, after, live.document);
  const open = own.filter(({ path }) => !sameValue(valueAt(live.document, path), valueAt(next, path)));
  if (open.length === 0) return released(`${target} has again what it had`);
  const changed = differences({ ...claims, regions: open }, live.document);
  if (changed.length > 0 && onDifference !== 'overwrite') {
    const paths = changed.map(({ path }) => pathText(path)).sort();
    const reason = 'others changed it since: leave it, or write over it';
    journal.append({ event: 'left', mitigation, target, paths, outcome: 'already-different', reason });
    if (onDifference === 'leave') return released(`${target} keeps what others put there`);
    return { step, done: false, text: `${target}: others changed ${paths.join(', ')}; decide with --on-difference` };
  }
  const back = open.map(({ path }) => ({ path, value: valueAt(next, path) }));
  return { step, done: false, text: procedure(live, target, back) };
}

/** What people do. Helm merges maps into those that are there, and a value of null takes one away. */
function procedure({ revision, chart, document }: LiveRelease, target: string, edits: ReleaseEdits['edits']): string {
  const [namespace, name] = target.slice('release '.length).split('/');
  const values = edits.reduce<Value>(
    (all, { path, value }) => nested(all, path, merging(valueAt(document, path), value)),
    {},
  );
  const flags = `-n ${namespace} ${name} CHART --version VERSION --reuse-values --values FILE`;
  return `${target}, revision ${revision} of ${chart}: set ${JSON.stringify(values)} where the release is deployed from, and deploy it (with helm alone: helm upgrade ${flags}); then run this again, which reads them back`;
}

/** What makes a value of another when it is merged into it. */
function merging(from: Value, to: Value): Value {
  if (to === undefined) return null;
  if (!isMembers(from) || !isMembers(to)) return to;
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return Object.fromEntries(names.map((name) => [name, merging(from[name], to[name])]));
}

function nested(all: Value, [name, ...rest]: Path, value: Value): Value {
  if (typeof name !== 'string') return value;
  const members = isMembers(all) ? all : {};
  return { ...members, [name]: nested(members[name], rest, value) };
}

function wantedClaims(
  claims: ClaimedObject,
  document: Value,
  holder: string,
  edits: ReleaseEdits['edits'],
): ClaimedObject {
  let next = releaseClaims(claims, holder);
  let current = transformed(claims, next, document);
  let order = Math.max(0, ...claims.regions.flatMap((region) => region.claims.map((claim) => claim.order)));
  for (const { path, value } of edits) {
    if (!hasPlace(current, path)) {
      throw new PlimsollError('unsupported', `the values of the release have no place for ${pathText(path)}`);
    }
    order += 1;
    const added = addClaim(next, current, { holder, order, path, value });
    current = transformed(next, added, current);
    next = added;
  }
  return next;
}

function isClaimed({ regions }: ClaimedObject, mitigation: string, edits: ReleaseEdits['edits']): boolean {
  const own = regions.flatMap(({ claims }) => claims.filter(({ holder }) => holder === mitigation));
  return (
    own.length === edits.length &&
    edits.every(({ path, value }) => own.some((claim) => samePath(claim.path, path) && sameValue(claim.value, value)))
  );
}

/** Claims on the release; none when it is another one than they were made of. */
function claimsOf(journal: Journal, target: string, uid: string | undefined): ClaimedObject {
  const known = ledgerState(journal.entries).objects.get(target);
  if (known === undefined || known.uid !== uid) return UNCLAIMED;
  return claimsIn(journal, known.content) ?? UNCLAIMED;
}

function pendingOf({ entries }: Journal, target: string): PendingIntent | undefined {
  return ledgerState(entries).pending.find(({ entry }) => entry.target === target && entry.action === 'claim');
}
