// How one etcd member is reached: its client address, its authority and a client certificate, as kubeadm puts them under /etc/kubernetes/pki/etcd.
import { readAccessFile } from '../access/read-file.ts';
import { type Endpoint, makeEndpoint } from '../transport/endpoint.ts';

/** Files in PEM, and the address of one member. */
export interface EtcdPlace {
  /** `https://HOST:2379`. */
  readonly endpoint: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/**
 * Opens the files of a member's access.
 * @throws PlimsollError `input-missing`, `input-unreadable`, `cluster` for files that cannot be used
 */
export async function etcdEndpoint({ endpoint, ...files }: EtcdPlace): Promise<Endpoint> {
  const [ca, certificate, key] = await Promise.all([
    readAccessFile(files.ca, 'authority of etcd'),
    readAccessFile(files.certificate, 'client certificate for etcd'),
    readAccessFile(files.key, 'client key for etcd'),
  ]);
  return makeEndpoint({ server: endpoint }, { ca, certificate, key }, `etcd at ${endpoint}`);
}
