// Finds how the cluster is reached: a kubeconfig that is named, KUBECONFIG, the user's own, or the service account of the pod we run in.
// Kubernetes documentation, "Organizing cluster access using kubeconfig files" and "Accessing the API from a Pod".
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { PlimsollError } from '../../platform/errors.ts';
import type { ApiAccess } from '../api/access.ts';
import { endpointAt } from '../transport/endpoint.ts';
import type { ContextChoice } from './context-access.ts';
import { podAccess } from './pod-access.ts';

/** Where to look, and which of what is there. */
export interface AccessPlaces extends ContextChoice {
  /** The file that --kubeconfig names, from the working directory. */
  readonly kubeconfig?: string | undefined;
  /** Asks this address instead of the context's: one control plane of several. */
  readonly server?: string | undefined;
  readonly workingDirectory: string;
}

/**
 * Finds and opens the access to a cluster. Nothing is sent.
 * @throws PlimsollError `cluster` when there is none, or what is there cannot be used; `input-missing`, `input-unreadable`, ParseError and LimitError for its files
 */
export async function loadAccess(places: AccessPlaces): Promise<ApiAccess> {
  const access = await openAccess(places);
  return places.server === undefined ? access : { ...access, endpoint: endpointAt(access.endpoint, places.server) };
}

async function openAccess(places: AccessPlaces): Promise<ApiAccess> {
  const { kubeconfig, environment, workingDirectory } = places;
  const listed = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (kubeconfig !== undefined) return ofContext([resolve(workingDirectory, kubeconfig)], places);
  if (listed.length > 0) {
    // Files of the list that are not there are passed over, as kubectl does.
    const paths = listed.map((path) => resolve(workingDirectory, path)).filter((path) => existsSync(path));
    if (paths.length > 0) return ofContext(paths, places);
    throw new PlimsollError('cluster', `KUBECONFIG names no file that is there: ${listed.join(', ')}`);
  }
  const home = environment['HOME'];
  const own = home === undefined ? undefined : join(home, '.kube', 'config');
  if (own !== undefined && existsSync(own)) return ofContext([own], places);
  const host = environment['KUBERNETES_SERVICE_HOST'];
  const port = environment['KUBERNETES_SERVICE_PORT'];
  if (host !== undefined && port !== undefined) return podAccess(host, port);
  throw new PlimsollError('cluster', 'no cluster to ask: give --kubeconfig, or set KUBECONFIG');
}

/** YAML and zod cost time to load; a pod's own access needs neither. */
async function ofContext(paths: readonly string[], places: AccessPlaces): Promise<ApiAccess> {
  const { contextAccess } = await import('./context-access.ts');
  return contextAccess(paths, places);
}
