// etcd's gRPC gateway: each call is a POST of JSON. Prefix /v3 from etcd 3.4 on; 64-bit numbers are text, bytes are base64, what is zero is left out.
// etcd documentation, "Why gRPC gateway"; api/etcdserverpb/rpc.proto.
import { Connection, type Request, type StreamedAnswer } from '../transport/connection.ts';
import type { Endpoint } from '../transport/endpoint.ts';
import { kindOfStatus, ServerError, type ServerErrorKind } from '../transport/server-error.ts';

/** A record of an answer. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** gRPC codes that etcd answers with, as kinds of our own. */
const GRPC_KINDS: Readonly<Record<number, ServerErrorKind>> = {
  3: 'invalid',
  5: 'not-found',
  7: 'forbidden',
  8: 'too-many-requests',
  9: 'conflict',
  // Asked for a revision that was compacted.
  11: 'gone',
  16: 'unauthorized',
};

/** Characters of etcd's sentence that are repeated. */
const QUOTED = 300;

/** Calls to one member. */
export class Gateway {
  readonly #connection: Connection;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;

  constructor(endpoint: Endpoint, now: () => Date, timeoutMs: number, signal: AbortSignal | undefined) {
    this.#connection = new Connection(endpoint, now);
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
  }

  get server(): string {
    return this.#connection.endpoint.server;
  }

  close(): void {
    this.#connection.close();
  }

  /** Makes a call that changes nothing. @throws ServerError */
  async read(path: string, body: JsonRecord): Promise<JsonRecord> {
    return this.#call(path, { ...this.#post(path, body), readOnly: true });
  }

  /** Makes a call that changes something; after a lost answer the outcome is unknown. @throws ServerError */
  async change(path: string, body: JsonRecord, timeoutMs = this.#timeoutMs): Promise<JsonRecord> {
    return this.#call(path, { ...this.#post(path, body), timeoutMs });
  }

  /** Makes a call that changes nothing and whose answer comes in lines. */
  async stream(path: string, body: JsonRecord): Promise<StreamedAnswer> {
    return this.#connection.stream({ ...this.#post(path, body), readOnly: true });
  }

  /** Reads a plain page of the member, such as `/metrics`. */
  async page(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const { status, body } = await this.#connection.request({
      method: 'GET',
      path,
      headers: { accept: '*/*' },
      timeoutMs: this.#timeoutMs,
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
    });
    return { status, text: body.toString('utf8') };
  }

  /** The error that an answer tells; `changes` when the call would have changed something. */
  failure(path: string, status: number, text: string, changes = false): ServerError {
    let said: JsonRecord = {};
    try {
      said = this.record(text);
    } catch {
      // Something before etcd answered; the status is all there is.
    }
    const { code, message } = said;
    // Within a stream an error comes after a status that says all is well.
    const kind =
      (typeof code === 'number' ? GRPC_KINDS[code] : undefined) ?? (status < 400 ? 'failed' : kindOfStatus(status));
    const words = typeof message === 'string' && message !== '' ? message.slice(0, QUOTED) : `HTTP status ${status}`;
    return new ServerError(kind, `etcd at ${this.server}: ${path}: ${words}`, {
      status,
      outcomeUnknown: changes && status >= 500,
    });
  }

  /** @throws ServerError `not-understood` for what is no JSON object */
  record(text: string): JsonRecord {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = undefined;
    }
    if (!isRecord(value)) {
      throw new ServerError('not-understood', `${this.server}: the answer is not etcd's: is its gRPC gateway on?`);
    }
    return value;
  }

  async #call(path: string, request: Request): Promise<JsonRecord> {
    const { status, body } = await this.#connection.request(request);
    const text = body.toString('utf8');
    if (status !== 200) throw this.failure(path, status, text, request.readOnly !== true);
    return this.record(text);
  }

  #post(path: string, body: JsonRecord): Request {
    return {
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      timeoutMs: this.#timeoutMs,
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
    };
  }
}

/** Whether a value is an object of JSON. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
