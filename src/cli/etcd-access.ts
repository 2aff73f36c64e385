// How commands reach etcd: the options that say where it is, with the names that etcdctl has for them.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { OpenMember } from '../operate/encryption/verify/cluster-look.ts';
import type { CommandContext } from './command.ts';

/** Options of commands that talk to etcd. */
export interface EtcdOptions {
  readonly endpoint?: readonly string[];
  readonly cacert: string;
  readonly cert: string;
  readonly key: string;
  readonly scratch: string;
}

const PKI = '/etc/kubernetes/pki/etcd';

/** Adds the options. */
export function onEtcd(command: Command): Command {
  return command
    .option(
      '--endpoint <url...>',
      'client addresses of members of etcd, as https://127.0.0.1:2379: the first that answers says where the others are',
    )
    .option('--cacert <file>', 'authority of etcd', `${PKI}/ca.crt`)
    .option('--cert <file>', 'client certificate for etcd', `${PKI}/healthcheck-client.crt`)
    .option('--key <file>', 'its key', `${PKI}/healthcheck-client.key`)
    .option('--scratch <folder>', "folder in memory for a member's snapshot while it is read", '/dev/shm');
}

/** Opens members. Their files are read at the first. */
export function memberOpener(
  options: Pick<EtcdOptions, 'cacert' | 'cert' | 'key'>,
  { workingDirectory }: CommandContext,
): OpenMember {
  return async (endpoint) => {
    // Loaded only for those who ask: it brings TLS.
    const { etcdEndpoint } = await import('../kubernetes/etcd/endpoint.ts');
    const { EtcdClient } = await import('../kubernetes/etcd/client.ts');
    const place = {
      endpoint,
      ca: resolve(workingDirectory, options.cacert),
      certificate: resolve(workingDirectory, options.cert),
      key: resolve(workingDirectory, options.key),
    };
    return new EtcdClient(await etcdEndpoint(place));
  };
}
