// Reads a blob's bytes from where an opened image says they are. For workers: the location is plain data, the client is the worker's own.
import { PlimsollError } from '../../platform/errors.ts';
import { fileChunks } from './file-chunks.ts';
import type { BlobChunks } from './layer.ts';
import type { RegistryClient } from './registry/client.ts';
import type { BlobLocation } from './source.ts';

/** Where a blob is and how many bytes it has; a LayerDescriptor is one. */
export interface StoredBlob {
  readonly location: BlobLocation;
  readonly size: number;
}

/**
 * The bytes of a blob, `size` of them. Files are read on the calling thread: a chunk costs one system call and no turn of the event loop. The digest
 * is the caller's to verify.
 * @throws PlimsollError `usage` for a registry's blob without a client; while it is read `input-missing`, `input-unreadable`, `not-found`,
 *   `unauthorized`, `registry`, `digest-mismatch`.
 */
export function readBlob({ location, size }: StoredBlob, client?: RegistryClient): BlobChunks {
  if (location.kind === 'file') return fileChunks(location.path, location.offset, location.length);
  if (client !== undefined) return client.blob(location, location.digest, size);
  throw new PlimsollError('usage', `${location.registry} holds a layer, and registries are not to be asked here`);
}
