// Nodes in the ledger: what a script must do on each, by what the ledger knows of it. What their results change in the ledger is in node-results.ts.
import { type ClaimedObject, releaseClaims, transformed, UNCLAIMED, wantedIn } from '../field/claims.ts';
import { type Value, valueAt, withValue } from '../field/document.ts';
import { pathText, samePath } from '../field/path.ts';
import type { Journal } from '../ledger/ledger.ts';
import { ledgerState, nodeTarget } from '../ledger/state.ts';
import { NODE_PLACES, type NodeEdit, nodePath } from '../node/place.ts';
import type { NodeChange } from '../node/script.ts';
import { claimsIn } from './change.ts';

/** A place of a node with the step that wants it. */
export type StepEdit = NodeEdit & { readonly step: string };

type ReadJournal = Pick<Journal, 'entries' | 'content'>;

/**
 * What applying must do on each node: where the ledger knows a place, it must be as the ledger says.
 * @param overwrites whatever stands there is captured and written over
 */
export function applyChanges(
  journal: ReadJournal,
  nodes: readonly string[],
  edits: readonly StepEdit[],
  overwrites = false,
): ReadonlyMap<string, readonly NodeChange[]> {
  return new Map(
    nodes.map((node) => {
      const claims = claimsOfNode(journal, node);
      const changes = edits.map((edit): NodeChange => {
        const region = claims.regions.find(({ path }) => samePath(path, nodePath(edit)));
        const isFree = region === undefined || overwrites;
        return { ...edit, expected: isFree ? { any: true } : valueMember(wantedIn(region)) };
      });
      return [node, changes];
    }),
  );
}

/**
 * What backing out must do on each node: what others still claim there, or what stood there before. The last change first.
 * @param overwrites also what others put there since is written over
 */
export function backoutChanges(
  journal: ReadJournal,
  mitigation: string,
  overwrites = false,
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
      const expected = overwrites ? { any: true as const } : valueMember(valueAt(before, path));
      return [{ step, kind: known, key, ...valueMember(valueAt(next, path)), expected }];
    });
    changes.set(node, list);
  }
  return changes;
}

/** Mitigations whose scripts may have changed the same places of nodes, and of which nobody gave what they printed: what stands there is not known. */
export function unheardOf(
  { entries }: Pick<Journal, 'entries'>,
  mitigation: string,
  nodes: readonly string[],
  edits: readonly NodeEdit[],
): readonly string[] {
  const places = edits.map((edit) => pathText(nodePath(edit)));
  return [...ledgerState(entries).active].flatMap(([other, { scripted, unheard }]) =>
    other === mitigation
      ? []
      : nodes
          .filter((node) => unheard.has(node) && places.some((place) => scripted.get(node)?.has(place)))
          .map((node) => `${other} on ${node}`),
  );
}

/** All claims on a node. */
export function claimsOfNode(journal: ReadJournal, node: string): ClaimedObject {
  const known = ledgerState(journal.entries).objects.get(nodeTarget(node));
  return (known === undefined ? undefined : claimsIn(journal, known.content)) ?? UNCLAIMED;
}

/** The node as its claims want it. */
export function documentOf(claims: ClaimedObject): Value {
  return claims.regions.reduce<Value>((document, region) => withValue(document, region.path, wantedIn(region)), {});
}

function orderIn(claims: ClaimedObject['regions'][number]['claims'], mitigation: string): number {
  return claims.find(({ holder }) => holder === mitigation)?.order ?? 0;
}

function valueMember(value: Value): { readonly value?: string } {
  return typeof value === 'string' ? { value } : {};
}
