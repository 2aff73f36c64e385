// Downloads one file of a feed: https (plain http only to this machine), every redirect checked, bounded in size, hashed on the way, and in
// place under its name only when it is whole. RFC 9110: 13.1.2 and 13.1.3 (conditional requests), 15.4 (redirects).
import { createHash } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Digest } from '../../../platform/canonical.ts';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';

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
  readonly onProgress?: (text: string) => void;
  /** Whether plain http is taken from any server: for files that a signature or a known digest vouches for. */
  readonly plainHttp?: boolean;
}

const MAX_REDIRECTS = 5;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Fetches `url` into `file`, or finds with `known` that the file is still current.
 * @returns undefined when the server says that there is no such file (404, 410)
 * @throws PlimsollError `usage` for an address that is not https; `input-unreadable` when the server fails; LimitError when the file is too large.
 */
export async function download(
  url: string,
  file: string,
  known: Downloaded | undefined,
  options: DownloadOptions,
): Promise<Downloaded | undefined> {
  const abort = new AbortController();
  const idle = setTimeout(() => abort.abort(), options.idleMilliseconds);
  try {
    const response = await request(url, known, abort.signal, options);
    const fetchedAt = options.now().toISOString();
    if (response.status === 304 && known !== undefined) return { ...known, fetchedAt };
    if (response.status === 404 || response.status === 410) return undefined;
    if (response.status !== 200) throw failed(url, `the server answered ${response.status}`);
    const { sha256, bytes } = await save(response, url, file, () => idle.refresh(), options);
    const etag = response.headers.get('etag');
    const modified = Date.parse(response.headers.get('last-modified') ?? '');
    return {
      url,
      sha256,
      bytes,
      fetchedAt,
      ...(etag !== null ? { etag } : {}),
      ...(Number.isNaN(modified) ? {} : { lastModified: `${new Date(modified).toISOString().slice(0, 19)}Z` }),
    };
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const seconds = options.idleMilliseconds / 1000;
    throw failed(url, abort.signal.aborted ? `the server sent nothing for ${seconds} s` : messageOf(cause), error);
  } finally {
    clearTimeout(idle);
  }
}

/** Throws for an address that must not be asked. */
export function checkAddress(url: string, plainHttp = false): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'https:') return;
  if (parsed?.protocol === 'http:' && (plainHttp || LOOPBACK.test(parsed.hostname))) return;
  throw new PlimsollError('usage', `${url} is not an https address (plain http is taken from this machine only)`);
}

async function request(
  url: string,
  known: Downloaded | undefined,
  signal: AbortSignal,
  options: DownloadOptions,
): Promise<Response> {
  const headers: Record<string, string> = { 'user-agent': 'plimsoll', accept: '*/*' };
  if (known?.etag !== undefined) headers['if-none-match'] = known.etag;
  else if (known?.lastModified !== undefined) headers['if-modified-since'] = new Date(known.lastModified).toUTCString();
  let address = url;
  for (let step = 0; step <= MAX_REDIRECTS; step++) {
    checkAddress(address, options.plainHttp);
    const response = await options.fetch(address, { headers, signal, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || response.status === 304 || location === null) return response;
    await response.body?.cancel();
    address = new URL(location, address).href;
  }
  throw failed(url, `more than ${MAX_REDIRECTS} redirects`);
}

async function save(
  response: Response,
  url: string,
  file: string,
  alive: () => void,
  options: DownloadOptions,
): Promise<{ readonly sha256: Digest; readonly bytes: number }> {
  const expected = Number(response.headers.get('content-length') ?? Number.NaN);
  if (expected > options.maxBytes) throw tooLarge(url, options);
  // Two updates at once each write their own.
  const part = `${file}.${process.pid}.part`;
  const descriptor = openSync(part, 'w', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      alive();
      bytes += chunk.length;
      if (bytes > options.maxBytes) throw tooLarge(url, options);
      hash.update(chunk);
      for (let done = 0; done < chunk.length; ) done += writeSync(descriptor, chunk, done);
      options.onProgress?.(`${url}: ${Math.round(bytes / 1e6)} MB`);
    }
    // fetch unpacks Content-Encoding, which makes the length of the body another one than the header's.
    const packed = response.headers.get('content-encoding') !== null;
    if (!packed && !Number.isNaN(expected) && bytes !== expected) throw failed(url, 'the connection ended early');
    closeSync(descriptor);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  return { sha256: `sha256:${hash.digest('hex')}`, bytes };
}

function tooLarge(url: string, options: DownloadOptions): LimitError {
  return new LimitError(`${url}: larger than ${options.maxBytes} bytes`);
}

function failed(url: string, reason: string, cause?: unknown): PlimsollError {
  return new PlimsollError('input-unreadable', `${url}: ${reason}`, cause === undefined ? {} : { cause });
}
