// A real etcd on loopback, for the demo, tests and benchmarks: started in a folder, written to through its JSON gateway, stopped.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** A running member. Keys and values are bytes. */
export interface LocalEtcd {
  readonly endpoint: string;
  /** Its data directory: member/snap/db, member/wal. */
  readonly data: string;
  put(key: string, value: Uint8Array): Promise<void>;
  /** Several puts in one request and one revision: at most 512. */
  putAll(pairs: readonly (readonly [key: string, value: Uint8Array])[]): Promise<void>;
  delete(key: string): Promise<void>;
  /** Everything below a prefix as it was at a revision. */
  range(prefix: string, revision: number): Promise<readonly EtcdPair[]>;
  /** The current revision. */
  revision(): Promise<number>;
  /** Forgets all history before the revision, and waits until that is done. */
  compact(revision: number): Promise<void>;
  /** Rewrites the database without its free pages. */
  defragment(): Promise<void>;
  /** `etcdctl snapshot save`. */
  snapshot(file: string): void;
  /** Asks it to end, and waits. */
  stop(): Promise<void>;
}

/** A key as it was at some revision. */
export interface EtcdPair {
  readonly key: string;
  readonly value: Buffer;
  /** Revision of its last change. */
  readonly modified: number;
}

const READY_WITHIN = 20_000;
const OPTIONS = ['--quota-backend-bytes', '8589934592', '--max-txn-ops', '512', '--max-request-bytes', '16777216'];

/** Starts a member of its own in a folder. Programs `etcd` and `etcdctl` must be on PATH. @throws Error when it does not become ready. */
export async function startEtcd(folder: string, options: readonly string[] = []): Promise<LocalEtcd> {
  const [client, peer] = await Promise.all([freePort(), freePort()]);
  const endpoint = `http://127.0.0.1:${client}`;
  const data = join(folder, 'etcd');
  const urls = ['--listen-client-urls', endpoint, '--advertise-client-urls', endpoint];
  const peers = [`http://127.0.0.1:${peer}`];
  const cluster = ['--initial-cluster', `default=${peers}`, '--initial-advertise-peer-urls', ...peers];
  const args = ['--data-dir', data, ...urls, '--listen-peer-urls', ...peers, ...cluster, ...OPTIONS, ...options];
  const child = spawn('etcd', args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const kill = (): boolean => child.kill('SIGKILL');
  process.on('exit', kill);

  const call = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${endpoint}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`etcd ${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  const putRequest = (key: string, value: Uint8Array): object => ({
    key: Buffer.from(key).toString('base64'),
    value: Buffer.from(value).toString('base64'),
  });
  const etcd: LocalEtcd = {
    endpoint,
    data,
    put: async (key, value) => void (await call('kv/put', putRequest(key, value))),
    putAll: async (pairs) => {
      const success = pairs.map(([key, value]) => ({ request_put: putRequest(key, value) }));
      await call('kv/txn', { success });
    },
    delete: async (key) => void (await call('kv/deleterange', { key: Buffer.from(key).toString('base64') })),
    range: async (prefix, revision) => {
      const key = Buffer.from(prefix);
      const end = Buffer.from(prefix);
      end.writeUInt8(end.readUInt8(end.length - 1) + 1, end.length - 1);
      const range = { key: key.toString('base64'), range_end: end.toString('base64'), revision };
      const { kvs = [] } = (await call('kv/range', range)) as { readonly kvs?: readonly Record<string, string>[] };
      return kvs.map((pair) => ({
        key: Buffer.from(pair['key'] ?? '', 'base64').toString(),
        value: Buffer.from(pair['value'] ?? '', 'base64'),
        modified: Number(pair['mod_revision']),
      }));
    },
    revision: async () => {
      const answer = await call('kv/range', { key: 'AA==', limit: 1 });
      return Number(Reflect.get(Object(Reflect.get(Object(answer), 'header')), 'revision'));
    },
    compact: async (revision) => void (await call('kv/compaction', { revision, physical: true })),
    defragment: async () => void (await call('maintenance/defragment', {})),
    snapshot: (file) => {
      const environment = { ...process.env, ETCDCTL_API: '3' };
      const saved = spawnSync('etcdctl', ['--endpoints', endpoint, 'snapshot', 'save', file], { env: environment });
      if (saved.status !== 0) throw new Error(`etcdctl snapshot save: ${saved.stderr}`);
    },
    stop: async () => {
      process.off('exit', kill);
      child.kill('SIGTERM');
      await ended;
    },
  };
  await untilReady(child, endpoint, etcd);
  return etcd;
}

async function untilReady(child: ChildProcess, endpoint: string, etcd: LocalEtcd): Promise<void> {
  for (let waited = 0; waited < READY_WITHIN && child.exitCode === null; waited += 50) {
    const health = await fetch(`${endpoint}/health`).catch(() => undefined);
    if (health?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (child.exitCode === null) await etcd.stop();
  throw new Error('etcd did not become ready');
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
