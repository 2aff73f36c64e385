// Answers a registry's challenge: Basic, or a token from the token service that a Bearer challenge names.
// Distribution specification "Token Authentication" (docs/spec/auth/token.md) and "OAuth2 Token Authentication" (oauth.md) for identity tokens.
import { PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { type Fields, optionalText, readObject } from '../json-fields.ts';
import { mayUseHttp, type RegistryAccess } from './access.ts';
import { readWhole } from './body.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { CredentialFinder, type CredentialSearch, type Credentials } from './credentials.ts';
import { discard, type HttpClient } from './http.ts';
import { busy } from './status.ts';

/** A repository behind an API address. */
export interface Endpoint {
  /** The registry's name as references write it. */
  readonly registry: string;
  readonly repository: string;
  /** Origin of the API: scheme, host, port. */
  readonly origin: URL;
}

interface Authorization {
  readonly header: string;
  /** Clock of `performance.now()` from which it is not used any more. */
  readonly until: number;
}

/** Life of a token whose service states none, in seconds (token.md). */
const TOKEN_SECONDS = 60;
/** A token is renewed this long before its end, in milliseconds. */
const RENEW_BEFORE_MS = 5_000;

/** Gives Authorization headers and remembers them while they last. Knows one environment's credentials. */
export class Authorizer {
  readonly #access: RegistryAccess;
  readonly #http: HttpClient;
  readonly #finder: CredentialFinder;
  readonly #known = new Map<string, Authorization>();
  readonly #pending = new Map<string, Promise<string>>();

  constructor(access: RegistryAccess, http: HttpClient) {
    this.#access = access;
    this.#http = http;
    this.#finder = new CredentialFinder(access.authFiles, access.environment);
  }

  /** The header for a repository that a challenge has given before and that is still good. Nothing is sent before a registry asked. */
  remembered(endpoint: Endpoint): string | undefined {
    const key = keyOf(endpoint);
    const known = this.#known.get(key);
    if (known !== undefined && known.until > performance.now()) return known.header;
    this.#known.delete(key);
    return undefined;
  }

  /**
   * Answers a challenge. `refused` is the header that the registry did not accept.
   * @throws PlimsollError `unauthorized` without usable credentials or when they are refused, `registry`; TransientError.
   */
  answer(endpoint: Endpoint, wwwAuthenticate: string, refused: string | undefined): Promise<string> {
    const key = keyOf(endpoint);
    if (this.#known.get(key)?.header === refused) this.#known.delete(key);
    const newer = this.remembered(endpoint);
    if (newer !== undefined) return Promise.resolve(newer);
    let pending = this.#pending.get(key);
    if (pending === undefined) {
      pending = this.#obtain(endpoint, wwwAuthenticate).finally(() => this.#pending.delete(key));
      this.#pending.set(key, pending);
    }
    return pending;
  }

  /** The refusal of a registry as an error that says where credentials were looked for. */
  async refusal(endpoint: Endpoint, host: string): Promise<PlimsollError> {
    const search = await this.#finder.find(endpoint.registry, endpoint.repository);
    const name = `${endpoint.registry}/${endpoint.repository}`;
    const why = search.credentials === undefined ? noneFound(search) : 'the credentials that it has may not read it';
    return new PlimsollError(
      'unauthorized',
      `${host} refuses ${name}: it does not exist or needs a login, and ${why}; log in with: skopeo login ${endpoint.registry}`,
    );
  }

  async #obtain(endpoint: Endpoint, wwwAuthenticate: string): Promise<string> {
    const challenges = parseChallenges(wwwAuthenticate);
    const bearer = challenges.find((challenge) => challenge.scheme === 'bearer');
    const basic = challenges.find((challenge) => challenge.scheme === 'basic');
    const { credentials } = await this.#finder.find(endpoint.registry, endpoint.repository);
    if (credentials?.kind === 'registry-token') return this.#remember(endpoint, bearerHeader(credentials.token));
    if (bearer !== undefined) return this.#token(endpoint, bearer, credentials);
    if (basic !== undefined && credentials?.kind === 'password') {
      return this.#remember(endpoint, basicHeader(credentials));
    }
    if (basic !== undefined) throw await this.refusal(endpoint, endpoint.origin.host);
    throw new PlimsollError('unauthorized', `${endpoint.origin.host} asks for a login by a way that is not supported`);
  }

  async #token(endpoint: Endpoint, challenge: Challenge, credentials: Credentials | undefined): Promise<string> {
    const realm = this.#realm(endpoint, challenge);
    const answer = await this.#ask(endpoint, realm, challenge, credentials);
    const what = `the answer of the token service ${realm.host}`;
    const token = optionalText(answer, 'token', what) ?? optionalText(answer, 'access_token', what);
    if (token === undefined) throw new PlimsollError('registry', `${what} holds no token`);
    const stated = answer['expires_in'];
    const seconds = typeof stated === 'number' && stated > 0 ? stated : TOKEN_SECONDS;
    return this.#remember(endpoint, bearerHeader(token), seconds);
  }

  /** The token service may be anywhere, so it must be https; plain HTTP only where the registry itself is reached that way. */
  #realm(endpoint: Endpoint, challenge: Challenge): URL {
    const url = URL.parse(challenge.parameters.get('realm') ?? '');
    const plain =
      endpoint.origin.protocol === 'http:' && url?.protocol === 'http:' && mayUseHttp(url.host, this.#access);
    if (url !== null && (url.protocol === 'https:' || plain)) return url;
    throw new PlimsollError(
      'registry',
      `${endpoint.origin.host} sends logins to ${url === null ? 'no URL' : url.origin}, which is not followed: it is not https`,
    );
  }

  async #ask(
    endpoint: Endpoint,
    realm: URL,
    challenge: Challenge,
    credentials: Credentials | undefined,
  ): Promise<Fields> {
    const asked = {
      ...(challenge.parameters.has('service') ? { service: challenge.parameters.get('service') ?? '' } : {}),
      scope: challenge.parameters.get('scope') ?? `repository:${endpoint.repository}:pull`,
    };
    const response = await this.#http.send({ ...tokenRequest(realm, asked, credentials), redirects: 0 });
    const { status, host, body } = response;
    if (status === 200) {
      const bytes = await readWhole(body, host, this.#access.stallMs, LIMITS.tokenBytes);
      return readObject(bytes, `the answer of the token service ${host}`);
    }
    discard(body);
    const failure = busy(response);
    if (failure !== undefined) throw failure;
    if (status === 401 || status === 403 || status === 400) throw await this.refusal(endpoint, host);
    throw new PlimsollError(
      'registry',
      `the token service ${host} of ${endpoint.registry} answers with status ${status}`,
    );
  }

  #remember(endpoint: Endpoint, header: string, seconds?: number): string {
    const until =
      seconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000 - RENEW_BEFORE_MS;
    this.#known.set(keyOf(endpoint), { header, until });
    return header;
  }
}

function tokenRequest(
  realm: URL,
  asked: { readonly service?: string; readonly scope: string },
  credentials: Credentials | undefined,
): { method: 'GET' | 'POST'; url: URL; headers: Record<string, string>; body?: string } {
  if (credentials?.kind === 'identity-token') {
    const form = { grant_type: 'refresh_token', client_id: 'plimsoll', refresh_token: credentials.token, ...asked };
    return {
      method: 'POST',
      url: realm,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    };
  }
  const url = new URL(realm);
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  const headers = credentials?.kind === 'password' ? { authorization: basicHeader(credentials) } : {};
  return { method: 'GET', url, headers };
}

function basicHeader(credentials: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}

function bearerHeader(token: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new PlimsollError('registry', 'a token holds characters that no header may');
  return `Bearer ${token}`;
}

function keyOf(endpoint: Endpoint): string {
  return `${endpoint.origin.host}/${endpoint.repository}`;
}

function noneFound(search: CredentialSearch): string {
  const places = search.lookedIn.length === 0 ? 'any file' : search.lookedIn.join(', ');
  return `there are no credentials for it in ${places}`;
}
