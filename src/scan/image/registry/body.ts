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
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let patience = stallMs;
  let sinceFull = 0;
  try {
    for (;;) {
      const before = performance.now();
      const piece = await waitAtMost(pieces.next(), patience, host);
      if (piece.done === true) return;
      patience -= performance.now() - before;
      sinceFull += piece.value.length;
      if (sinceFull >= 1) {
        patience = stallMs;
        sinceFull = 0;
      }
      yield piece.value;
    }
  } catch (error) {
    throw connectionError(host, error);
  } finally {
    body.destroy();
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

async function waitAtMost<T>(work: Promise<T>, milliseconds: number, host: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new TransientError(`${host} stopped sending`)),
      Math.max(1, Math.ceil(milliseconds)),
    );
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}
