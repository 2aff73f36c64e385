// The control plane that a step is taken on: where its files lie, and its API server and the others as they are reached.
import { join, posix } from 'node:path';
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import type { ControlPlane } from '../status/control-plane.ts';
import { askServer, type LiveFacts, withAnswer } from '../status/live.ts';
import { configurationHash, lookAtNode } from '../status/node-folder.ts';

/** Paths on a node. */
export interface NodePaths {
  /** The static-pod manifest of kube-apiserver. */
  readonly manifest: string;
  /** Where the configuration is put when the manifest names none. */
  readonly configuration: string;
  /** What runs keep: lock, record, the previous files. Never in the folder of the manifest. */
  readonly state: string;
}

/** Where things lie on nodes that kubeadm made, and on those of CSM (docs-csm, operations/kubernetes/encryption). */
export const LAYOUTS = {
  kubeadm: {
    manifest: '/etc/kubernetes/manifests/kube-apiserver.yaml',
    configuration: '/etc/kubernetes/encryption/config.yaml',
    sources: [],
  },
  csm: {
    manifest: '/etc/kubernetes/manifests/kube-apiserver.yaml',
    configuration: '/etc/cray/kubernetes/encryption/current.yaml',
    sources: ['/srv/cray/resources/common/kubeadm.cfg', '/etc/cray/kubernetes/kubeadm.yaml'],
  },
} as const;

/** Where runs keep what they need, on every layout. */
export const STATE_FOLDER = '/var/lib/plimsoll/encryption';

/** Another server of the cluster. */
export interface PeerServer {
  readonly name: string;
  readonly client: ApiClient;
}

/** The node, and the world around it. */
export interface NodeSite {
  readonly node: string;
  /** Folder that stands for `/` of the node, absolute. */
  readonly root: string;
  readonly paths: NodePaths;
  readonly resource: string;
  /** A client of this node's server alone. */
  readonly client: ApiClient;
  readonly peers: readonly PeerServer[];
  /** The beginning of a stored value (`secrets/NAMESPACE/NAME`), asked of etcd; throws when that cannot be asked. */
  readonly stored: (path: string) => Promise<Buffer | undefined>;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** What a server answered, or why it did not. */
export type Answer = LiveFacts | { readonly problem: string };

/**
 * Checks the paths.
 * @throws PlimsollError `usage` for relative ones, and for keys among static-pod manifests: kubelets take every file there for a pod
 */
export function checkPaths({ manifest, configuration, state }: NodePaths): void {
  for (const path of [manifest, configuration, state]) {
    if (!posix.isAbsolute(path) || posix.normalize(path) !== path) {
      throw new PlimsollError('usage', `${path}: name the path on the node, beginning with / and without .. in it`);
    }
  }
  const pods = `${posix.dirname(manifest)}/`;
  for (const path of [configuration, `${state}/`]) {
    if (path.startsWith(pods)) {
      throw new PlimsollError(
        'usage',
        `${path} is among the static-pod manifests: the kubelet takes every file there for a pod`,
      );
    }
  }
}

/** Where a path of the node lies on this machine. */
export function placeOf({ root }: NodeSite, path: string): string {
  return join(root, path);
}

/** The control plane as it is now, its server asked; what the server does not say is as the node shows it. */
export async function lookAtSite(site: NodeSite): Promise<ControlPlane> {
  const { node, root, resource, now, paths, client } = site;
  const plane = lookAtNode({ node, root, resource, now, manifest: paths.manifest });
  const answer = await answerOf(client);
  // A server that does not answer may be starting: the node says whether there is a process.
  return typeof answer === 'object' && 'problem' in answer
    ? plane
    : withAnswer(plane, answer, configurationHash(plane, root));
}

/** Asks a server; never throws. */
export async function answerOf(client: ApiClient): Promise<Answer> {
  try {
    return await askServer(client);
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
