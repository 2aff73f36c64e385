// Puts one object back as it is, so that the server encrypts it with its first key. The resource version that was read goes with it: a write by somebody else
// in between is a conflict, and the object is read again. A server that finds the value as it would write it writes nothing and leaves the resource version
// (kubernetes, apiserver/pkg/storage/etcd3/store.go, GuaranteedUpdate: unless the transformer calls the value stale), so a second run costs etcd nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import type { KubernetesObject, ObjectName, Resource } from '../../../kubernetes/api/resource.ts';
import { ServerError, type ServerErrorKind } from '../../../kubernetes/transport/server-error.ts';
import { changedFields } from './changed-fields.ts';

/**
 * What became of an object:
 * - `written`: encrypted anew
 * - `current`: it was as the server writes it
 * - `gone`: deleted meanwhile
 * - `changed`: the server keeps something else than it was sent; `fields` says where
 * - `contended`: others wrote it every time
 * - `refused`: the server does not accept the object as it is
 */
export type Outcome = {
  readonly kind: 'written' | 'current' | 'gone' | 'changed' | 'contended' | 'refused';
  /** Resource version of what the server keeps now, after `written` and `current`. */
  readonly object?: KubernetesObject;
  readonly fields?: readonly string[];
  /** Writes by others that came between. */
  readonly conflicts: number;
};

/** The two requests of a client that are needed. */
export type ReadAndReplace = Pick<ApiClient, 'find' | 'replace'>;

/** Conflicts after which another turn is left for later: somebody writes this object all the time. */
const MOST_CONFLICTS = 25;
/** Failures that pass: with pauses that double from 250 ms up to 4 s, about half a minute, a restart of an API server. */
const MOST_FAILURES = 10;
const PAUSE_MS = 250;
const MOST_PAUSE_MS = 4000;

/** After these the object is read again, and what was asked is asked once more: the resource version keeps it from happening twice. */
const PASSING: ReadonlySet<ServerErrorKind> = new Set([
  'unreachable',
  'no-answer',
  'broken',
  'failed',
  'too-many-requests',
]);

/**
 * Reads an object and puts it back.
 * @throws ServerError when the server cannot be reached for half a minute, or forbids it
 */
export async function putBack(
  client: ReadAndReplace,
  resource: Resource,
  name: ObjectName,
  options: { readonly dryRun?: boolean } = {},
): Promise<Outcome> {
  let conflicts = 0;
  for (let failures = 0; ; ) {
    try {
      const read = await client.find(resource, name);
      if (read === undefined) return { kind: 'gone', conflicts };
      return { ...(await replaced(client, resource, read, options.dryRun === true)), conflicts };
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      if (error.kind === 'not-found') return { kind: 'gone', conflicts };
      if (error.kind === 'invalid') return { kind: 'refused', conflicts };
      if (error.kind === 'conflict') {
        conflicts += 1;
        if (conflicts === MOST_CONFLICTS) return { kind: 'contended', conflicts };
      } else {
        failures += 1;
        if (!PASSING.has(error.kind) || failures === MOST_FAILURES) throw error;
        await sleep(Math.min(PAUSE_MS * 2 ** (failures - 1), MOST_PAUSE_MS));
      }
    }
  }
}

async function replaced(
  client: ReadAndReplace,
  resource: Resource,
  read: KubernetesObject,
  dryRun: boolean,
): Promise<Omit<Outcome, 'conflicts'>> {
  const kept = await client.replace(resource, read, { dryRun });
  const fields = changedFields(read, kept);
  if (fields.length > 0) return { kind: 'changed', object: kept, fields };
  const isWritten = kept.metadata.resourceVersion !== read.metadata.resourceVersion;
  return { kind: isWritten ? 'written' : 'current', object: kept };
}
