// Streams a blob and takes it up where a connection broke. OCI distribution specification "Pulling blobs"; Range requests of RFC 9110 14.
import type { Digest } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { readPieces } from './body.ts';
import type { HttpResponse } from './http.ts';
import { pause, TransientError } from './retry.ts';
import type { Place, RegistrySession } from './session.ts';

/** Progress in bytes after which earlier failures of a blob's connection are forgotten. */
const PROGRESS_BYTES = 1024 ** 2;

/**
 * The bytes of a blob of `size` bytes as they come; the caller verifies the digest.
 * @throws PlimsollError `not-found`, `unauthorized`, `registry`, `digest-mismatch` when the registry has it in another size.
 */
export async function* streamBlob(
  session: RegistrySession,
  place: Place,
  digest: Digest,
  size: number,
): AsyncGenerator<Uint8Array> {
  let received = 0;
  let progress = 0;
  for (let failures = 0; ; ) {
    try {
      for await (const piece of piecesFrom(session, place, digest, size, received)) {
        received += piece.length;
        progress += piece.length;
        yield piece;
      }
      if (received === size) return;
      throw new TransientError(`${place.registry} ended blob ${digest} after ${received} of ${size} bytes`);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      if (progress >= PROGRESS_BYTES) failures = 0;
      progress = 0;
      failures += 1;
      if (failures >= session.access.attempts) throw error;
      await pause(session.access, failures, error.waitMs);
    }
  }
}

/** One connection's worth of the blob, from byte `from` on. */
async function* piecesFrom(
  session: RegistrySession,
  place: Place,
  digest: Digest,
  size: number,
  from: number,
): AsyncGenerator<Uint8Array> {
  const what = `blob ${digest} of ${place.registry}/${place.repository}`;
  const response = await session.send('GET', place, `blobs/${digest}`, from === 0 ? {} : { range: `bytes=${from}-` });
  if (response.status !== 200 && response.status !== 206) throw await session.failure(place, response, what);
  const problem = checkHeaders(response, from, size, what);
  if (problem !== undefined) {
    response.body.destroy();
    throw problem;
  }
  // A server that does not know ranges begins anew.
  let skip = response.status === 206 ? 0 : from;
  let left = size - from + skip;
  for await (const piece of readPieces(response.body, response.host, session.access.stallMs)) {
    left -= piece.length;
    if (left < 0) {
      throw new PlimsollError('digest-mismatch', `${response.host} sends more than the ${size} bytes of ${what}`);
    }
    const skipped = Math.min(skip, piece.length);
    skip -= skipped;
    if (skipped < piece.length) yield piece.subarray(skipped);
  }
}

function checkHeaders(response: HttpResponse, from: number, size: number, what: string): PlimsollError | undefined {
  const { status, headers, host } = response;
  if (status === 206) {
    const [, start, total] = /^bytes (\d{1,16})-\d{1,16}\/(\d{1,16}|\*)$/.exec(headers['content-range'] ?? '') ?? [];
    if (from === 0 || Number(start) !== from || (total !== '*' && Number(total) !== size)) {
      return new PlimsollError('registry', `${host} answers with another range of ${what} than was asked for`);
    }
  }
  const expected = status === 206 ? size - from : size;
  const length = headers['content-length'];
  if (length !== undefined && Number(length) !== expected) {
    return new PlimsollError('digest-mismatch', `${host} has ${length} bytes for ${what} where ${expected} belong`);
  }
  return undefined;
}
