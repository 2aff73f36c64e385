// Reads response bodies: in pieces with a limit on silence, or whole with a limit on size.
import type { IncomingMessage } from 'node:http';
import { LimitError } from '../../../platform/errors.ts';
import { connectionError } from './http.ts';
import { TransientError } from './retry.ts';

/** Bytes that must arrive within one `stallMs` of waiting: a server that drips is as dead as a silent one. */
const LEAST_BYTES = 64 * 1024;

/**
 * The pieces of a body as they come. Only time spent waiting for the server counts, not that of a slow reader.
 * @throws TransientError when the connection breaks, stays silent or drips; PlimsollError `registry`.
 */
export async function* readPieces(body: IncomingMessage, host: string, stallMs: number): AsyncGenerator<Uint8Array> {
  let waited = 0;
  let bytes = 0;
  /** Since when the server is waited for; undefined while the reader works. */
  let since: number | undefined = performance.now();
  const watch = setInterval(() => {
    if (since !== undefined && waited + performance.now() - since > stallMs) {
      body.destroy(new TransientError(`${host} stopped sending`));
    }
  }, stallMs / 4);
  try {
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      waited += performance.now() - since;
      since = undefined;
      bytes += piece.length;
      if (bytes >= LEAST_BYTES) {
        waited = 0;
        bytes = 0;
      }
      yield piece;
      since = performance.now();
    }
  } catch (error) {
    throw connectionError(host, error);
  } finally {
    clearInterval(watch);
  }
}

/**
 * A whole body.
 * @throws LimitError above `limit` bytes; what readPieces throws.
 */
export async function readWhole(
  body: IncomingMessage,
  host: string,
  stallMs: number,
  limit: number,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of readPieces(body, host, stallMs)) {
    total += piece.length;
    if (total > limit) throw new LimitError(`${host} sends more than ${limit} bytes where a small document belongs`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, total);
}
