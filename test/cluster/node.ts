// One control-plane node of a test cluster: a folder that stands for its file system, and the supervisor that runs its static pods.
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CertificateRequest, issue, type KeyedCertificate } from './certificates.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { apiServerManifest, etcdManifest, type ManifestFacts } from './manifests.ts';
import { type RunningProgram, Supervisor } from './supervisor.ts';

/** Programs of a node. */
export type Component = 'kube-apiserver' | 'etcd';

/** A control-plane node. Paths in its manifests are those of a real node; `path` says where they lie. */
export interface TestNode {
  /** `ncn-m001` and so on; also the name of its etcd member. */
  readonly name: string;
  /** Stands for `/` of the node. */
  readonly directory: string;
  /** Address on loopback. */
  readonly address: string;
  /** `https://127.X.Y.Z:6443`: this server and no other. */
  readonly url: string;
  /** The API server's static-pod manifest. Replace it, and the server is started anew. */
  readonly manifest: string;
  /** The administrator at this server. */
  readonly kubeconfig: string;
  readonly etcd: {
    readonly url: string;
    readonly peerUrl: string;
    readonly manifest: string;
    /** Holds `member/snap/db` and `member/wal`. */
    readonly dataDirectory: string;
  };
  /** Where a path of the node lies: `/etc/kubernetes/pki`. */
  path(onNode: string): string;
  /** The program that runs now. */
  running(component: Component): RunningProgram | undefined;
  /** Kills a program; it is started again. */
  kill(component: Component): Promise<void>;
  /** Stops a program and keeps it down until `start`. */
  stop(component: Component): Promise<void>;
  start(component: Component): void;
  /** What a program wrote. */
  log(component: Component): string;
  /** What was wrong with files in the manifests' folder. */
  readonly manifestProblems: readonly string[];
}

/** Where the administrator's kubeconfig lies, as kubeadm puts it. */
export const ADMIN_CONF = '/etc/kubernetes/admin.conf';
/** Where the EncryptionConfiguration lies when a cluster begins with one. */
export const ENCRYPTION_CONFIG = '/etc/kubernetes/encryption/config.yaml';

const MANIFESTS = '/etc/kubernetes/manifests';

/** Authorities and what they issued for all nodes. */
export interface ClusterCertificates {
  readonly folder: string;
  readonly cluster: KeyedCertificate;
  readonly etcd: KeyedCertificate;
  readonly admin: KeyedCertificate;
}

/** What a node is made of. */
export interface NodePlan {
  readonly directory: string;
  readonly facts: ManifestFacts;
  readonly url: string;
  readonly certificates: ClusterCertificates;
  /** EncryptionConfiguration to begin with. */
  readonly encryption?: string;
}

/** Writes a node's files; nothing runs until its supervisor starts. */
export function makeNode(plan: NodePlan): { readonly node: TestNode; readonly supervisor: Supervisor } {
  const { directory, facts, url, certificates, encryption } = plan;
  const path = (onNode: string): string => join(directory, onNode);
  const manifests = path(MANIFESTS);
  const logs = path('/var/log');
  for (const folder of [manifests, logs, path('/var/lib/etcd')]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeCertificates(path('/etc/kubernetes/pki'), plan);
  const { cluster, admin } = certificates;
  const config = kubeconfigText([{ name: facts.name, url }], cluster.certificate, 'kubernetes-admin', admin);
  writeFileSync(path(ADMIN_CONF), config, { mode: 0o600 });
  if (encryption !== undefined) {
    mkdirSync(dirname(path(ENCRYPTION_CONFIG)), { recursive: true, mode: 0o700 });
    writeFileSync(path(ENCRYPTION_CONFIG), encryption, { mode: 0o600 });
  }
  const manifest = join(manifests, 'kube-apiserver.yaml');
  const etcd = {
    url: facts.etcdUrl,
    peerUrl: facts.peerUrl,
    manifest: join(manifests, 'etcd.yaml'),
    dataDirectory: path('/var/lib/etcd'),
  };
  writeFileSync(etcd.manifest, etcdManifest(facts), { mode: 0o600 });
  const all = encryption === undefined ? facts : { ...facts, encryption: ENCRYPTION_CONFIG };
  writeFileSync(manifest, apiServerManifest(all), { mode: 0o600 });
  const supervisor = new Supervisor(directory, manifests, logs);
  const node: TestNode = {
    name: facts.name,
    directory,
    address: facts.address,
    url,
    manifest,
    kubeconfig: path(ADMIN_CONF),
    etcd,
    path,
    running: (component) => supervisor.running(component),
    kill: (component) => supervisor.kill(component),
    stop: (component) => supervisor.hold(component),
    start: (component) => supervisor.release(component),
    log: (component) => readFileSync(join(logs, `${component}.log`), 'utf8'),
    get manifestProblems() {
      return supervisor.problems;
    },
  };
  return { node, supervisor };
}

/** The node's copy of the shared certificates, and its own. */
function writeCertificates(folder: string, { facts, certificates }: NodePlan): void {
  cpSync(certificates.folder, folder, { recursive: true });
  const { address, name } = facts;
  const names = [`IP:${address}`, 'IP:127.0.0.1', 'IP:10.96.0.1', 'DNS:localhost', `DNS:${name}`];
  const services = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map((service) => `DNS:${service}`);
  const server = { commonName: 'kube-apiserver', uses: ['serverAuth'], names: [...names, ...services] } as const;
  issue(certificates.cluster, folder, 'apiserver', server satisfies CertificateRequest);
  const member = { commonName: name, uses: ['serverAuth', 'clientAuth'], names } as const;
  for (const use of ['server', 'peer']) {
    issue(certificates.etcd, join(folder, 'etcd'), use, member satisfies CertificateRequest);
  }
  chmodSync(folder, 0o700);
}
