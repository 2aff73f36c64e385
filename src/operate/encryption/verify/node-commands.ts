// What is done by hand on the node of a member that is rebuilt: data directories are local. Paths are kubeadm's: the kubelet runs what lies among the static
// pods. etcd documentation, "Runtime reconfiguration": a member that is added starts empty, with the state `existing` and all members in its flags.
import type { ClusterLook } from './cluster-look.ts';

/** A line to type, or to change in a file, and why. */
export interface NodeCommand {
  readonly command: string;
  readonly reason: string;
}

const MANIFEST = '/etc/kubernetes/manifests/etcd.yaml';
const ASIDE = '/etc/kubernetes/etcd.yaml';

/** On the node of a member that was removed. */
export function wipeCommands(name: string): readonly NodeCommand[] {
  return [
    {
      command: `mv ${MANIFEST} ${ASIDE}`,
      reason: `on ${name}: the kubelet stops etcd; the API server of this node is down until it is back`,
    },
    {
      command: 'rm -r /var/lib/etcd/member',
      reason: `on ${name}, once its etcd has stopped (crictl ps): the data directory with the log`,
    },
  ];
}

/** On the node of a member that was added. @param peerUrl where its peers reach it */
export function startCommands(name: string, peerUrl: string, { members }: ClusterLook): readonly NodeCommand[] {
  const others = members.filter(({ peerUrls }) => !peerUrls.includes(peerUrl));
  const all = [...others.flatMap((one) => one.peerUrls.map((url) => `${one.name}=${url}`)), `${name}=${peerUrl}`];
  return [
    {
      command: `--initial-cluster=${all.join(',')}`,
      reason: `on ${name}: this flag in ${ASIDE}, in the place of the one there`,
    },
    { command: '--initial-cluster-state=existing', reason: `on ${name}: this flag, too` },
    {
      command: `mv ${ASIDE} ${MANIFEST}`,
      reason: `on ${name}: the kubelet starts etcd, which gets the database of the others`,
    },
    {
      command: `plimsoll encryption verify /var/lib/etcd --format facts --output ${name}.etcd.json`,
      reason: `on ${name}, when it is up: its files anew; the cluster has another id for it, so that the earlier ones do not count`,
    },
  ];
}
