// One server and how each side knows the other: TLS with the server's authorities and perhaps our own certificate. Key material goes into the
// secure context and is nowhere else, so that nothing can print it.
import { X509Certificate } from 'node:crypto';
import type { SecureContext } from 'node:tls';
import { messageOf, PlimsollError } from '../../platform/errors.ts';

/** How a server is reached and trusted. */
export interface Endpoint {
  /** `https://HOST:PORT`, perhaps with a path, without a slash at its end. */
  readonly server: string;
  /** Authorities of the server and the client's certificate and key; absent for plain HTTP on loopback. */
  readonly tls?: SecureContext;
  /** The name that the server's certificate must have, when it is not that of the address. */
  readonly serverName?: string;
  /** The server's certificate is not checked: the kubeconfig says so. */
  readonly insecure?: boolean;
  /** The client's own certificate, to tell when it has expired. */
  readonly certificate?: X509Certificate;
  /** Proxy for this server, a URL. */
  readonly proxy?: string;
}

/** PEM texts that make an endpoint. */
export interface TlsMaterial {
  /** Authorities to trust; those of the system when absent. */
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
}

/** Where the server is, and what is to be known of it besides its certificates. */
export type EndpointPlace = Pick<Endpoint, 'server' | 'serverName' | 'insecure' | 'proxy'>;

/**
 * Makes an endpoint of PEM texts.
 * @param origin what to name in errors: a file, a context
 * @throws PlimsollError `cluster` for an address that is no URL, plain HTTP beyond loopback, and certificates or keys that cannot be used
 */
export function makeEndpoint(place: EndpointPlace, material: TlsMaterial, origin: string): Endpoint {
  const server = serverAddress(place.server, origin);
  if (server.startsWith('http:')) return { ...place, server };
  const { ca, certificate, key } = material;
  if ((certificate === undefined) !== (key === undefined)) {
    throw new PlimsollError('cluster', `${origin}: a client certificate needs its key, and a key its certificate`);
  }
  try {
    const { createSecureContext } = process.getBuiltinModule('node:tls');
    const tls = createSecureContext({ ca, cert: certificate, key, minVersion: 'TLSv1.2' });
    return {
      ...place,
      server,
      tls,
      ...(certificate === undefined ? {} : { certificate: new X509Certificate(certificate) }),
    };
  } catch (error) {
    throw new PlimsollError('cluster', `${origin}: a certificate or key cannot be used: ${messageOf(error)}`);
  }
}

/** The same trust at another address: one control plane of several. */
export function endpointAt(endpoint: Endpoint, server: string): Endpoint {
  const address = serverAddress(server, server);
  if (address.startsWith('https:') !== endpoint.server.startsWith('https:')) {
    throw new PlimsollError('cluster', `${server} and ${endpoint.server} are not both https`);
  }
  return { ...endpoint, server: address };
}

function serverAddress(server: string, origin: string): string {
  const url = URL.parse(server);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new PlimsollError('cluster', `${origin}: the server's address is no https URL`);
  }
  // Credentials and objects go over this connection.
  if (url.protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) {
    throw new PlimsollError('cluster', `${origin}: ${url.host} is not https, which is accepted on loopback only`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** Whether the client's own certificate is past its end; the day, if so. */
export function expiredOn(endpoint: Endpoint, now: Date): string | undefined {
  const end = endpoint.certificate?.validToDate;
  return end !== undefined && end < now ? end.toISOString().slice(0, 10) : undefined;
}
