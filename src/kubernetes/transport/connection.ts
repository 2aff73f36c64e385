// HTTP requests to one endpoint over kept connections: a time for each, a bound on what is read, and failures told apart (never connected,
// connected but silent, broken off). RFC 9110, RFC 9112.
import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import manifest from '../../../package.json' with { type: 'json' };
import { LimitError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { Endpoint } from './endpoint.ts';
import { connectionFailure, type Progress } from './failure.ts';

/** A request. The path begins with a slash and may have a query. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** A POST that changes nothing. */
  readonly readOnly?: boolean;
  /** Milliseconds for the whole answer, or, of a stream, for its beginning and each silence in it. */
  readonly timeoutMs: number;
  /** Ends the request; it then fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** An answer that was read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer whose body is still to come. Read it to its end, or leave the loop: both free the connection. */
export interface StreamedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly pieces: AsyncGenerator<Buffer, void, void>;
}

/** Connections that are open at once to one endpoint; further requests wait. */
const MOST_CONNECTIONS = 16;
/** Idle connections are closed after this time: before API servers (minutes) and most load balancers do it. */
const IDLE_MS = 15_000;

/** How this program calls itself to servers. API servers give some other names of clients a different, indented form. */
export const USER_AGENT: string = `plimsoll/${manifest.version}`;

/** Connections to one endpoint. Close it when done: kept connections hold the process. */
export class Connection {
  readonly endpoint: Endpoint;
  readonly #agent: Agent;
  readonly #now: () => Date;

  constructor(endpoint: Endpoint, now: () => Date) {
    this.endpoint = endpoint;
    this.#now = now;
    this.#agent = newAgent(endpoint);
  }

  /**
   * Sends one request and reads the answer, whatever its status.
   * @throws ServerError `unreachable`, `certificate`, `no-answer`, `broken`; LimitError for an answer beyond `LIMITS.serverAnswerBytes`
   */
  async request(request: Request): Promise<Answer> {
    const exchange = new Exchange(this, request, this.#agent, this.#now);
    try {
      const { status, headers, pieces } = await exchange.begin();
      const kept: Buffer[] = [];
      let length = 0;
      for await (const piece of pieces) {
        length += piece.length;
        if (length > LIMITS.serverAnswerBytes) {
          throw new LimitError(`${this.endpoint.server} answers more than ${LIMITS.serverAnswerBytes} bytes`);
        }
        kept.push(piece);
      }
      return { status, headers, body: Buffer.concat(kept) };
    } finally {
      exchange.end();
    }
  }

  /**
   * Sends one request and gives the answer piece by piece. Each silence is timed, the whole is not.
   * @throws as `request`; while the pieces are read, too
   */
  async stream(request: Request): Promise<StreamedAnswer> {
    const exchange = new Exchange(this, request, this.#agent, this.#now);
    try {
      const { status, headers, pieces } = await exchange.begin();
      return { status, headers, pieces: exchange.timed(pieces) };
    } catch (error) {
      exchange.end();
      throw error;
    }
  }

  close(): void {
    this.#agent.destroy();
  }
}

function newAgent({ tls, serverName, insecure, server, proxy }: Endpoint): Agent {
  const common = {
    keepAlive: true,
    timeout: IDLE_MS,
    maxSockets: MOST_CONNECTIONS,
    ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
  };
  if (server.startsWith('http:')) return new (process.getBuiltinModule('node:http').Agent)(common);
  return new (process.getBuiltinModule('node:https').Agent)({
    ...common,
    secureContext: tls,
    ...(serverName === undefined ? {} : { servername: serverName }),
    rejectUnauthorized: insecure !== true,
  });
}

/** One request on its way, with its clock. */
class Exchange {
  readonly #connection: Connection;
  readonly #request: Request;
  readonly #agent: Agent;
  readonly #now: () => Date;
  #sent: ClientRequest | undefined;
  #timer: NodeJS.Timeout | undefined;
  #progress: Progress = 'connecting';
  #timedOut = false;

  constructor(connection: Connection, request: Request, agent: Agent, now: () => Date) {
    this.#connection = connection;
    this.#request = request;
    this.#agent = agent;
    this.#now = now;
  }

  async begin(): Promise<StreamedAnswer> {
    const response = await this.#send();
    return { status: response.statusCode ?? 0, headers: response.headers, pieces: this.#piecesOf(response) };
  }

  /** The pieces, with the clock set anew at each. */
  async *timed(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
    this.#startTimer();
    try {
      for await (const piece of pieces) {
        clearTimeout(this.#timer);
        yield piece;
        this.#startTimer();
      }
    } finally {
      this.end();
    }
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#sent?.removeAllListeners('error').on('error', () => {});
    if (this.#progress !== 'ended') this.#sent?.destroy();
  }

  async *#piecesOf(response: IncomingMessage): AsyncGenerator<Buffer, void, void> {
    try {
      yield* response;
      this.#progress = 'ended';
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #send(): Promise<IncomingMessage> {
    const { method, path, headers, body, signal } = this.#request;
    const { server, tls, proxy } = this.#connection.endpoint;
    signal?.throwIfAborted();
    const builtin = process.getBuiltinModule;
    const send = tls === undefined ? builtin('node:http').request : builtin('node:https').request;
    const all = {
      'user-agent': USER_AGENT,
      ...headers,
      ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    };
    return new Promise((resolve, reject) => {
      const sent = send(`${server}${path}`, {
        method,
        headers: all,
        agent: this.#agent,
        ...(signal === undefined ? {} : { signal }),
      });
      this.#sent = sent;
      // Through a proxy there is a socket only once the proxy has answered.
      if (proxy !== undefined) this.#startTimer();
      sent.once('socket', (socket) => {
        // Waiting for a free connection of our own is no silence of the server's.
        this.#startTimer();
        if (!socket.connecting) this.#progress = 'waiting';
        else
          socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
            this.#progress = 'waiting';
          });
      });
      sent.once('response', (response) => {
        this.#progress = 'reading';
        resolve(response);
      });
      sent.on('error', (error) => reject(this.#failure(error)));
      sent.end(body);
    });
  }

  #startTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.#sent?.destroy();
    }, this.#request.timeoutMs);
  }

  #failure(error: unknown): unknown {
    const { signal, method, path, timeoutMs, readOnly } = this.#request;
    if (signal?.aborted === true) return signal.reason;
    return connectionFailure({
      endpoint: this.#connection.endpoint,
      what: `${method} ${path.replace(/\?.*/, '')}`,
      progress: this.#progress,
      writes: method !== 'GET' && readOnly !== true,
      error,
      now: this.#now(),
      ...(this.#timedOut ? { timeoutMs } : {}),
    });
  }
}
