// The API server as a system of objects: every change is rehearsed with dryRun=All, and made as a JSON patch whose tests refuse it when anything it was
// reckoned from has changed. API concepts of Kubernetes, "Dry-run" and "Resource deletion" (preconditions).
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import type { KubernetesObject } from '../../../kubernetes/api/resource.ts';
import { ServerError } from '../../../kubernetes/transport/server-error.ts';
import { isMembers, type Value } from '../field/document.ts';
import { guardedPatch } from '../field/patch.ts';
import { liveForm, stableForm } from '../field/stable-form.ts';
import { parseTarget } from '../step/target.ts';
import type { LiveObject, ObjectDriver, RehearsalOutcome, WriteOutcome } from './driver.ts';

/** What of the client is used. */
export type DriverApi = Pick<ApiClient, 'find' | 'create' | 'patch' | 'delete'>;

/** The objects of a cluster. Throws ServerError for what the server refuses. */
export function apiDriver(api: DriverApi): ObjectDriver {
  return {
    read: async (target) => {
      const { resource, name } = parseTarget(target);
      return liveObject(await api.find(resource, name));
    },
    rehearse: async (target, live, next): Promise<RehearsalOutcome> => {
      const object = await unlessChanged(live, () => change(api, target, live, next, true));
      return object === 'changed'
        ? { outcome: 'changed-meanwhile' }
        : { outcome: 'rehearsed', document: stableForm(object) };
    },
    write: async (target, live, next): Promise<WriteOutcome> => {
      const object = await unlessChanged(live, () => change(api, target, live, next, false));
      return object === 'changed' ? { outcome: 'changed-meanwhile' } : { outcome: 'written', live: liveObject(object) };
    },
  };
}

async function change(
  api: DriverApi,
  target: string,
  { document, handle }: LiveObject,
  next: Value,
  dryRun: boolean,
): Promise<KubernetesObject | undefined> {
  const { resource, name } = parseTarget(target);
  if (document === undefined) return api.create(resource, manifestOf(next), { dryRun, strict: true });
  if (next === undefined) {
    const { uid, resourceVersion } = metadataOf(handle);
    await api.delete(resource, name, {
      dryRun,
      // What it made goes with it: jobs leave their pods otherwise.
      propagationPolicy: 'Background',
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    });
    return undefined;
  }
  const operations = guardedPatch(handle, liveForm(next, handle));
  return api.patch(resource, name, { type: 'json', operations }, { dryRun, strict: true });
}

/** A patch whose test fails is 422, a deletion whose precondition fails and a creation of what exists are 409; what is gone is 404. */
async function unlessChanged<T>({ document }: LiveObject, action: () => Promise<T>): Promise<T | 'changed'> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ServerError && isConflict(error, document !== undefined)) return 'changed';
    throw error;
  }
}

function isConflict({ kind, status, reason, message }: ServerError, existed: boolean): boolean {
  // Of an object that is to be made, "not found" speaks of its namespace.
  if (kind === 'conflict' || (existed && kind === 'not-found' && reason === 'NotFound')) return true;
  return (
    status === 422 &&
    /the server rejected our request due to an error in our request|testing .* (value|path)/i.test(message)
  );
}

function liveObject(object: KubernetesObject | undefined): LiveObject {
  const { uid } = metadataOf(object);
  return { document: stableForm(object), handle: object, ...(uid === undefined ? {} : { uid }) };
}

function metadataOf(object: unknown): { readonly uid?: string; readonly resourceVersion?: string } {
  const metadata = isMembers(object) && isMembers(object['metadata']) ? object['metadata'] : {};
  const { uid, resourceVersion } = metadata;
  return {
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
  };
}

function manifestOf(value: Value): KubernetesObject {
  return isMembers(value) && isMembers(value['metadata'])
    ? { ...value, metadata: value['metadata'] }
    : { metadata: {} };
}
