// A control plane in one process, without a kubelet and without etcd: a folder with a manifest, and a loopback server that answers as an API server does
// that was started with what the manifest says. For tests of runs that are killed at any act.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ApiClient } from '../../src/kubernetes/api/client.ts';
import { serverStateOf } from '../../src/operate/encryption/status/control-plane.ts';
import { lookAtNode } from '../../src/operate/encryption/status/node-folder.ts';

/** Where the manifest lies, as on every node. */
const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml';

const CONFIGURATION = '/etc/kubernetes/encryption/config.yaml';

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
spec:
  containers:
  - command:
    - kube-apiserver
    - --advertise-address=192.0.2.1
    - --encryption-provider-config=${CONFIGURATION}
    - --secure-port=6443
    name: kube-apiserver
    volumeMounts:
    - {name: encryption, mountPath: /etc/kubernetes/encryption}
  volumes:
  - {name: encryption, hostPath: {path: /etc/kubernetes/encryption}}
`;

/** It begins in plain text, and with a configuration: without one only the process itself could say that it has none. */
const PLAIN = `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers: [{identity: {}}]
`;

/** The pretended node. Close it. */
export interface PretendNode {
  readonly root: string;
  readonly client: ApiClient;
  /** Where a path of the node lies. */
  path(onNode: string): string;
  /** The beginning of a stored value: `secrets/NAMESPACE/NAME`. */
  stored(path: string): Promise<Buffer | undefined>;
  /** The lists with which the server does not start. */
  readonly refused: Set<string>;
  close(): void;
}

/** Starts one. */
export async function pretendNode(): Promise<PretendNode> {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-node-'));
  const path = (onNode: string): string => join(root, onNode);
  mkdirSync(dirname(path(MANIFEST)), { recursive: true, mode: 0o700 });
  mkdirSync(dirname(path(CONFIGURATION)), { mode: 0o700 });
  writeFileSync(path(CONFIGURATION), PLAIN, { mode: 0o600 });
  writeFileSync(path(MANIFEST), POD, { mode: 0o600 });
  const server = new PretendServer(root, path(MANIFEST));
  const http = createServer((request, response) => server.answer(request, response));
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const { port } = http.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}`;
  const client = new ApiClient({ endpoint: { server: address }, origin: 'test' }, { retries: 0 });
  return {
    root,
    client,
    path,
    stored: async (name) => server.stored(name),
    refused: server.refused,
    close: () => {
      client.close();
      http.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

class PretendServer {
  readonly refused = new Set<string>();
  readonly #root: string;
  readonly #manifest: string;
  readonly #objects = new Map<string, { readonly writer: string; readonly body: string }>();
  #started = '';
  #startedAt = 0;
  #list: readonly string[] | undefined;

  constructor(root: string, manifest: string) {
    this.#root = root;
    this.#manifest = manifest;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    this.#settle();
    const list = this.#list;
    if (list === undefined) return void request.destroy();
    const url = request.url ?? '';
    if (url.startsWith('/readyz')) return void response.end('[+]informer-sync ok\nreadyz check passed\n');
    if (url === '/metrics') return void response.end(`process_start_time_seconds ${this.#startedAt / 1000}\n`);
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => this.#object(request.method ?? '', url.replace(/\?.*/, ''), body, list, response));
  }

  /** As etcd would have it, without what follows the name of the key. */
  stored(path: string): Buffer | undefined {
    const [resource, namespace, name] = path.split('/');
    const writer = this.#objects.get(`/api/v1/namespaces/${namespace}/${resource}/${name}`)?.writer;
    if (writer === undefined) return undefined;
    const [provider, key] = writer.replace(/#.*/, '').split(':');
    return Buffer.from(key === undefined ? 'k8s\0' : `k8s:enc:${provider}:v1:${key}:`);
  }

  /** As the kubelet: a changed manifest is another pod. */
  #settle(): void {
    const manifest = readFileSync(this.#manifest, 'utf8');
    if (manifest === this.#started) return;
    const now = (): Date => new Date();
    const { file } = serverStateOf(lookAtNode({ node: 'm1', root: this.#root, resource: 'secrets', now }));
    this.#started = manifest;
    this.#startedAt = Math.max(Date.now(), statSync(this.#manifest).mtimeMs) + 20;
    const isRefused = file.state !== 'read' || this.refused.has(file.transformers.join(' '));
    this.#list = isRefused ? undefined : file.transformers;
  }

  #object(method: string, path: string, body: string, list: readonly string[], response: ServerResponse): void {
    const name = method === 'POST' ? `${path}/${JSON.parse(body).metadata.name}` : path;
    const found = this.#objects.get(name);
    const [status, reason] = problemOf(method, found?.writer, list);
    if (status !== undefined) {
      response.writeHead(status).end(JSON.stringify({ kind: 'Status', metadata: {}, reason }));
      return;
    }
    if (method === 'DELETE') this.#objects.delete(name);
    if (method === 'POST' || method === 'PUT') this.#objects.set(name, { writer: list[0] ?? '', body });
    response.end(method === 'GET' ? found?.body : method === 'DELETE' ? '{"metadata":{}}' : body);
  }
}

function problemOf(
  method: string,
  writer: string | undefined,
  list: readonly string[],
): [status?: number, reason?: string] {
  if (method === 'POST') return writer === undefined ? [] : [409, 'AlreadyExists'];
  if (writer === undefined) return [404, 'NotFound'];
  return list.includes(writer) ? [] : [500, 'InternalError'];
}
