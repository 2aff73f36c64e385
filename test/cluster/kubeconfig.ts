// Kubeconfigs for the users of a test cluster, with a context for each server. kubeconfig v1.
import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { KeyedCertificate } from './certificates.ts';

/** A server as a context names it. */
export interface NamedServer {
  readonly name: string;
  readonly url: string;
}

/** Text of a kubeconfig; its contexts have the names of the servers, the first one is current. */
export function kubeconfigText(
  servers: readonly NamedServer[],
  authority: string,
  user: string,
  { certificate, key }: KeyedCertificate,
): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: servers.map(({ name, url }) => ({
      name,
      cluster: { server: url, 'certificate-authority-data': base64(authority) },
    })),
    users: [{ name: user, user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) } }],
    contexts: servers.map(({ name }) => ({ name, context: { cluster: name, user } })),
    'current-context': servers[0]?.name ?? '',
  });
}

function base64(file: string): string {
  return readFileSync(file).toString('base64');
}
