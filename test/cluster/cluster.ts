// A real control plane for tests: etcd members and API servers on loopback, one pair a node, run from static-pod manifests. No kubelet, no
// controllers and no containers: what needs running pods cannot be tested on it. Linux only.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadAccess } from '../../src/kubernetes/access/load-access.ts';
import { ApiClient } from '../../src/kubernetes/api/client.ts';
import { EtcdClient } from '../../src/kubernetes/etcd/client.ts';
import { etcdEndpoint } from '../../src/kubernetes/etcd/endpoint.ts';
import { type ClusterAddresses, freeAddresses } from './addresses.ts';
import type { ServerVersion } from './assets.ts';
import { issue, type KeyedCertificate, makeAuthority, makeTokenKeys } from './certificates.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { type ClusterCertificates, makeNode, type TestNode } from './node.ts';
import type { Supervisor } from './supervisor.ts';

/** What kind of cluster a test wants. */
export interface ClusterOptions {
  /** Control-plane nodes, each with an etcd member and an API server; 3 unless given. */
  readonly servers?: 1 | 2 | 3 | 5;
  /** Version of the API servers; `1.20` unless given. */
  readonly version?: ServerVersion;
  /** EncryptionConfiguration that all servers begin with; none when absent. */
  readonly encryption?: string;
}

/** A user that a test wants to be: a client certificate in a kubeconfig. Without bound roles it may do next to nothing. */
export interface TestUser {
  readonly name: string;
  readonly groups?: readonly string[];
  /** The certificate is past its time. */
  readonly expired?: boolean;
}

/** A running cluster. Stop it, or it ends with the test process. */
export interface TestCluster {
  readonly directory: string;
  readonly version: ServerVersion;
  /** In order of their names. */
  readonly nodes: readonly TestNode[];
  /** The administrator; the contexts have the nodes' names, the first node's is current. */
  readonly kubeconfig: string;
  readonly etcd: {
    /** Client addresses of all members, in the nodes' order. */
    readonly endpoints: readonly string[];
    /** Files in PEM. */
    readonly ca: string;
    readonly certificate: string;
    readonly key: string;
  };
  /** The administrator's client of one server. The caller closes it. */
  api(node?: TestNode): Promise<ApiClient>;
  /** A client of one member. The caller closes it. */
  etcdClient(node?: TestNode): Promise<EtcdClient>;
  /** Writes a kubeconfig for a user and gives its path; contexts as in `kubeconfig`. */
  userKubeconfig(user: TestUser): string;
  /** Waits until servers answer `/readyz` with yes: all of them, or those that are named. */
  waitReady(nodes?: readonly TestNode[], timeoutMs?: number): Promise<void>;
  /** Ends all programs and removes the directory. */
  stop(): Promise<void>;
}

const PREFIX = 'plimsoll-cluster-';
const READY_MS = 90_000;
const PROBE_MS = 3000;

/** Starts a cluster and waits until all its servers are ready, and their namespaces are there. */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const { servers = 3, version = '1.20', encryption } = options;
  removeAbandoned();
  const directory = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const certificates = makeCertificates(directory);
  const made = makeNodes(directory, await freeAddresses(servers), version, certificates, encryption);
  const supervisors = made.map(({ supervisor }) => supervisor);
  const cluster = describe(
    directory,
    version,
    made.map(({ node }) => node),
    certificates,
    supervisors,
  );
  try {
    for (const supervisor of supervisors) supervisor.start();
    await cluster.waitReady();
    await waitForNamespaces(await cluster.api());
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

function describe(
  directory: string,
  version: ServerVersion,
  nodes: readonly TestNode[],
  certificates: ClusterCertificates,
  supervisors: readonly Supervisor[],
): TestCluster {
  const [first] = nodes;
  if (first === undefined) throw new Error('a cluster has nodes');
  const pki = certificates.folder;
  const configFor = (name: string, identity: KeyedCertificate): string => {
    const file = join(directory, `${name}.conf`);
    writeFileSync(file, kubeconfigText(nodes, certificates.cluster.certificate, name, identity), { mode: 0o600 });
    return file;
  };
  const kubeconfig = configFor('admin', certificates.admin);
  const etcd = {
    endpoints: nodes.map((node) => node.etcd.url),
    ca: certificates.etcd.certificate,
    certificate: join(pki, 'apiserver-etcd-client.crt'),
    key: join(pki, 'apiserver-etcd-client.key'),
  };
  const api = async (node: TestNode = first): Promise<ApiClient> =>
    new ApiClient(await loadAccess({ kubeconfig: node.kubeconfig, workingDirectory: directory, environment: {} }));
  const atExit = (): void => {
    for (const supervisor of supervisors) supervisor.killAll();
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', atExit);
  return {
    directory,
    version,
    nodes,
    kubeconfig,
    etcd,
    api,
    etcdClient: async (node = first) => new EtcdClient(await etcdEndpoint({ ...etcd, endpoint: node.etcd.url })),
    userKubeconfig: ({ name, groups = [], expired = false }) => {
      const folder = join(directory, 'users');
      mkdirSync(folder, { recursive: true });
      const request = { commonName: name, organizations: groups, uses: ['clientAuth'], expired } as const;
      return configFor(name, issue(certificates.cluster, folder, name, request));
    },
    waitReady: async (which = nodes, timeoutMs = READY_MS) => {
      const end = Date.now() + timeoutMs;
      await Promise.all(which.map(async (node) => waitForOne(node, await api(node), end)));
    },
    stop: async () => {
      for (const supervisor of supervisors) supervisor.killAll();
      await Promise.all(supervisors.map((supervisor) => supervisor.ended()));
      process.removeListener('exit', atExit);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function waitForOne(node: TestNode, client: ApiClient, end: number): Promise<void> {
  let last = '';
  try {
    while (Date.now() < end) {
      try {
        const { status, text } = await client.raw('/readyz?verbose', { timeoutMs: PROBE_MS });
        if (status === 200) return;
        last = text;
      } catch (error) {
        last = error instanceof Error ? error.message : String(error);
      }
      await sleep(100);
    }
  } finally {
    client.close();
  }
  const tail = node.log('kube-apiserver').split('\n').slice(-15).join('\n');
  throw new Error(`${node.name} is not ready: ${last}\n${node.manifestProblems.join('\n')}\n${tail}`);
}

/** A server that is ready makes its namespaces a moment later, each by itself, and nothing can be made in one that is not there. */
async function waitForNamespaces(client: ApiClient): Promise<void> {
  const end = Date.now() + READY_MS;
  try {
    for (const name of ['kube-system', 'default']) {
      while ((await client.raw(`/api/v1/namespaces/${name}`, { timeoutMs: PROBE_MS })).status !== 200) {
        if (Date.now() > end) throw new Error(`the API server made no namespace ${name}`);
        await sleep(100);
      }
    }
  } finally {
    client.close();
  }
}

function makeCertificates(directory: string): ClusterCertificates {
  const folder = join(directory, 'pki');
  const etcdFolder = join(folder, 'etcd');
  mkdirSync(etcdFolder, { recursive: true });
  const cluster = makeAuthority(folder, 'ca', 'kubernetes');
  const etcd = makeAuthority(etcdFolder, 'ca', 'etcd-ca');
  makeAuthority(folder, 'front-proxy-ca', 'front-proxy-ca');
  makeTokenKeys(folder);
  const masters = { organizations: ['system:masters'], uses: ['clientAuth'] } as const;
  issue(etcd, folder, 'apiserver-etcd-client', { ...masters, commonName: 'kube-apiserver-etcd-client' });
  const admin = issue(cluster, directory, 'admin', { ...masters, commonName: 'kubernetes-admin' });
  return { folder, cluster, etcd, admin };
}

function makeNodes(
  directory: string,
  { addresses, ports }: ClusterAddresses,
  version: ServerVersion,
  certificates: ClusterCertificates,
  encryption: string | undefined,
): readonly ReturnType<typeof makeNode>[] {
  const members = addresses.map((address, index) => ({
    name: `ncn-m00${index + 1}`,
    address,
    number: index + 1,
    etcdUrl: `https://${address}:${ports.etcdClient}`,
    peerUrl: `https://${address}:${ports.etcdPeer}`,
  }));
  const initialCluster = members.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(',');
  return members.map((member) =>
    makeNode({
      directory: join(directory, member.name),
      facts: { ...member, initialCluster, securePort: ports.apiServer, version },
      url: `https://${member.address}:${ports.apiServer}`,
      certificates,
      ...(encryption === undefined ? {} : { encryption }),
    }),
  );
}

/** Removes what test processes left that were killed. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : Number.NaN;
    if (Number.isInteger(pid) && pid > 0 && !isAlive(pid)) {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is alive as well.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
