// Reads a blob's bytes from where an opened image says they are. For workers: the location is plain data, the client is the worker's own.
import { createReadStream } from 'node:fs';
import { messageOf, PlimsollError } from '../../platform/errors.ts';
import type { RegistryClient } from './registry/client.ts';
import type { BlobLocation } from './source.ts';

/** Bytes of a file read at once. */
const FILE_CHUNK = 1024 ** 2;

/** Where a blob is and how many bytes it has; a LayerDescriptor is one. */
export interface StoredBlob {
  readonly location: BlobLocation;
  readonly size: number;
}

/**
 * The bytes of a blob, `size` of them, each piece in memory of its own. The digest is the caller's to verify.
 * @throws PlimsollError `usage` for a registry's blob without a client, `input-missing`, `input-unreadable`, `not-found`, `unauthorized`, `registry`, `digest-mismatch`.
 */
export async function* readBlob(blob: StoredBlob, client?: RegistryClient): AsyncGenerator<Uint8Array> {
  const { location, size } = blob;
  if (location.kind === 'file') {
    yield* readStretch(location.path, location.offset, location.length);
    return;
  }
  if (client === undefined) {
    throw new PlimsollError('usage', `${location.registry} holds a layer, and registries are not to be asked here`);
  }
  yield* client.blob(location, location.digest, size);
}

async function* readStretch(path: string, offset: number, length: number): AsyncGenerator<Uint8Array> {
  if (length === 0) return;
  let left = length;
  try {
    const stream = createReadStream(path, { start: offset, end: offset + length - 1, highWaterMark: FILE_CHUNK });
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      left -= piece.length;
      yield piece;
    }
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const code = absent ? 'input-missing' : 'input-unreadable';
    throw new PlimsollError(code, `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  if (left > 0) throw new PlimsollError('input-unreadable', `${path} ends ${left} bytes before the blob does`);
}
