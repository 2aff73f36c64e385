// Requests to a registry's API: finds out whether it speaks TLS, answers its challenges, tells its failures apart.
import { ParseError, PlimsollError } from '../../../platform/errors.ts';
import { apiHost, mayUseHttp, type RegistryAccess } from './access.ts';
import { Authorizer, type Endpoint } from './authorize.ts';
import { codeOf, discard, HttpClient, type HttpResponse, REDIRECTS, speaksNoTls } from './http.ts';
import { busy, refused } from './status.ts';

/** A repository, by the names that references use. */
export interface Place {
  readonly registry: string;
  readonly repository: string;
}

/** Connections, credentials and tokens of one client. Close it when done. */
export class RegistrySession {
  readonly access: RegistryAccess;
  readonly #http: HttpClient;
  readonly #authorizer: Authorizer;
  readonly #origins = new Map<string, Promise<URL>>();

  constructor(access: RegistryAccess) {
    this.access = access;
    this.#http = new HttpClient(access);
    this.#authorizer = new Authorizer(access, this.#http);
  }

  /**
   * Sends one request below `/v2/REPOSITORY/`, logging in when the registry asks for it. Any status may come back but those that are worth a repetition.
   * @throws TransientError for these and for broken connections; PlimsollError `unauthorized`, `registry`.
   */
  async send(
    method: 'GET' | 'HEAD',
    place: Place,
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<HttpResponse> {
    const endpoint: Endpoint = { ...place, origin: await this.#origin(place.registry) };
    const url = new URL(`/v2/${place.repository}/${path}`, endpoint.origin);
    const remembered = this.#authorizer.remembered(endpoint);
    let response = await this.#ask(method, url, headers, remembered);
    if (isChallenge(response, endpoint)) {
      discard(response.body);
      const challenge = response.headers['www-authenticate'] ?? '';
      response = await this.#ask(method, url, headers, await this.#authorizer.answer(endpoint, challenge, remembered));
    }
    const failure = busy(response);
    if (failure === undefined) return response;
    discard(response.body);
    throw failure;
  }

  /** The error for a response that is no success. Gives up its body. */
  async failure(place: Place, response: HttpResponse, what: string): Promise<PlimsollError> {
    discard(response.body);
    const endpoint: Endpoint = { ...place, origin: await this.#origin(place.registry) };
    const login = response.status === 401 || response.status === 403;
    if (login && response.host === endpoint.origin.host) return this.#authorizer.refusal(endpoint, response.host);
    return refused(response, what);
  }

  close(): void {
    this.#http.close();
  }

  #ask(
    method: 'GET' | 'HEAD',
    url: URL,
    headers: Readonly<Record<string, string>>,
    authorization: string | undefined,
  ): Promise<HttpResponse> {
    const own = authorization === undefined ? {} : { authorization };
    return this.#http.send({ method, url, headers: { ...COMMON_HEADERS, ...headers, ...own }, redirects: REDIRECTS });
  }

  #origin(registry: string): Promise<URL> {
    let origin = this.#origins.get(registry);
    if (origin === undefined) {
      origin = this.#findOrigin(apiHost(registry));
      this.#origins.set(registry, origin);
      origin.catch(() => this.#origins.delete(registry));
    }
    return origin;
  }

  /** Plain HTTP only where it is allowed and the host does not speak TLS; a certificate that is not trusted is never a reason for it. */
  async #findOrigin(host: string): Promise<URL> {
    const secure = URL.parse(`https://${host}/`);
    if (secure === null) throw new ParseError(`"${host}" is not a registry's host and port`);
    if (!mayUseHttp(host, this.access)) return secure;
    try {
      const url = new URL('/v2/', secure);
      discard((await this.#http.send({ method: 'GET', url, headers: COMMON_HEADERS, redirects: 0 })).body);
      return secure;
    } catch (error) {
      const code = error instanceof PlimsollError ? codeOf(error.cause) : '';
      // Without a port in its name, a host without TLS listens on another port: nothing is at this one.
      const elsewhere = code === 'ECONNREFUSED' && secure.port === '';
      if (!speaksNoTls(code) && code !== 'ECONNRESET' && !elsewhere) throw error;
      return new URL(`http://${host}/`);
    }
  }
}

/** Blobs are compared by the bytes that are stored, so no compression on the way. */
const COMMON_HEADERS: Readonly<Record<string, string>> = { 'accept-encoding': 'identity', 'user-agent': 'plimsoll' };

function isChallenge(response: HttpResponse, endpoint: Endpoint): boolean {
  return response.status === 401 && response.host === endpoint.origin.host;
}
