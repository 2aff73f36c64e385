// The Kubernetes API, as far as operating needs it: objects as JSON without loss, pages, patches, watches and raw paths, at one server.
// Reads are repeated when a server is busy or fails; a change is repeated only when the server says that it did not take it (429).
import { setTimeout as sleep } from 'node:timers/promises';
import { PlimsollError } from '../../platform/errors.ts';
import { Connection, type Request } from '../transport/connection.ts';
import { endpointAt } from '../transport/endpoint.ts';
import { ServerError } from '../transport/server-error.ts';
import type { ApiAccess } from './access.ts';
import { type ObjectPage, parseList, parseObject } from './answer.ts';
import type { ApiClientOptions, DeleteOptions, ListOptions, RawAnswer, WatchOptions, WriteOptions } from './options.ts';
import { type Patch, patchBody } from './patch.ts';
import { collectionPath, type KubernetesObject, type ObjectName, objectPath, type Resource } from './resource.ts';
import { type Asked, READS, statusError, type Verb } from './status-error.ts';
import { type WatchEvent, watchEvents } from './watch.ts';

const PAGE = 500;
const TIMEOUT_MS = 30_000;
const RETRIES = 3;
/** The first pause before a repetition; it doubles. */
const PAUSE_MS = 250;
/** No server keeps us waiting longer than this at once. */
const MOST_PAUSE_MS = 30_000;
const WATCH_SECONDS = 240;
const FIELD_MANAGER = 'plimsoll';

/** A client of one API server. Every method throws ServerError. Close it when done. */
export class ApiClient {
  readonly #access: ApiAccess;
  readonly #options: ApiClientOptions;
  readonly #connection: Connection;

  constructor(access: ApiAccess, options: ApiClientOptions = {}) {
    this.#access = access;
    this.#options = options;
    this.#connection = new Connection(access.endpoint, options.now ?? (() => new Date()));
  }

  /** Address of the server. */
  get server(): string {
    return this.#access.endpoint.server;
  }

  /** A client of another server of the same cluster, such as one control plane behind the common address. */
  at(server: string): ApiClient {
    return new ApiClient({ ...this.#access, endpoint: endpointAt(this.#access.endpoint, server) }, this.#options);
  }

  /** Ends kept connections. */
  close(): void {
    this.#connection.close();
  }

  /** Reads one object. */
  async get(resource: Resource, name: ObjectName): Promise<KubernetesObject> {
    return parseObject(await this.#ask('get', resource, name, 'GET', objectPath(resource, name)), this.server);
  }

  /** Reads one object; undefined when there is none. */
  async find(resource: Resource, name: ObjectName): Promise<KubernetesObject | undefined> {
    try {
      return await this.get(resource, name);
    } catch (error) {
      if (error instanceof ServerError && error.reason === 'NotFound') return undefined;
      throw error;
    }
  }

  /** Reads one page of a collection; `from` is the `continue` of the page before. Kind `gone`: that reading is too old, begin again. */
  async listPage(resource: Resource, options: ListOptions = {}, from?: string): Promise<ObjectPage> {
    const { namespace, limit = PAGE, labelSelector, fieldSelector, resourceVersion, resourceVersionMatch } = options;
    // A continued reading has its state in the token, and servers refuse to be told another.
    const state = from === undefined ? { resourceVersion, resourceVersionMatch } : { continue: from };
    const path = withQuery(collectionPath(resource, namespace), { limit, labelSelector, fieldSelector, ...state });
    return parseList(await this.#ask('list', resource, { namespace }, 'GET', path), this.server);
  }

  /** Reads a collection page by page. */
  async *list(resource: Resource, options: ListOptions = {}): AsyncGenerator<KubernetesObject, void, void> {
    let from: string | undefined;
    do {
      const page = await this.listPage(resource, options, from);
      yield* page.items;
      from = page.continue;
    } while (from !== undefined);
  }

  /** Makes an object in the namespace that its metadata names. */
  async create(resource: Resource, object: KubernetesObject, options: WriteOptions = {}): Promise<KubernetesObject> {
    const { namespace, name } = object.metadata;
    const path = withQuery(collectionPath(resource, namespace), writeQuery(options));
    const body = JSON.stringify(object);
    return parseObject(await this.#ask('create', resource, { namespace, name }, 'POST', path, body), this.server);
  }

  /** Puts an object in the place of what is there; with `metadata.resourceVersion` only if nobody changed it since (else kind `conflict`). */
  async replace(resource: Resource, object: KubernetesObject, options: WriteOptions = {}): Promise<KubernetesObject> {
    const { namespace, name = '' } = object.metadata;
    const place = { name, ...(namespace === undefined ? {} : { namespace }) };
    const path = withQuery(objectPath(resource, place), writeQuery(options));
    return parseObject(await this.#ask('update', resource, place, 'PUT', path, JSON.stringify(object)), this.server);
  }

  /** Changes an object, or with server-side apply makes it. */
  async patch(
    resource: Resource,
    name: ObjectName,
    patch: Patch,
    options: WriteOptions = {},
  ): Promise<KubernetesObject> {
    const { contentType, body } = patchBody(patch);
    const force = patch.type === 'apply' ? { force: patch.force === true } : {};
    const path = withQuery(objectPath(resource, name), { ...writeQuery(options), ...force });
    return parseObject(await this.#ask('patch', resource, name, 'PATCH', path, body, contentType), this.server);
  }

  /** Deletes an object. It may stay for a while, with a deletion timestamp, for its finalizers. */
  async delete(resource: Resource, name: ObjectName, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion, propagationPolicy, dryRun = false } = options;
    const body = JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid, resourceVersion },
      propagationPolicy,
      ...(dryRun ? { dryRun: ['All'] } : {}),
    });
    await this.#ask('delete', resource, name, 'DELETE', objectPath(resource, name), body);
  }

  /** Follows changes until the server ends the stream; then ask again from the last resource version. Kind `gone`: list again first. */
  async *watch(resource: Resource, options: WatchOptions): AsyncGenerator<WatchEvent, void, void> {
    const { namespace, labelSelector, fieldSelector, resourceVersion, seconds = WATCH_SECONDS, signal } = options;
    const path = withQuery(collectionPath(resource, namespace), {
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds: seconds,
      labelSelector,
      fieldSelector,
      resourceVersion,
    });
    const asked: Asked = { verb: 'watch', target: resource, ...(namespace === undefined ? {} : { namespace }) };
    const request = await this.#request('GET', path);
    // A quiet collection is silent until the server ends the stream itself.
    const timeoutMs = this.#timeoutMs + seconds * 1000;
    const signals = [request.signal, signal].filter((one) => one !== undefined);
    const answer = await this.#connection.stream({ ...request, timeoutMs, signal: AbortSignal.any(signals) });
    yield* watchEvents(answer, this.#access.endpoint, asked, this.#now());
  }

  /**
   * Asks for a path that is no object, such as `/readyz?verbose`, `/metrics` or `/version`. Never repeated.
   * @throws ServerError when there is no answer; 401 and 403 too, since they say nothing about what was asked
   */
  async raw(path: string, options: { readonly timeoutMs?: number } = {}): Promise<RawAnswer> {
    const request = await this.#request('GET', path, undefined, 'text/plain, application/json;q=0.9, */*;q=0.1');
    const { status, body } = await this.#connection.request({
      ...request,
      timeoutMs: options.timeoutMs ?? this.#timeoutMs,
    });
    const text = body.toString('utf8');
    if (status !== 401 && status !== 403) return { status, text };
    const asked: Asked = { verb: 'get', target: path.replace(/\?.*/, '') };
    throw statusError(this.#access.endpoint, asked, status, text, this.#now());
  }

  get #timeoutMs(): number {
    return this.#options.timeoutMs ?? TIMEOUT_MS;
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }

  async #ask(
    verb: Verb,
    target: Resource,
    place: { readonly namespace?: string | undefined; readonly name?: string | undefined },
    method: Request['method'],
    path: string,
    body?: string,
    contentType?: string,
  ): Promise<string> {
    const { namespace, name } = place;
    const asked: Asked = {
      verb,
      target,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
    };
    const most = this.#options.retries ?? RETRIES;
    for (let tried = 0; ; tried += 1) {
      const outcome = await this.#once(asked, await this.#request(method, path, body, undefined, contentType));
      if (typeof outcome === 'string') return outcome;
      if (tried === most || !mayRepeat(verb, outcome.error)) throw outcome.error;
      const wait = Math.min(outcome.waitMs ?? PAUSE_MS * 2 ** tried, MOST_PAUSE_MS);
      await sleep(wait, undefined, { signal: this.#options.signal });
    }
  }

  async #once(asked: Asked, request: Request): Promise<string | { readonly error: unknown; readonly waitMs?: number }> {
    try {
      const { status, headers, body } = await this.#connection.request(request);
      const text = body.toString('utf8');
      if (status >= 200 && status < 300) return text;
      const error = statusError(this.#access.endpoint, asked, status, text, this.#now());
      const seconds = Number(headers['retry-after']);
      return { error, ...(seconds > 0 ? { waitMs: seconds * 1000 } : {}) };
    } catch (error) {
      return { error };
    }
  }

  async #request(
    method: Request['method'],
    path: string,
    body?: string,
    accept = 'application/json',
    contentType = 'application/json',
  ): Promise<Request> {
    const token = await this.#access.token?.();
    if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
      throw new PlimsollError(
        'cluster',
        `${this.#access.origin}: the token is empty, or has characters that no token has`,
      );
    }
    const { signal } = this.#options;
    return {
      method,
      path,
      headers: {
        accept,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...this.#access.headers,
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      timeoutMs: this.#timeoutMs,
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    };
  }
}

/** A read that may succeed in a moment, or any request that the server did not take because it is busy. */
function mayRepeat(verb: Verb, error: unknown): boolean {
  if (!(error instanceof ServerError)) return false;
  if (error.kind === 'too-many-requests') return true;
  return READS.has(verb) && (error.kind === 'failed' || error.kind === 'broken');
}

function writeQuery({ dryRun = false, fieldManager = FIELD_MANAGER, strict = false }: WriteOptions): Query {
  return { fieldManager, dryRun: dryRun ? 'All' : undefined, fieldValidation: strict ? 'Strict' : undefined };
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

function withQuery(path: string, query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? path : `${path}?${given}`;
}
