// Looks at every object that the ledger speaks of, for status. What cannot be read is left out, and shows as not known.
import type { ClaimedObject } from './field/claims.ts';
import { type Value, withValue } from './field/document.ts';
import type { Journal } from './ledger/ledger.ts';
import { ledgerState, targetKind } from './ledger/state.ts';
import { NODE_PLACES, nodePath } from './node/place.ts';
import type { NodeResult } from './node/results.ts';
import { claimsIn } from './run/change.ts';
import type { ObjectDriver } from './run/driver.ts';
import type { ReadRelease } from './run/releases.ts';

/** An object or node as it was found: its claims, and what stands there. */
export interface ObservedObject {
  readonly claims: ClaimedObject;
  /** Undefined: it is gone, or another has its name. */
  readonly document: Value;
}

/**
 * Reads the objects.
 * @param driver undefined when no cluster is asked
 * @param results what scripts printed on nodes; of nodes without any, what the ledger knows is not confirmed by anything, and left out
 * @param releases undefined when no cluster is asked
 * @throws ServerError when the server cannot be asked at all
 */
export async function observe(
  journal: Pick<Journal, 'entries' | 'content'>,
  driver: Pick<ObjectDriver, 'read'> | undefined,
  results: readonly NodeResult[],
  releases?: ReadRelease,
): Promise<ReadonlyMap<string, ObservedObject>> {
  const observed = new Map<string, ObservedObject>();
  for (const [target, { content, uid, holders }] of ledgerState(journal.entries).objects) {
    if (holders.size === 0) continue;
    const claims = claimsIn(journal, content);
    if (claims === undefined) continue;
    const kind = targetKind(target);
    if (kind === 'node') {
      const found = nodeDocument(results.filter(({ node }) => target === `node ${node}`));
      if (found !== undefined) observed.set(target, { claims, document: found });
    } else {
      const live = kind === 'release' ? await releases?.(target) : await driver?.read(target);
      // A release that is gone is known to be; one that nobody was asked about is not known.
      if (live === undefined && (kind === 'object' || releases === undefined)) continue;
      observed.set(target, { claims, document: live?.uid === uid ? live?.document : undefined });
    }
  }
  return observed;
}

/** What the last results say of a node's places; undefined without any. */
function nodeDocument(results: readonly NodeResult[]): unknown {
  let document: unknown;
  for (const { kind, key, after } of results) {
    const place = NODE_PLACES.find((one) => one === kind);
    if (place !== undefined) document = withValue(document ?? {}, nodePath({ kind: place, key }), after);
  }
  return document;
}
