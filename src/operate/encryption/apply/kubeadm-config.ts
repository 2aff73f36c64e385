// The ClusterConfiguration that kubeadm keeps in the cluster and writes new manifests from: the ConfigMap kube-system/kubeadm-config.
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import { CONFIG_MAPS, type KubernetesObject } from '../../../kubernetes/api/resource.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';

/** Where it is. */
export const KUBEADM_CONFIG = { namespace: 'kube-system', name: 'kubeadm-config' } as const;
const MEMBER = 'ClusterConfiguration';

/** As it was read. */
export interface ClusterConfigMap {
  readonly object: KubernetesObject;
  readonly text: string;
}

/** Reads it; undefined where there is none, as in clusters that kubeadm did not make. @throws ServerError; PlimsollError `cluster` for one of another form */
export async function readClusterConfiguration(client: ApiClient): Promise<ClusterConfigMap | undefined> {
  const object = await client.find(CONFIG_MAPS, KUBEADM_CONFIG);
  if (object === undefined) return undefined;
  const text: unknown = Object(object['data'])[MEMBER];
  if (typeof text !== 'string' || text.length > LIMITS.releaseFileBytes) {
    throw new PlimsollError('cluster', `kube-system/kubeadm-config has no ${MEMBER} that can be read`);
  }
  return { object, text };
}

/** Puts another text in its place, if nobody changed it since it was read. @throws ServerError `conflict` when somebody did */
export async function writeClusterConfiguration(
  client: ApiClient,
  { object }: ClusterConfigMap,
  text: string,
): Promise<void> {
  await client.replace(CONFIG_MAPS, { ...object, data: { ...Object(object['data']), [MEMBER]: text } });
}
