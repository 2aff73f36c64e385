// Access of a pod to its own cluster by its service account. Kubernetes documentation, "Accessing the API from a Pod".
import { join } from 'node:path';
import type { ApiAccess } from '../api/access.ts';
import { makeEndpoint } from '../transport/endpoint.ts';
import { readAccessFile } from './read-file.ts';
import { tokenOfFile } from './token-file.ts';

/** Where a pod finds its service account. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Opens the access of the pod that we run in.
 * @param host KUBERNETES_SERVICE_HOST
 * @param port KUBERNETES_SERVICE_PORT
 * @param folder where the service account is mounted
 * @throws PlimsollError `input-missing`, `input-unreadable` or `cluster`
 */
export async function podAccess(host: string, port: string, folder: string = SERVICE_ACCOUNT): Promise<ApiAccess> {
  const origin = "this pod's service account";
  const ca = await readAccessFile(join(folder, 'ca.crt'), 'authority of the service account');
  const namespace = await readAccessFile(join(folder, 'namespace'), 'namespace of the service account');
  const address = host.includes(':') ? `[${host}]` : host;
  return {
    endpoint: makeEndpoint({ server: `https://${address}:${port}` }, { ca }, origin),
    origin,
    namespace: namespace.trim(),
    token: tokenOfFile(join(folder, 'token')),
  };
}
