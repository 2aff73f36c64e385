// `cluster:[CONTEXT]`: the images that the pods of a cluster run, asked of its API server. The only adapter that uses the network: the target says so.

import { type KubernetesObject, PODS } from '../../../kubernetes/api/resource.ts';
import type { RoleRule } from '../../../kubernetes/api/role.ts';
import { LimitError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { LoadOptions, ReleaseAdapter } from '../adapter.ts';
import { listedParts, type ReleaseParts } from '../assemble.ts';
import { runningImages } from './running.ts';

/** The adapter for running clusters. */
export const cluster: ReleaseAdapter = {
  id: 'cluster',
  title: 'what runs in a cluster',
  argument: '[CONTEXT]',
  reads:
    'images of all pods that have not ended, through the API server of the context (the current one of the kubeconfig, or the own pod)',
  recognizes: () => false,
  load,
};

/** What the reader of a cluster must be allowed. */
export const CLUSTER_RULES: readonly RoleRule[] = [
  { group: '', resources: ['pods'], verbs: ['list'], why: 'the images that run' },
];

async function load(context: string, options: LoadOptions): Promise<ReleaseParts> {
  const pods = await listPods(context, options.environment ?? process.env);
  const { mentions, gaps, lint } = runningImages(pods);
  const name = context === '' ? 'cluster' : context;
  return { ...listedParts({ name, version: 'running' }, mentions, gaps, options.own), lint };
}

/** TLS and credentials are loaded only for those who ask a cluster. */
async function listPods(
  context: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly KubernetesObject[]> {
  const { loadAccess } = await import('../../../kubernetes/access/load-access.ts');
  const { ApiClient } = await import('../../../kubernetes/api/client.ts');
  const named = context === '' ? {} : { context };
  const client = new ApiClient(await loadAccess({ ...named, workingDirectory: process.cwd(), environment }));
  const pods: KubernetesObject[] = [];
  try {
    for await (const pod of client.list(PODS)) {
      if (pods.length >= LIMITS.evidenceObjects)
        throw new LimitError(`${client.server} has more than ${LIMITS.evidenceObjects} pods`);
      pods.push(pod);
    }
  } finally {
    client.close();
  }
  return pods;
}
