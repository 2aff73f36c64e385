// Downloads one file of a feed: https (plain http only to this machine), every redirect checked, bounded in size, hashed on the way, continued
// where it broke off, and in place under its name only when it is whole. RFC 9110: 10.2.3 (Retry-After), 13.1 (conditional requests), 14
// (ranges), 15.4 (redirects), 15.5.17 (416).
import { renameSync } from 'node:fs';
import type { Digest } from '../../../platform/canonical.ts';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import { parseRetryAfter, type RetryPolicy, TransientError, withRetries } from '../../image/registry/retry.ts';
import { ChangedFileError, PartWriter } from './part-writer.ts';
import {
  dropPartial,
  notePartial,
  originOf,
  type PartialFile,
  partPath,
  problemOfRest,
  readPartial,
  totalOfRest,
} from './partial-file.ts';

/** What a download left behind; asked for again next time. */
export interface Downloaded {
  readonly url: string;
  readonly sha256: Digest;
  readonly bytes: number;
  /** ISO 8601. When the file was last found to be current. */
  readonly fetchedAt: string;
  readonly etag?: string;
  /** ISO 8601, from the header Last-Modified. */
  readonly lastModified?: string;
}

/** The outside world of a download. */
export interface DownloadOptions {
  readonly fetch: typeof fetch;
  readonly now: () => Date;
  readonly maxBytes: number;
  /** Milliseconds without a byte after which the server counts as dead. */
  readonly idleMilliseconds: number;
  /** How often a broken connection or a busy server is tried again. */
  readonly retry?: RetryPolicy | undefined;
  readonly onProgress?: (text: string) => void;
  /** Whether plain http is taken from any server: for files that a signature or a known digest vouches for. */
  readonly plainHttp?: boolean;
}

const MAX_REDIRECTS = 5;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const PATIENCE: RetryPolicy = { attempts: 4, backoffMs: 1000, retryAfterMs: 120_000 };

/**
 * Fetches `url` into `file`, or finds with `known` that the file is still current. What came before a failure is kept beside `file` and
 * continued, by this call and by later ones.
 * @returns undefined when the server says that there is no such file (404, 410)
 * @throws PlimsollError `usage` for an address that is not https; `input-unreadable` when the server fails; LimitError when the file is too large.
 */
export async function download(
  url: string,
  file: string,
  known: Downloaded | undefined,
  options: DownloadOptions,
): Promise<Downloaded | undefined> {
  try {
    return await withRetries(options.retry ?? PATIENCE, () => attempt(url, file, known, options));
  } catch (error) {
    if (error instanceof TransientError) throw failed(url, error.message, error);
    throw error;
  }
}

/** Throws for an address that must not be asked. */
export function checkAddress(url: string, plainHttp = false): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'https:') return;
  if (parsed?.protocol === 'http:' && (plainHttp || LOOPBACK.test(parsed.hostname))) return;
  throw new PlimsollError('usage', `${url} is not an https address (plain http is taken from this machine only)`);
}

/** One try. @throws TransientError for what may pass */
async function attempt(
  url: string,
  file: string,
  known: Downloaded | undefined,
  options: DownloadOptions,
): Promise<Downloaded | undefined> {
  const abort = new AbortController();
  const idle = setTimeout(() => abort.abort(), options.idleMilliseconds);
  const partial = readPartial(file, url);
  try {
    const response = await request(url, headersOf(known, partial), abort.signal, options);
    const fetchedAt = options.now().toISOString();
    if (response.status === 304 && known !== undefined) {
      dropPartial(file);
      return { ...known, fetchedAt };
    }
    if (response.status === 404 || response.status === 410) return undefined;
    const saved = await save(
      response,
      { url, file, partial: acceptedPart(response, file, partial) },
      () => idle.refresh(),
      options,
    );
    const etag = response.headers.get('etag');
    const modified = Date.parse(response.headers.get('last-modified') ?? '');
    return {
      url,
      ...saved,
      fetchedAt,
      ...(etag !== null ? { etag } : {}),
      ...(Number.isNaN(modified) ? {} : { lastModified: `${new Date(modified).toISOString().slice(0, 19)}Z` }),
    };
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    if (isLocal(error)) throw failed(url, messageOf(error), error);
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const seconds = options.idleMilliseconds / 1000;
    const reason = abort.signal.aborted ? `the server sent nothing for ${seconds} s` : messageOf(cause);
    throw new TransientError(reason, { cause: error });
  } finally {
    clearTimeout(idle);
    // What is left of an answer that was not read would keep its connection.
    abort.abort();
  }
}

/** If-None-Match is judged before If-Range: a file that is current again after all is not sent (RFC 9110, 13.2.2). */
function headersOf(known: Downloaded | undefined, partial: PartialFile | undefined): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { 'user-agent': 'plimsoll', accept: '*/*' };
  if (known?.etag !== undefined) headers['if-none-match'] = known.etag;
  else if (known?.lastModified !== undefined) headers['if-modified-since'] = new Date(known.lastModified).toUTCString();
  if (partial !== undefined) {
    headers['range'] = `bytes=${partial.from}-`;
    headers['if-range'] = partial.validator;
    headers['accept-encoding'] = 'identity';
  }
  return headers;
}

async function request(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  options: DownloadOptions,
): Promise<Response> {
  let address = url;
  for (let step = 0; step <= MAX_REDIRECTS; step++) {
    checkAddress(address, options.plainHttp);
    const response = await options.fetch(address, { headers, signal, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || response.status === 304 || location === null) return response;
    await response.body?.cancel();
    if (!URL.canParse(location, address)) throw failed(url, 'a redirect to something that is no address');
    address = new URL(location, address).href;
  }
  throw failed(url, `more than ${MAX_REDIRECTS} redirects`);
}

/** The partial file that the answer continues; undefined when it is the whole file. @throws TransientError to begin anew or to wait */
function acceptedPart(response: Response, file: string, partial: PartialFile | undefined): PartialFile | undefined {
  const { status, headers } = response;
  if (status === 200) return undefined;
  if (partial !== undefined && (status === 206 || status === 416)) {
    const problem = status === 416 ? 'the file is shorter now' : problemOfRest(partial, headers);
    if (problem === undefined) return partial;
    dropPartial(file);
    throw new TransientError(`asked for the rest of an earlier download: ${problem}`);
  }
  const reason = `the server answered ${status}`;
  if (status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505)) {
    throw new TransientError(reason, { waitMs: parseRetryAfter(headers.get('retry-after') ?? undefined, new Date()) });
  }
  throw new PlimsollError('input-unreadable', `${response.url}: ${reason}`);
}

async function save(
  response: Response,
  { url, file, partial }: { readonly url: string; readonly file: string; readonly partial: PartialFile | undefined },
  alive: () => void,
  options: DownloadOptions,
): Promise<{ readonly sha256: Digest; readonly bytes: number }> {
  const { headers } = response;
  const total = partial === undefined ? lengthOf(headers) : totalOfRest(partial, headers);
  if (total !== undefined && total > options.maxBytes) {
    dropPartial(file);
    throw tooLarge(url, options);
  }
  const origin = partial ?? originOf(url, headers);
  if (partial === undefined) notePartial(file, origin);
  const writer = new PartWriter(file, partial);
  try {
    for await (const chunk of response.body ?? []) {
      alive();
      if (writer.bytes + chunk.length > options.maxBytes) throw tooLarge(url, options);
      writer.write(chunk);
      options.onProgress?.(`${url}: ${Math.round(writer.bytes / 1e6)} MB`);
    }
    if (total !== undefined && writer.bytes !== total) throw new TransientError('the connection ended early');
    writer.close();
    renameSync(partPath(file), file);
    dropPartial(file);
    return { sha256: `sha256:${writer.hash.digest('hex')}`, bytes: writer.bytes };
  } catch (error) {
    writer.close();
    if (origin === undefined || error instanceof LimitError || error instanceof ChangedFileError) dropPartial(file);
    throw error;
  }
}

/** The length of the body; fetch unpacks Content-Encoding, which makes it another one than the header's. */
function lengthOf(headers: Headers): number | undefined {
  const length = headers.get('content-length') ?? '';
  return headers.get('content-encoding') === null && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

/** A failure of this machine, which no repetition cures: the disk is full, the folder cannot be written. */
function isLocal(error: unknown): boolean {
  return (
    error instanceof Error &&
    'syscall' in error &&
    ['open', 'write', 'rename', 'ftruncate', 'unlink'].includes(String(error.syscall))
  );
}

function tooLarge(url: string, options: DownloadOptions): LimitError {
  return new LimitError(`${url}: larger than ${options.maxBytes} bytes`);
}

function failed(url: string, reason: string, cause?: unknown): PlimsollError {
  return new PlimsollError('input-unreadable', `${url}: ${reason}`, cause === undefined ? {} : { cause });
}
