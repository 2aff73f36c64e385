// What scripts printed on nodes, into the ledger. Results are words of nodes, and one node can print another's name: only what a script was written for
// counts, and of contradictory results none.
import {
  addClaim,
  type ClaimedObject,
  type Region,
  rebased,
  releaseClaims,
  touchedPaths,
  UNCLAIMED,
  wantedIn,
} from '../field/claims.ts';
import { sameValue, type Value, withValue } from '../field/document.ts';
import { type Path, pathText, samePath } from '../field/path.ts';
import type { Journal } from '../ledger/ledger.ts';
import { ledgerState, nodeTarget } from '../ledger/state.ts';
import { isWanted, NODE_PLACES, nodePath } from '../node/place.ts';
import type { NodeResult } from '../node/results.ts';
import { claimsIn, type OnDifference } from './change.ts';
import { claimsOfNode, documentOf } from './nodes.ts';

/** What the results of a node come to. */
export interface NodeOutcome {
  readonly node: string;
  /** Nothing more is to come from there. */
  readonly done: boolean;
  /** What was not done, and why. */
  readonly problems: readonly string[];
}

/** Results that are to be recorded. Those of other mitigations and actions are passed over. */
export interface GivenResults {
  readonly mitigation: string;
  readonly action: 'apply' | 'backout';
  readonly results: readonly NodeResult[];
  /** `leave`: places that others changed keep what they have, and are let go. */
  readonly onDifference: OnDifference;
}

/** Records what scripts printed, node by node. */
export function recordResults(journal: Journal, given: GivenResults): readonly NodeOutcome[] {
  const own = given.results.filter((one) => one.mitigation === given.mitigation && one.action === given.action);
  return [...Map.groupBy(own, ({ node }) => node)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, results]) => recordNode(journal, node, { ...given, results: lastOfEach(results) }, results));
}

function recordNode(
  journal: Journal,
  node: string,
  { mitigation, action, results, onDifference }: GivenResults,
  all: readonly NodeResult[],
): NodeOutcome {
  const one = ledgerState(journal.entries).active.get(mitigation);
  const scripted = one?.scripted.get(node);
  if (action === 'apply' && scripted === undefined) {
    return { node, done: false, problems: ['no script of this mitigation was written for it'] };
  }
  const contradiction = contradictionIn(all);
  if (contradiction !== undefined) return { node, done: false, problems: [contradiction] };
  const machine = all[0]?.machine ?? '';
  const again = forgetEarlier(journal, node, machine);
  const claims = claimsOfNode(journal, node);
  const strange = results.filter((result) => action === 'apply' && isPlace(result) && !scripted?.has(pathOf(result)));
  const fitting = results.filter((result) => !strange.includes(result));
  const left = action === 'backout' && onDifference === 'leave';
  const open = fitting.filter(({ kind, outcome }) => kind !== 'probe' && !isDone(outcome, left));
  for (const { kind, key, outcome } of fitting) {
    if (outcome !== 'different') continue;
    const reason = 'the place is not as the ledger says that it was left';
    const paths = [pathText([kind, key])];
    const target = nodeTarget(node);
    journal.append({ event: 'left', mitigation, target, paths, outcome: 'already-different', reason });
  }
  const after =
    action === 'backout'
      ? released(claims, mitigation, fitting, left)
      : fitting.reduce((next, result) => claimed(next, mitigation, result, one?.overwriting), claims);
  const unfinished = open.length > 0 || strange.length > 0;
  // That nothing of it is there is known now, too.
  if (!sameValue(after, claims) || (action === 'apply' && fitting.length > 0)) {
    record(journal, { mitigation, node, machine, claims, after, unfinished });
  }
  const problems = [
    ...strange.map((result) => `${pathOf(result)}: no script of this mitigation changes that`),
    ...fitting
      .filter(({ outcome }) => !isDone(outcome, left))
      .map(({ step, key, outcome }) => `${step} ${key}: ${outcome}`),
  ];
  return { node, done: problems.length === 0, problems: [...again, ...problems] };
}

interface Recorded {
  readonly mitigation: string;
  readonly node: string;
  readonly machine: string;
  readonly claims: ClaimedObject;
  readonly after: ClaimedObject;
  readonly unfinished: boolean;
}

function record(journal: Journal, { mitigation, node, machine, claims, after, unfinished }: Recorded): void {
  const intent = journal.append({
    event: 'intent',
    mitigation,
    action: holds(after, mitigation) ? 'claim' : 'release',
    target: nodeTarget(node),
    paths: touchedPaths(claims, after).map(pathText).sort(),
    ...(unfinished ? { unfinished } : {}),
    content: journal.keep(after),
  });
  journal.append({ event: 'outcome', of: intent.sequence, outcome: 'done', uid: machine });
}

/** When a node was installed anew, what was changed before went with it: all claims on it end, and it is told. */
function forgetEarlier(journal: Journal, node: string, machine: string): readonly string[] {
  const target = nodeTarget(node);
  const known = ledgerState(journal.entries).objects.get(target);
  if (known?.uid === undefined || known.uid === machine || known.holders.size === 0) return [];
  const reason = 'it was installed anew: what was changed before went with it';
  let claims = claimsIn(journal, known.content) ?? UNCLAIMED;
  const holders = [...known.holders];
  for (const [at, holder] of holders.entries()) {
    const after = releaseClaims(claims, holder);
    journal.append({ event: 'left', mitigation: holder, target, paths: [], outcome: 'impossible', reason });
    // It is the new machine once all claims on the one before have ended: a run that is killed in between goes on with them.
    const told = at === holders.length - 1 ? machine : known.uid;
    record(journal, { mitigation: holder, node, machine: told, claims, after, unfinished: true });
    claims = after;
  }
  return [reason];
}

/** Of several results of a place the last: a script may run again. */
function lastOfEach(results: readonly NodeResult[]): readonly NodeResult[] {
  return [...new Map(results.map((one) => [JSON.stringify([one.step, one.kind, one.key]), one])).values()];
}

/** What stood at a place before a script that applies, and stands there after it, is the same however often that script runs. */
function contradictionIn(results: readonly NodeResult[]): string | undefined {
  const [first] = results;
  if (results.some(({ machine }) => machine !== first?.machine)) return 'two machines say that they are this node';
  const found = results
    .filter((one) => isPlace(one) && one.action === 'apply' && one.outcome === 'done')
    .find((one, at, done) =>
      done.slice(0, at).some((other) => {
        const isSame = other.before === one.before && isWanted(placeOf(one) ?? 'file', other.after, one.after);
        return other.run === one.run && other.kind === one.kind && other.key === one.key && !isSame;
      }),
    );
  return found === undefined ? undefined : `${pathOf(found)}: its results contradict each other`;
}

/**
 * The claims with that of one result: what the script found is what will be given back, what it left is what will be looked for.
 * @param overwriting the run that wrote over what others had put there
 */
function claimed(
  claims: ClaimedObject,
  mitigation: string,
  result: NodeResult,
  overwriting: string | undefined,
): ClaimedObject {
  const { key, outcome, before, after } = result;
  const place = placeOf(result);
  if (place === undefined || outcome !== 'done') return claims;
  const path = nodePath({ kind: place, key });
  const held = claims.regions.find((region) => samePath(region.path, path));
  const own = held?.claims.find(({ holder }) => holder === mitigation);
  const others = own === undefined ? claims : withoutClaim(claims, mitigation, path);
  const below = held === undefined ? before : wantedBelow(others, held, path);
  if (own !== undefined && isWanted(place, after, textOf(own.value))) {
    const isOurs = [below, own.value].some((one) => isWanted(place, before, textOf(one)));
    // Others had put there what was now written over: that is what will be given back.
    return isOurs || result.run !== overwriting
      ? claims
      : rebased(claims, withValue(documentOf(claims), path, before), [path]);
  }
  const document = withValue(documentOf(others), path, below);
  const order = 1 + Math.max(0, ...claims.regions.flatMap((region) => region.claims.map((claim) => claim.order)));
  return addClaim(others, document, { holder: mitigation, order, path, value: after });
}

/** The claims without those whose places were given back, or left to others. */
function released(
  claims: ClaimedObject,
  mitigation: string,
  results: readonly NodeResult[],
  left: boolean,
): ClaimedObject {
  const given = results.filter((one) => isPlace(one) && isDone(one.outcome, left));
  return given.reduce((next, { kind, key }) => withoutClaim(next, mitigation, [kind, key]), claims);
}

function withoutClaim(claims: ClaimedObject, mitigation: string, path: Path): ClaimedObject {
  const regions = claims.regions.flatMap((region) => {
    if (!samePath(region.path, path)) return [region];
    const held = region.claims.filter(({ holder }) => holder !== mitigation);
    return held.length === 0 ? [] : [{ ...region, claims: held }];
  });
  return { ...claims, regions };
}

/** What stands at a place without one's own claim. */
function wantedBelow(others: ClaimedObject, held: Region, path: Path): Value {
  const region = others.regions.find((one) => samePath(one.path, path));
  return region === undefined ? held.base : wantedIn(region);
}

function holds({ regions }: ClaimedObject, mitigation: string): boolean {
  return regions.some(({ claims }) => claims.some(({ holder }) => holder === mitigation));
}

function isDone(outcome: NodeResult['outcome'], left: boolean): boolean {
  return outcome === 'done' || outcome === 'not-here' || outcome === 'pass' || (left && outcome === 'different');
}

function placeOf({ kind }: NodeResult): (typeof NODE_PLACES)[number] | undefined {
  return NODE_PLACES.find((one) => one === kind);
}

function isPlace(result: NodeResult): boolean {
  return placeOf(result) !== undefined;
}

function pathOf({ kind, key }: NodeResult): string {
  return pathText([kind, key]);
}

function textOf(value: Value): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
