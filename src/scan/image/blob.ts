// Reads a blob's bytes from where an opened image says they are. For workers: the location is plain data, the client is the worker's own.
import { PlimsollError } from '../../platform/errors.ts';
import { fileChunks } from './file-chunks.ts';
import type { BlobChunks } from './layer/read-layer.ts';
import type { RegistryClient } from './registry/client.ts';
import type { BlobLocation } from './source.ts';
import { PackedArchive } from './transport/packed-archive.ts';

/** Where a blob is and how many bytes it has; a LayerDescriptor is one. */
export interface StoredBlob {
  readonly location: BlobLocation;
  readonly size: number;
}

/** Reads blobs, one at a time. One for a process or worker; close it when done. */
export class BlobReader {
  readonly #client: () => RegistryClient | undefined;
  /** The packed archive that was last read: the next blob of it is further on, if they are asked for in their order. */
  #archive: PackedArchive | undefined;

  /** `client` is asked for a registry's blob only. */
  constructor(client: () => RegistryClient | undefined = () => undefined) {
    this.#client = client;
  }

  /**
   * The bytes of a blob, `size` of them. Files are read on the calling thread: a chunk costs one system call and no turn of the event loop. The digest
   * is the caller's to verify.
   * @throws PlimsollError `usage` for a registry's blob without a client; while it is read `input-missing`, `input-unreadable`, `not-found`,
   *   `unauthorized`, `registry`, `digest-mismatch`; of a packed archive also ParseError and LimitError.
   */
  read({ location, size }: StoredBlob): BlobChunks {
    if (location.kind === 'file') return fileChunks(location.path, location.offset, location.length);
    if (location.kind === 'packed') return this.#packed(location);
    const client = this.#client();
    if (client !== undefined) return client.blob(location, location.digest, size);
    throw new PlimsollError('usage', `${location.registry} holds a layer, and registries are not to be asked here`);
  }

  close(): void {
    this.#archive?.close();
    this.#archive = undefined;
  }

  async *#packed({ path, offset, length }: Extract<BlobLocation, { kind: 'packed' }>): AsyncGenerator<Uint8Array> {
    if (this.#archive?.path !== path || !this.#archive.reaches(offset)) {
      this.close();
      this.#archive = new PackedArchive(path);
    }
    let left = length;
    for await (const piece of this.#archive.stretch(offset, length)) {
      left -= piece.length;
      yield piece;
    }
    if (left > 0) throw new PlimsollError('input-unreadable', `${path}: ends ${left} bytes early`);
  }
}
