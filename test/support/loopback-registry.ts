// A registry on loopback for tests: serves made images, records what it was asked, and misbehaves where a test tells it to.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { MadeImage } from './oci-layout.ts';

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Sees each request first; true when it has answered. */
export type Fault = (request: SeenRequest, response: ServerResponse) => boolean;

/** A running registry. */
export interface LoopbackRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly requests: SeenRequest[];
  close(): Promise<void>;
}

/** What to serve. Images by `repository:tag`; every blob is there by digest in every repository. */
export interface LoopbackOptions {
  readonly images?: Readonly<Record<string, MadeImage>>;
  readonly fault?: Fault;
  /** PEM key and certificate: makes it speak TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Starts a registry on a free port. */
export async function startLoopbackRegistry(options: LoopbackOptions): Promise<LoopbackRegistry> {
  const requests: SeenRequest[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    let body = '';
    request.on('data', (piece: Buffer) => {
      body += piece.toString();
    });
    request.on('end', () => {
      const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      requests.push(seen);
      if (options.fault?.(seen, response) !== true) serve(options.images ?? {}, seen, response);
    });
  };
  const server: Server = options.tls === undefined ? createServer(answer) : createSecureServer(options.tls, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function serve(images: Readonly<Record<string, MadeImage>>, request: SeenRequest, response: ServerResponse): void {
  const [, repository, kind, name = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(request.path) ?? [];
  const blob =
    kind === 'manifests' && !name.startsWith('sha256:')
      ? images[`${repository}:${name}`]?.[0]
      : Object.values(images)
          .flat()
          .find(({ digest }) => digest === name);
  if (blob === undefined) {
    response.writeHead(request.path === '/v2/' ? 200 : 404).end('{}');
    return;
  }
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = blob.bytes.subarray(from);
  const { length } = blob.bytes;
  response.writeHead(from === 0 ? 200 : 206, {
    'content-type': kind === 'manifests' ? blob.mediaType : 'application/octet-stream',
    'content-length': rest.length,
    ...(kind === 'manifests' ? { 'docker-content-digest': blob.digest } : {}),
    ...(from === 0 ? {} : { 'content-range': `bytes ${from}-${length - 1}/${length}` }),
  });
  response.end(request.method === 'HEAD' ? undefined : rest);
}
