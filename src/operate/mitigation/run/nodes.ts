// Nodes in the ledger: what a script must do on each, by what the ledger knows of it, and what its results change in the ledger.
import {
  addClaim,
  type ClaimedObject,
  releaseClaims,
  touchedPaths,
  transformed,
  UNCLAIMED,
  wantedIn,
} from '../field/claims.ts';
import { sameValue, type Value, valueAt, withValue } from '../field/document.ts';
import { type Path, pathText, samePath } from '../field/path.ts';
import type { Journal } from '../ledger/ledger.ts';
import { ledgerState, nodeTarget } from '../ledger/state.ts';
import { isWanted, NODE_PLACES, type NodeEdit, nodePath } from '../node/place.ts';
import type { NodeResult } from '../node/results.ts';
import type { NodeChange } from '../node/script.ts';
import { claimsIn } from './change.ts';

/** A place of a node with the step that wants it. */
export type StepEdit = NodeEdit & { readonly step: string };

/** What applying must do on each node: where the ledger knows a place, it must be as the ledger says. */
export function applyChanges(
  journal: Pick<Journal, 'entries' | 'content'>,
  nodes: readonly string[],
  edits: readonly StepEdit[],
): ReadonlyMap<string, readonly NodeChange[]> {
  return new Map(
    nodes.map((node) => {
      const claims = claimsOfNode(journal, node);
      const changes = edits.map((edit): NodeChange => {
        const region = claims.regions.find(({ path }) => samePath(path, nodePath(edit)));
        return { ...edit, expected: region === undefined ? { any: true } : valueMember(wantedIn(region)) };
      });
      return [node, changes];
    }),
  );
}

/** What backing out must do on each node: what others still claim there, or what stood there before. The last change first. */
export function backoutChanges(
  journal: Pick<Journal, 'entries' | 'content'>,
  mitigation: string,
): ReadonlyMap<string, readonly NodeChange[]> {
  const changes = new Map<string, readonly NodeChange[]>();
  for (const [target, { holders }] of ledgerState(journal.entries).objects) {
    if (!target.startsWith('node ') || !holders.has(mitigation)) continue;
    const node = target.slice('node '.length);
    const claims = claimsOfNode(journal, node);
    const before = documentOf(claims);
    const next = transformed(claims, releaseClaims(claims, mitigation), before);
    const own = claims.regions.filter((region) => region.claims.some(({ holder }) => holder === mitigation));
    const ordered = own.toSorted((a, b) => orderIn(b.claims, mitigation) - orderIn(a.claims, mitigation));
    const list = ordered.flatMap(({ path, claims: held }): readonly NodeChange[] => {
      const [kind, key] = path;
      const known = NODE_PLACES.find((one) => one === kind);
      if (known === undefined || typeof key !== 'string') return [];
      const step = `back.${orderIn(held, mitigation)}`;
      return [
        { step, kind: known, key, ...valueMember(valueAt(next, path)), expected: valueMember(valueAt(before, path)) },
      ];
    });
    changes.set(node, list);
  }
  return changes;
}

/** What the results of nodes come to. */
export interface NodeOutcome {
  readonly node: string;
  readonly done: boolean;
  /** What was not done, and why. */
  readonly problems: readonly string[];
}

/** Records what scripts printed. Results of other mitigations and verifications are passed over. */
export function recordResults(
  journal: Journal,
  mitigation: string,
  results: readonly NodeResult[],
): readonly NodeOutcome[] {
  const own = results.filter((result) => result.mitigation === mitigation && result.action !== 'verify');
  return [...Map.groupBy(own, ({ node }) => node)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, list]) => recordNode(journal, mitigation, node, list));
}

function recordNode(journal: Journal, mitigation: string, node: string, results: readonly NodeResult[]): NodeOutcome {
  const target = nodeTarget(node);
  const known = ledgerState(journal.entries).objects.get(target);
  const machine = results[0]?.machine ?? '';
  const claims = claimsOfNode(journal, node);
  if (known?.uid !== undefined && known.uid !== machine && claims.regions.length > 0) {
    const reason = 'it was installed anew: what was changed before went with it';
    journal.append({ event: 'left', mitigation, target, paths: [], outcome: 'impossible', reason });
    return { node, done: false, problems: [reason] };
  }
  const problems = results.flatMap(problemOf);
  for (const { kind, key, outcome } of results) {
    if (outcome !== 'different') continue;
    const reason = 'the place is not as the ledger says that it was left';
    const paths = [pathText([kind, key])];
    journal.append({ event: 'left', mitigation, target, paths, outcome: 'already-different', reason });
  }
  const isBackout = results[0]?.action === 'backout';
  const after = isBackout
    ? released(claims, mitigation, results)
    : results.reduce((next, result) => claimed(next, mitigation, result), claims);
  if (!sameValue(after, claims)) {
    const paths = touchedPaths(claims, after).map(pathText).sort();
    const whole = !after.regions.some((region) => region.claims.some(({ holder }) => holder === mitigation));
    const action = isBackout && whole ? 'release' : 'claim';
    const intent = journal.append({ event: 'intent', mitigation, action, target, paths, content: journal.keep(after) });
    journal.append({ event: 'outcome', of: intent.sequence, outcome: 'done', uid: machine });
  } else if (problems.length === 0 && !isBackout) {
    // Nothing of it is here: that is known now.
    const content = journal.keep(claims);
    const action = claims.regions.some((region) => region.claims.some(({ holder }) => holder === mitigation))
      ? 'claim'
      : 'release';
    const intent = journal.append({ event: 'intent', mitigation, action, target, paths: [], content });
    journal.append({ event: 'outcome', of: intent.sequence, outcome: 'done', uid: machine });
  }
  return { node, done: problems.length === 0, problems };
}

/** The claims with that of one result: what the script found is what will be given back, what it left is what will be looked for. */
function claimed(
  claims: ClaimedObject,
  mitigation: string,
  { kind, key, outcome, before, after }: NodeResult,
): ClaimedObject {
  const place = NODE_PLACES.find((one) => one === kind);
  if (place === undefined || outcome !== 'done') return claims;
  const path = nodePath({ kind: place, key });
  const held = claims.regions.find((region) => samePath(region.path, path));
  const own = held?.claims.find(({ holder }) => holder === mitigation);
  if (own !== undefined && isWanted(place, after, textOf(own.value))) return claims;
  const others = own === undefined ? claims : withoutClaim(claims, mitigation, path);
  const document = withValue(documentOf(others), path, held === undefined ? before : wantedBelow(others, path, before));
  const order = 1 + Math.max(0, ...claims.regions.flatMap((region) => region.claims.map((claim) => claim.order)));
  return addClaim(others, document, { holder: mitigation, order, path, value: after });
}

function withoutClaim(claims: ClaimedObject, mitigation: string, path: Path): ClaimedObject {
  const regions = claims.regions.flatMap((region) => {
    if (!samePath(region.path, path)) return [region];
    const held = region.claims.filter(({ holder }) => holder !== mitigation);
    return held.length === 0 ? [] : [{ ...region, claims: held }];
  });
  return { ...claims, regions };
}

function wantedBelow(claims: ClaimedObject, path: Path, before: string | undefined): Value {
  const region = claims.regions.find((one) => samePath(one.path, path));
  return region === undefined ? before : wantedIn(region);
}

/** The claims without those whose places were given back. */
function released(claims: ClaimedObject, mitigation: string, results: readonly NodeResult[]): ClaimedObject {
  const given = results.filter(({ outcome }) => outcome === 'done' || outcome === 'not-here');
  return given.reduce((next, { kind, key }) => withoutClaim(next, mitigation, [kind, key]), claims);
}

function claimsOfNode(journal: Pick<Journal, 'entries' | 'content'>, node: string): ClaimedObject {
  const known = ledgerState(journal.entries).objects.get(nodeTarget(node));
  return (known === undefined ? undefined : claimsIn(journal, known.content)) ?? UNCLAIMED;
}

/** The node as its claims want it. */
function documentOf(claims: ClaimedObject): Value {
  return claims.regions.reduce<Value>((document, region) => withValue(document, region.path, wantedIn(region)), {});
}

function orderIn(claims: ClaimedObject['regions'][number]['claims'], mitigation: string): number {
  return claims.find(({ holder }) => holder === mitigation)?.order ?? 0;
}

function valueMember(value: Value): { readonly value?: string } {
  const text = textOf(value);
  return text === undefined ? {} : { value: text };
}

function textOf(value: Value): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function problemOf({ step, key, outcome }: NodeResult): readonly string[] {
  if (outcome === 'done' || outcome === 'not-here' || outcome === 'pass') return [];
  return [`${step} ${key}: ${outcome}`];
}
