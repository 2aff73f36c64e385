// Which provider and key wrote a stored value, asked of the etcd that a node's API server uses, with the server's own certificate. Keys of objects in etcd:
// PREFIX/RESOURCE/NAMESPACE/NAME (k8s.io/apiserver, pkg/registry/generic/registry, NamespaceKeyFunc).
import { join } from 'node:path';
import { EtcdClient } from '../../../kubernetes/etcd/client.ts';
import { etcdEndpoint } from '../../../kubernetes/etcd/endpoint.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { nameOf, type TransformerId } from '../plan/transformer-id.ts';
import { flagOf, readServerPod } from '../status/manifest.ts';
import { readPrivateFile } from './private-file.ts';

/** How a node's API server reaches etcd. Paths are absolute on this machine. */
export interface ServerEtcd {
  readonly endpoint: string;
  /** Of all keys: `/registry` unless the server was told otherwise. */
  readonly prefix: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/**
 * What the manifest says.
 * @param root folder that stands for the node's `/`
 * @throws PlimsollError `cluster` when it does not say enough; ParseError, LimitError
 */
export function serverEtcd(manifest: string, name: string, root: string): ServerEtcd {
  const { flags, onNode } = readServerPod(manifest, name);
  const file = (flag: string): string => {
    const path = onNode(flagOf(flags, [flag]) ?? '');
    if (path === undefined) throw new PlimsollError('cluster', `${name} does not say where the file of ${flag} is`);
    return join(root, path);
  };
  const [endpoint = ''] = (flagOf(flags, ['--etcd-servers']) ?? '').split(',');
  if (endpoint === '') throw new PlimsollError('cluster', `${name} names no etcd`);
  return {
    endpoint,
    prefix: flagOf(flags, ['--etcd-prefix']) ?? '/registry',
    ca: file('--etcd-cafile'),
    certificate: file('--etcd-certfile'),
    key: file('--etcd-keyfile'),
  };
}

/**
 * The beginning of a stored object's value, up to 1 KiB; undefined when there is none.
 * @param manifest path on the node
 * @throws ServerError, PlimsollError; ParseError, LimitError
 */
export async function storedHead(root: string, manifest: string, path: string): Promise<Buffer | undefined> {
  const etcd = serverEtcd(readPrivateFile(join(root, manifest)) ?? '', manifest, root);
  const client = new EtcdClient(await etcdEndpoint(etcd));
  try {
    const { values } = await client.range(`${etcd.prefix.replace(/\/$/, '')}/${path}`);
    return values[0]?.value.subarray(0, 1024);
  } finally {
    client.close();
  }
}

/** Whether a value begins as the transformer writes. Two keys of one name begin alike. */
export function isWrittenBy(head: Buffer, id: TransformerId): boolean {
  const name = nameOf(id);
  const start = name === 'identity' ? undefined : writtenStart(name);
  return start === undefined ? !head.toString('latin1').startsWith('k8s:enc:') : head.indexOf(start) === 0;
}

/** `aescbc:key1` and `kms-v2:name` as they stand in values. */
function writtenStart(name: string): string {
  const colon = name.indexOf(':');
  const [provider = '', version = 'v1'] = name.slice(0, colon).split('-');
  return `k8s:enc:${provider}:${version}:${name.slice(colon + 1)}:`;
}
