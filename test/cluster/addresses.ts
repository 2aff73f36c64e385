// Addresses for a cluster's nodes: all of 127.0.0.0/8 is loopback on Linux, so each node has an address of its own, and the ports are those that
// kubeadm uses. Ports of outgoing connections cannot get in their way, as they could with free ports of 127.0.0.1.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Ports of a control-plane node. */
export interface NodePorts {
  readonly apiServer: number;
  readonly etcdClient: number;
  readonly etcdPeer: number;
}

/** Addresses of nodes, one each, and the ports they all use. */
export interface ClusterAddresses {
  readonly addresses: readonly string[];
  readonly ports: NodePorts;
}

const TRIES = 20;

/** Finds addresses at which nothing listens. */
export async function freeAddresses(nodes: number): Promise<ClusterAddresses> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const network = `127.${randomInt(16, 250)}.${randomInt(0, 256)}`;
    const addresses = Array.from({ length: nodes }, (_, index) => `${network}.${index + 1}`);
    // Other ports when something on this machine listens at kubeadm's on all addresses.
    const shift = tried < TRIES / 2 ? 0 : 10_000;
    const ports = { apiServer: 6443 + shift, etcdClient: 2379 + shift, etcdPeer: 2380 + shift };
    const free = await Promise.all(
      addresses.flatMap((address) => Object.values(ports).map((port) => isFree(address, port))),
    );
    if (free.every((one) => one)) return { addresses, ports };
  }
  throw new Error('no free loopback addresses for a cluster');
}

function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
