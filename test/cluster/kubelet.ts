// A kubelet as far as API servers ask it for logs: an HTTPS server on loopback, registered as a node, that gives what containers printed. It runs nothing.
// Kubelet API, GET /containerLogs/NAMESPACE/POD/CONTAINER.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiClient } from '../../src/kubernetes/api/client.ts';
import { Connection } from '../../src/kubernetes/transport/connection.ts';
import type { Endpoint } from '../../src/kubernetes/transport/endpoint.ts';
import { makeAuthority } from './certificates.ts';

/** The node. */
export interface TestKubelet {
  readonly name: string;
  /** What containers printed, by `NAMESPACE/POD/CONTAINER`; any other container has not started. */
  readonly logs: Map<string, string>;
  /** What it was asked for, with the query. */
  readonly asked: string[];
  readonly stop: () => void;
}

/** Starts it, and makes the node that API servers find it by. */
export async function startKubelet(api: ApiClient, endpoint: Endpoint, name: string): Promise<TestKubelet> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-kubelet-'));
  const { certificate, key } = makeAuthority(folder, 'kubelet', name);
  const logs = new Map<string, string>();
  const asked: string[] = [];
  const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
    asked.push(request.url ?? '');
    const place = decodeURIComponent((request.url ?? '').replace(/\?.*/, '').replace(/^\/containerLogs\//, ''));
    const text = logs.get(place);
    response.writeHead(text === undefined ? 400 : 200, { 'content-type': 'text/plain' });
    response.end(text ?? `container "${place}" is waiting to start`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await api.create({ group: '', version: 'v1', plural: 'nodes', namespaced: false }, { metadata: { name } });
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  const connection = new Connection(endpoint, () => new Date());
  await connection.request({
    method: 'PATCH',
    path: `/api/v1/nodes/${name}/status`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({ status }),
    timeoutMs: 5000,
  });
  connection.close();
  return {
    name,
    logs,
    asked,
    stop: () => {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}
