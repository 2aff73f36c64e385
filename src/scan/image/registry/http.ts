// One HTTP request to a registry and the redirects behind it: bounded connections, trust, proxies, silence limits, and no credentials to another host.
// RFC 9110 (redirection 15.4); failures become PlimsollErrors that name the host and never a query string, where storage services put signatures.
import type { Agent as HttpAgent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { SecureContext } from 'node:tls';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import { isLoopback, mayUseHttp, type RegistryAccess } from './access.ts';
import { TransientError } from './retry.ts';

/** A request. Names of headers in lower case. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Redirects to follow; 0 gives the redirect itself back. */
  readonly redirects: number;
}

/** A response whose body was not read yet. Read it to its end or `discard` it. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Host that answered, after redirects. */
  readonly host: string;
  readonly body: IncomingMessage;
}

/** Redirects that are followed from a registry to where it stores its blobs. */
export const REDIRECTS = 5;

const REDIRECT_STATUS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Failures of a connection that a repetition may cure. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Node's network modules when they are needed: importing node:http costs a scan of local images 25 ms for nothing. */
const builtin = process.getBuiltinModule;

/** Sends requests over pools of kept connections. Close it when done. */
export class HttpClient {
  readonly #access: RegistryAccess;
  readonly #agents = new Map<string, HttpAgent | HttpsAgent>();

  constructor(access: RegistryAccess) {
    this.#access = access;
  }

  /**
   * Sends one request and follows its redirects. An Authorization header goes to the first origin alone.
   * @throws TransientError for broken connections and silence; PlimsollError `registry` for a certificate that is not trusted and for a redirect that is not followed.
   */
  async send(request: HttpRequest): Promise<HttpResponse> {
    let { url, headers } = request;
    for (let left = request.redirects; ; left--) {
      const body = await this.#exchange(request, url, headers);
      const status = body.statusCode ?? 0;
      const target = body.headers.location;
      if (request.redirects === 0 || !REDIRECT_STATUS.has(status) || target === undefined) {
        return { status, headers: body.headers, host: url.host, body };
      }
      discard(body);
      if (left === 0) throw new PlimsollError('registry', `${request.url.host} redirects more than ${REDIRECTS} times`);
      const next = this.#redirectTarget(url, target);
      if (next.origin !== url.origin) headers = withoutAuthorization(headers);
      url = next;
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #redirectTarget(from: URL, location: string): URL {
    const next = URL.parse(location, from.href);
    if (next === null) throw new PlimsollError('registry', `${from.host} redirects to something that is no URL`);
    const secure = next.protocol === 'https:';
    const plain = next.protocol === 'http:' && from.protocol === 'http:' && mayUseHttp(next.host, this.#access);
    if (secure || plain) return next;
    throw new PlimsollError(
      'registry',
      `${from.host} redirects to ${next.protocol}//${next.host}, which is not followed: it is not https`,
    );
  }

  #exchange(request: HttpRequest, url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const { stallMs } = this.#access;
    return new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? builtin('node:https').request : builtin('node:http').request;
      const sent = send(url, { method: request.method, headers, agent: this.#agent(url) });
      let timer: NodeJS.Timeout | undefined;
      // Counted from the moment that the request has a connection: waiting for a free one is no silence.
      sent.once('socket', () => {
        timer = setTimeout(() => {
          sent.destroy(new TransientError(`${url.host} does not answer within ${stallMs / 1000} s`));
        }, stallMs);
      });
      sent.once('response', (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      sent.on('error', (error) => {
        clearTimeout(timer);
        reject(connectionError(url.host, error));
      });
      sent.end(request.body);
    });
  }

  /** Loopback is never behind a proxy. */
  #agent(url: URL): HttpAgent | HttpsAgent {
    const direct = isLoopback(url.host);
    const key = `${url.protocol}${direct ? 'direct' : ''}`;
    let agent = this.#agents.get(key);
    if (agent === undefined) {
      const { concurrency, environment, ca } = this.#access;
      const options = {
        keepAlive: true,
        maxSockets: concurrency,
        ...(direct ? {} : { proxyEnv: environment }),
      };
      agent =
        url.protocol === 'https:'
          ? new (builtin('node:https').Agent)({ ...options, secureContext: trust(ca) })
          : new (builtin('node:http').Agent)(options);
      this.#agents.set(key, agent);
    }
    return agent;
  }
}

/** Gives up a response: small rests are read so that the connection can be kept, others close it. */
export function discard(body: IncomingMessage): void {
  const length = Number(body.headers['content-length'] ?? Number.NaN);
  body.on('error', () => {});
  if (length <= 64 * 1024) body.resume();
  else body.destroy();
}

/** An error of a connection as one of ours. */
export function connectionError(host: string, error: unknown): PlimsollError {
  if (error instanceof PlimsollError) return error;
  const code = codeOf(error);
  if (/^(?:CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_TLS_CERT)/.test(code)) {
    return new PlimsollError(
      'registry',
      `the certificate of ${host} is not trusted (${code}); name its certificate authority as registries.ca in plimsoll.yaml`,
      { cause: error },
    );
  }
  if (speaksNoTls(code)) {
    return new PlimsollError(
      'registry',
      `${host} does not speak TLS (${code}); list it under registries.insecure in plimsoll.yaml to allow plain HTTP`,
      { cause: error },
    );
  }
  const message = `connection to ${host} failed: ${code === '' ? messageOf(error) : code}`;
  if (TRANSIENT.has(code) || messageOf(error) === 'aborted') return new TransientError(message, { cause: error });
  return new PlimsollError('registry', message, { cause: error });
}

/** Whether a failure's code says that the server does not speak TLS. */
export function speaksNoTls(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_');
}

/** The code that Node gives a system, TLS or parser error; '' without one. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Trusts Node's own list, the system's (where sites install theirs, and where other container tools look) and the given authorities. */
function trust(extra: string | undefined): SecureContext {
  const { createSecureContext, getCACertificates } = builtin('node:tls');
  const known = [...getCACertificates('default'), ...getCACertificates('system')];
  return createSecureContext({ ca: [...new Set(extra === undefined ? known : [...known, extra])] });
}

function withoutAuthorization(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { authorization: _, ...rest } = headers;
  return rest;
}
