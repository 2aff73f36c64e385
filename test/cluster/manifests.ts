// Static-pod manifests of a control-plane node as kubeadm 1.20 writes them, but for addresses that are all on loopback.
import { CURRENT_VERSION, PLATFORM_VERSION, type ServerVersion } from './assets.ts';

/** What differs between the nodes of a cluster. */
export interface ManifestFacts {
  readonly name: string;
  readonly address: string;
  readonly etcdUrl: string;
  readonly peerUrl: string;
  /** `NAME=PEER-URL` of all members. */
  readonly initialCluster: string;
  readonly securePort: number;
  /** The node's place in the cluster, from 1. */
  readonly number: number;
  readonly version: ServerVersion;
  /** Path on the node of the EncryptionConfiguration, if it is on from the beginning. */
  readonly encryption?: string;
}

/** Image tags by version; the supervisor starts the program that the image names. */
export const IMAGE_TAGS: Readonly<Record<ServerVersion, string>> = {
  '1.20': PLATFORM_VERSION,
  current: CURRENT_VERSION,
};

/** Where kubeadm mounts the node's certificates. */
const PKI = '/etc/kubernetes/pki';

/** The manifest of the API server. */
export function apiServerManifest(facts: ManifestFacts): string {
  const { address, etcdUrl, securePort, number, version, encryption } = facts;
  const flags = [
    // Endpoints of the service `kubernetes` may not be on loopback; nothing connects to this address (RFC 5737).
    `--advertise-address=192.0.2.${number}`,
    '--allow-privileged=true',
    '--authorization-mode=Node,RBAC',
    `--bind-address=${address}`,
    `--client-ca-file=${PKI}/ca.crt`,
    '--enable-admission-plugins=NodeRestriction',
    '--enable-bootstrap-token-auth=true',
    ...(encryption === undefined ? [] : [`--encryption-provider-config=${encryption}`]),
    `--etcd-cafile=${PKI}/etcd/ca.crt`,
    `--etcd-certfile=${PKI}/apiserver-etcd-client.crt`,
    `--etcd-keyfile=${PKI}/apiserver-etcd-client.key`,
    `--etcd-servers=${etcdUrl}`,
    ...(version === '1.20' ? ['--insecure-port=0'] : []),
    '--requestheader-allowed-names=front-proxy-client',
    `--requestheader-client-ca-file=${PKI}/front-proxy-ca.crt`,
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
    `--secure-port=${securePort}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${PKI}/sa.pub`,
    `--service-account-signing-key-file=${PKI}/sa.key`,
    '--service-cluster-ip-range=10.96.0.0/12',
    `--tls-cert-file=${PKI}/apiserver.crt`,
    `--tls-private-key-file=${PKI}/apiserver.key`,
  ];
  const folder = encryption?.replace(/\/[^/]+$/, '');
  return podManifest('kube-apiserver', `k8s.gcr.io/kube-apiserver:${IMAGE_TAGS[version]}`, facts, flags, [
    { name: 'k8s-certs', path: PKI, readOnly: true },
    ...(folder === undefined ? [] : [{ name: 'encryption', path: folder, readOnly: true }]),
  ]);
}

/** The manifest of etcd. */
export function etcdManifest(facts: ManifestFacts): string {
  const { name, etcdUrl, peerUrl, initialCluster } = facts;
  const flags = [
    `--advertise-client-urls=${etcdUrl}`,
    `--cert-file=${PKI}/etcd/server.crt`,
    '--client-cert-auth=true',
    '--data-dir=/var/lib/etcd',
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=${initialCluster}`,
    '--initial-cluster-state=new',
    `--key-file=${PKI}/etcd/server.key`,
    `--listen-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--name=${name}`,
    `--peer-cert-file=${PKI}/etcd/peer.crt`,
    '--peer-client-cert-auth=true',
    `--peer-key-file=${PKI}/etcd/peer.key`,
    `--peer-trusted-ca-file=${PKI}/etcd/ca.crt`,
    '--snapshot-count=10000',
    `--trusted-ca-file=${PKI}/etcd/ca.crt`,
  ];
  return podManifest('etcd', 'k8s.gcr.io/etcd:3.4.13-0', facts, flags, [
    { name: 'etcd-data', path: '/var/lib/etcd', readOnly: false },
    { name: 'etcd-certs', path: `${PKI}/etcd`, readOnly: false },
  ]);
}

interface Mount {
  readonly name: string;
  readonly path: string;
  readonly readOnly: boolean;
}

function podManifest(
  name: string,
  image: string,
  { address }: ManifestFacts,
  flags: readonly string[],
  mounts: readonly Mount[],
): string {
  const endpoint = name === 'etcd' ? 'etcd.advertise-client-urls' : 'kube-apiserver.advertise-address.endpoint';
  const lines = [
    'apiVersion: v1',
    'kind: Pod',
    'metadata:',
    '  annotations:',
    `    kubeadm.kubernetes.io/${endpoint}: ${address}`,
    '  creationTimestamp: null',
    '  labels:',
    `    component: ${name}`,
    '    tier: control-plane',
    `  name: ${name}`,
    '  namespace: kube-system',
    'spec:',
    '  containers:',
    '  - command:',
    `    - ${name}`,
    ...flags.map((flag) => `    - ${flag}`),
    `    image: ${image}`,
    '    imagePullPolicy: IfNotPresent',
    `    name: ${name}`,
    '    resources:',
    '      requests:',
    '        cpu: 250m',
    '    volumeMounts:',
    ...mounts.flatMap((mount) => [
      `    - mountPath: ${mount.path}`,
      `      name: ${mount.name}`,
      ...(mount.readOnly ? ['      readOnly: true'] : []),
    ]),
    '  hostNetwork: true',
    '  priorityClassName: system-node-critical',
    '  volumes:',
    ...mounts.flatMap((mount) => [
      '  - hostPath:',
      `      path: ${mount.path}`,
      '      type: DirectoryOrCreate',
      `    name: ${mount.name}`,
    ]),
    'status: {}',
  ];
  return `${lines.join('\n')}\n`;
}
