// Names of the objects to rewrite, read in quick pages before anything is written: a listing that goes on while a slow rewrite runs would outlive the server's
// history (410 Gone), and what is made after it is written with the current key anyway. Contents are dropped at once.
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import type { ObjectName, Resource } from '../../../kubernetes/api/resource.ts';
import { ServerError } from '../../../kubernetes/transport/server-error.ts';
import { compareText } from '../../../platform/order.ts';

/** Objects a page: a Secret may have 1 MiB. */
const PAGE = 100;
/** Readings that are begun when the server's history ends within one. */
const TRIES = 3;

/** Names in each namespace ('' for what is in none), both sorted. */
export type NamesByNamespace = ReadonlyMap<string, readonly ObjectName[]>;

/** @throws ServerError */
export async function namesOf(client: ApiClient, resource: Resource): Promise<NamesByNamespace> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await readNames(client, resource);
    } catch (error) {
      if (!(error instanceof ServerError && error.kind === 'gone') || tried === TRIES) throw error;
    }
  }
}

async function readNames(client: ApiClient, resource: Resource): Promise<NamesByNamespace> {
  const names: ObjectName[] = [];
  for await (const { metadata } of client.list(resource, { limit: PAGE })) {
    const { namespace, name } = metadata;
    if (name !== undefined) names.push({ name, ...(namespace === undefined ? {} : { namespace }) });
  }
  names.sort((a, b) => compareText(a.namespace ?? '', b.namespace ?? '') || compareText(a.name, b.name));
  return Map.groupBy(names, ({ namespace = '' }) => namespace);
}

/** The namespace to begin with: that with the fewest objects which is not the system's, by name where several have. */
export function canaryOf(names: NamesByNamespace): string | undefined {
  const all = [...names].filter(([namespace]) => namespace !== '' && !namespace.startsWith('kube-'));
  return all.sort(([a, x], [b, y]) => x.length - y.length || compareText(a, b))[0]?.[0] ?? [...names.keys()][0];
}
