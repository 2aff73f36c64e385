// How commands reach a cluster: the options that say where it is, and a client that is closed whatever happens.
import type { Command } from 'commander';
import type { ApiClient } from '../kubernetes/api/client.ts';
import type { ApiClientOptions } from '../kubernetes/api/options.ts';
import type { CommandContext } from './command.ts';

/** Options of commands that talk to an API server. */
export interface ClusterOptions {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly server?: string | undefined;
  readonly rbac?: boolean;
}

/** Adds the options. */
export function onCluster(command: Command): Command {
  return command
    .option(
      '--kubeconfig <file>',
      'how the cluster is reached (KUBECONFIG, the own one, or the service account of the pod)',
    )
    .option('--context <name>', 'context of the kubeconfig')
    .option('--server <url>', 'ask this control plane instead of the address of the context')
    .option('--rbac', 'print the least role that the command needs, and do nothing else');
}

/**
 * A client of the cluster that the options name. Nothing is sent; the caller closes it.
 * @throws PlimsollError `cluster` when there is no way to one
 */
export async function openApi(
  { kubeconfig, context: name, server }: Omit<ClusterOptions, 'rbac'>,
  { workingDirectory, environment, now }: CommandContext,
  options: Pick<ApiClientOptions, 'retries' | 'timeoutMs'> = {},
): Promise<ApiClient> {
  // Loaded only for those who ask a cluster: it brings TLS and credentials.
  const { loadAccess } = await import('../kubernetes/access/load-access.ts');
  const { ApiClient } = await import('../kubernetes/api/client.ts');
  const access = await loadAccess({ kubeconfig, context: name, server, workingDirectory, environment });
  return new ApiClient(access, { ...options, now });
}

/**
 * Opens the cluster, does the work, and closes it.
 * @throws PlimsollError `cluster` when there is no way to one; what the work throws
 */
export async function withCluster<Result>(
  options: ClusterOptions,
  context: CommandContext,
  work: (client: ApiClient) => Promise<Result>,
): Promise<Result> {
  const client = await openApi(options, context);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}
