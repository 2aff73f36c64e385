// A small JSON client for the APIs of trackers: one origin, no redirects (a token never goes elsewhere), limits, patience where the server asks for it.
// RFC 9110 10.2.3 (Retry-After), 13.1.2 (If-None-Match); RFC 8288 (Link). GitHub tells the end of a used-up limit in x-ratelimit-reset.
import { setTimeout as sleep } from 'node:timers/promises';
import { LimitError, messageOf, PlimsollError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { isLoopback } from '../../scan/image/registry/access.ts';
import { parseRetryAfter } from '../../scan/image/registry/retry.ts';

/** How a tracker is spoken to. Times in milliseconds. */
export interface ClientOptions {
  /** Address of the API without a slash at its end. */
  readonly address: string;
  /** Headers of every request, the credentials among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Attempts at one request that may be repeated. */
  readonly attempts: number;
  readonly backoffMs: number;
  /** Longest wait that a server may ask for. */
  readonly longestWaitMs: number;
  readonly timeoutMs: number;
  readonly now: () => Date;
}

/** What holds unless a test says otherwise. */
export const CLIENT_DEFAULTS = {
  attempts: 5,
  backoffMs: 500,
  longestWaitMs: 120_000,
  timeoutMs: 30_000,
} as const satisfies Partial<ClientOptions>;

/** An answer that was understood. */
export interface Answer {
  readonly status: number;
  /** Undefined without a body. */
  readonly body: unknown;
  /** Path of the next page, as Link tells it. */
  readonly next?: string;
}

/** Speaks to one tracker. */
export interface Client {
  /** @throws PlimsollError `tracker`, `unauthorized`, `not-found`; LimitError */
  send(method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: unknown): Promise<Answer>;
}

interface Kept {
  readonly etag: string;
  readonly answer: Answer;
}

/** Opens a client. @throws PlimsollError `usage` for an address that is no HTTPS one; loopback may speak plain HTTP */
export function openClient(options: ClientOptions): Client {
  const origin = originOf(options.address);
  const kept = new Map<string, Kept>();
  return {
    send: async (method, path, body) => {
      for (let attempt = 1; ; attempt++) {
        const outcome = await once(method, path, body, { options, origin, kept });
        if ('answer' in outcome) return outcome.answer;
        const wait = outcome.waitMs ?? options.backoffMs * 2 ** (attempt - 1);
        // What was not done for certain may be repeated; what may have been done only where doing it twice does no harm.
        const mayRepeat = outcome.refused || method !== 'POST';
        if (!mayRepeat || attempt >= options.attempts) throw outcome.error;
        if (wait > options.longestWaitMs) throw tooLong(outcome.error, wait);
        await sleep(wait);
      }
    },
  };
}

function originOf(address: string): string {
  const url = URL.parse(address);
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.host)))) {
    throw new PlimsollError('usage', `tickets.address ${address}: write an https address`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new PlimsollError('usage', 'tickets.address holds credentials: give them as PLIMSOLL_TICKETS_TOKEN');
  }
  return url.origin;
}

type Outcome =
  | { readonly answer: Answer }
  /** `refused`: the server did not do what was asked. */
  | { readonly error: PlimsollError; readonly refused: boolean; readonly waitMs?: number };

interface Line {
  readonly options: ClientOptions;
  readonly origin: string;
  readonly kept: Map<string, Kept>;
}

async function once(method: string, path: string, body: unknown, { options, origin, kept }: Line): Promise<Outcome> {
  const url = new URL(`${options.address}${path}`);
  const before = method === 'GET' ? kept.get(path) : undefined;
  const where = `${method} ${url.origin}${url.pathname}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(options.timeoutMs),
      headers: {
        'user-agent': 'plimsoll',
        accept: 'application/json',
        ...options.headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(before === undefined ? {} : { 'if-none-match': before.etag }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await readText(response, where);
  } catch (error) {
    if (error instanceof LimitError) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { error: failed(`${where}: ${messageOf(cause)}`, error), refused: false };
  }
  const { status, headers } = response;
  if (status === 304 && before !== undefined) return { answer: before.answer };
  if (status >= 200 && status < 300) {
    const next = nextPath(headers.get('link'), options.address, origin);
    const answer = { status, body: parsed(text, where), ...(next === undefined ? {} : { next }) };
    const etag = headers.get('etag');
    if (method === 'GET' && etag !== null) kept.set(path, { etag, answer });
    return { answer };
  }
  return failure(where, status, headers, options.now());
}

function failure(where: string, status: number, headers: Headers, now: Date): Outcome {
  const asked = parseRetryAfter(headers.get('retry-after') ?? undefined, now);
  const reset = /^\d{1,12}$/.exec(headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset') ?? '')?.[0];
  const usedUp = (headers.get('x-ratelimit-remaining') ?? headers.get('ratelimit-remaining')) === '0';
  const untilReset = reset === undefined || !usedUp ? undefined : Math.max(0, Number(reset) * 1000 - now.getTime());
  const waitMs = asked ?? untilReset;
  const wait = waitMs === undefined ? {} : { waitMs };
  // GitHub says 403 for its limits, too.
  if (status === 429 || (status === 403 && waitMs !== undefined)) {
    return {
      error: failed(`${where}: the server answered ${status}, its limit of requests is reached`),
      refused: true,
      ...wait,
    };
  }
  if (status === 408 || status >= 500) {
    return { error: failed(`${where}: the server answered ${status}`), refused: false, ...wait };
  }
  if (status === 401 || status === 403) {
    const remedy = 'check PLIMSOLL_TICKETS_TOKEN, and that its account may read and write issues of the project';
    throw new PlimsollError('unauthorized', `${where}: the server answered ${status}; ${remedy}`);
  }
  if (status === 404 || status === 410) {
    throw new PlimsollError(
      'not-found',
      `${where}: the server answered ${status}; check tickets.project, or it is hidden from this token`,
    );
  }
  if (status >= 300 && status < 400) {
    throw failed(
      `${where}: the server answered ${status}; redirects are not followed, give the new address as tickets.address or tickets.project`,
    );
  }
  throw failed(`${where}: the server answered ${status}`);
}

async function readText(response: Response, where: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.length;
    if (size > LIMITS.trackerBytes)
      throw new LimitError(`${where}: the answer has more than ${LIMITS.trackerBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function parsed(text: string, where: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw failed(`${where}: the answer is no JSON`, error);
  }
}

/** The address of the next page, if it lies below the API's own. @throws PlimsollError `tracker` */
function nextPath(link: string | null, address: string, origin: string): string | undefined {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(link ?? '')?.[1];
  if (target === undefined) return undefined;
  const url = URL.parse(target, address);
  const base = new URL(address).pathname.replace(/\/$/, '');
  if (url === null || url.origin !== origin || !url.pathname.startsWith(`${base}/`)) {
    throw failed(`the next page lies at ${target}, which is not below ${address}`);
  }
  return url.pathname.slice(base.length) + url.search;
}

function tooLong({ message }: PlimsollError, waitMs: number): PlimsollError {
  const minutes = Math.ceil(waitMs / 60_000);
  return failed(`${message}; it asks to come back in ${minutes} min: run the command again then`);
}

function failed(message: string, cause?: unknown): PlimsollError {
  return new PlimsollError('tracker', message, { cause });
}

/** All pages of a list, following Link. @throws what Client.send throws; LimitError */
export async function allPages(client: Client, first: string): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  let path: string | undefined = first;
  for (let page = 1; path !== undefined; page++) {
    if (page > LIMITS.trackerPages) throw new LimitError(`the list has more than ${LIMITS.trackerPages} pages`);
    const answer: Answer = await client.send('GET', path);
    if (!Array.isArray(answer.body)) throw failed(`${path.split('?', 1)[0]}: the answer is no list`);
    for (const one of answer.body) all.push(one);
    path = answer.next;
  }
  return all;
}
