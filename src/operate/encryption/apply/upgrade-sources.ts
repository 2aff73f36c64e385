// What an upgrade of the platform would write the manifest from: kubeadm's configuration in the cluster, and files of node images. A step shows what they
// lack, and changes the one in the cluster when it is told to; files of images are their owners' matter.
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import { messageOf } from '../../../platform/errors.ts';
import type { PlannedServer } from '../plan/plan-file.ts';
import { IDENTITY } from '../plan/transformer-id.ts';
import { type ClusterConfigMap, readClusterConfiguration, writeClusterConfiguration } from './kubeadm-config.ts';
import { editKubeadm } from './kubeadm-edit.ts';
import { lineDiff } from './line-diff.ts';

/** One place from which manifests are written. */
export interface UpgradeSource {
  /** `kube-system/kubeadm-config`, or the path of the file. */
  readonly name: string;
  /** `agrees`: it has what the manifest has. `differs`: an upgrade would take encryption away, or break the server. `not-known`: it could not be read. */
  readonly state: 'agrees' | 'differs' | 'changed' | 'absent' | 'not-known';
  /** Lines that it lacks (`+`) and has otherwise (`-`). */
  readonly lines: readonly string[];
  readonly reason?: string;
}

/** The flag that manifests should have, and where its file lies on nodes. */
export interface WantedFlag {
  readonly flag: string;
  readonly path: string;
}

/** The name of kubeadm's configuration in results. */
export const CLUSTER_SOURCE = 'kube-system/kubeadm-config';

/** Judges a text. @param text undefined where there is none */
export function upgradeSource(name: string, text: string | undefined, wanted: WantedFlag): UpgradeSource {
  if (text === undefined) return { name, state: 'absent', lines: [] };
  try {
    const lines = lineDiff(text, editKubeadm(text, name, wanted));
    return { name, state: lines.length === 0 ? 'agrees' : 'differs', lines };
  } catch (error) {
    return { name, state: 'not-known', lines: [], reason: messageOf(error) };
  }
}

/** Reads kubeadm's configuration in the cluster, and changes it if it differs and may be changed. What fails is told in the result. */
export async function clusterSource(
  client: ApiClient,
  wanted: WantedFlag,
  { mayChange }: { readonly mayChange: boolean },
): Promise<UpgradeSource> {
  let found: ClusterConfigMap | undefined;
  try {
    found = await readClusterConfiguration(client);
  } catch (error) {
    return { name: CLUSTER_SOURCE, state: 'not-known', lines: [], reason: messageOf(error) };
  }
  const source = upgradeSource(CLUSTER_SOURCE, found?.text, wanted);
  if (!mayChange || source.state !== 'differs' || found === undefined) return source;
  try {
    await writeClusterConfiguration(client, found, editKubeadm(found.text, CLUSTER_SOURCE, wanted));
    return { ...source, state: 'changed' };
  } catch (error) {
    return { ...source, reason: messageOf(error) };
  }
}

/** The other servers that have no configuration yet: an upgrade there would begin a server without its file. */
export function serversWithout(servers: readonly PlannedServer[], node: string): readonly string[] {
  return servers
    .filter(({ name, file }) => name !== node && file.state === 'read' && file.transformers.join() === IDENTITY)
    .map(({ name }) => name);
}
