// A canary: an object without meaning that is written through one API server and read through others, so that what they read is known and not believed.
// It is of the judged resource, where that is Secrets or ConfigMaps: others cannot be made without meaning something.
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import { CONFIG_MAPS, type KubernetesObject, type Resource, SECRETS } from '../../../kubernetes/api/resource.ts';
import { ServerError } from '../../../kubernetes/transport/server-error.ts';

/** Where canaries are: a namespace that every cluster has. */
export const CANARY_NAMESPACE = 'default';

/** A server as canaries go through it. */
export interface CanaryServer {
  readonly name: string;
  readonly client: ApiClient;
}

/** The resources that have canaries. */
export function canaryResource(resource: string): Resource | undefined {
  if (resource === 'secrets') return SECRETS;
  return resource === 'configmaps' ? CONFIG_MAPS : undefined;
}

/** The name of a server's canary: each server has one, so that one which a killed run left is taken again. */
export function canaryName(server: string): string {
  const plain = server.toLowerCase().replace(/[^a-z0-9-]/g, '-');
  return `plimsoll-canary-${plain}`.slice(0, 200).replace(/-+$/, '');
}

/** Writes the server's canary through it. @throws ServerError */
export async function writeCanary(resource: Resource, { name, client }: CanaryServer, nonce: string): Promise<void> {
  const object: KubernetesObject = {
    metadata: {
      name: canaryName(name),
      namespace: CANARY_NAMESPACE,
      labels: { 'app.kubernetes.io/managed-by': 'plimsoll' },
    },
    // Text in a ConfigMap, base64 in a Secret: hexadecimal digits are both.
    data: { nonce },
  };
  try {
    await client.create(resource, object);
  } catch (error) {
    if (!(error instanceof ServerError) || error.kind !== 'conflict') throw error;
    await client.replace(resource, object);
  }
}

/** Whether a server gives another one's canary as it was written. @throws ServerError */
export async function readsCanary(
  resource: Resource,
  reader: ApiClient,
  writer: string,
  nonce: string,
): Promise<boolean> {
  const { data } = await reader.get(resource, { namespace: CANARY_NAMESPACE, name: canaryName(writer) });
  return typeof data === 'object' && data !== null && 'nonce' in data && data.nonce === nonce;
}

/** Deletes the server's canary through it; one that is gone already is well. @throws ServerError */
export async function deleteCanary(resource: Resource, { name, client }: CanaryServer): Promise<void> {
  try {
    await client.delete(resource, { namespace: CANARY_NAMESPACE, name: canaryName(name) });
  } catch (error) {
    if (!(error instanceof ServerError) || error.kind !== 'not-found') throw error;
  }
}
