// Writes and hashes what comes of a download, from its beginning or where an earlier one broke off.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { TransientError } from '../../image/registry/retry.ts';
import { heldBytes, overlapOf, type PartialFile, partPath } from './partial-file.ts';

/** What was asked for again differs from what is there. */
export class ChangedFileError extends TransientError {}

/** Writes and hashes a download; with a partial file from where that is continued, once its end has come again. */
export class PartWriter {
  readonly hash: Hash = createHash('sha256');
  bytes: number;
  readonly #descriptor: number;
  #expected: Buffer;
  #open = true;

  constructor(file: string, partial: PartialFile | undefined) {
    this.bytes = partial?.from ?? 0;
    this.#expected = partial === undefined ? Buffer.alloc(0) : overlapOf(file, partial);
    if (partial !== undefined) for (const chunk of heldBytes(file, partial)) this.hash.update(chunk);
    this.#descriptor = openSync(partPath(file), partial === undefined ? 'w' : 'r+', 0o600);
  }

  write(chunk: Uint8Array): void {
    const same = Math.min(chunk.length, this.#expected.length);
    if (!this.#expected.subarray(0, same).equals(chunk.subarray(0, same))) {
      throw new ChangedFileError('asked for the rest of an earlier download: the file is another one now');
    }
    this.#expected = this.#expected.subarray(same);
    this.hash.update(chunk);
    for (let done = 0; done < chunk.length; ) {
      done += writeSync(this.#descriptor, chunk, done, chunk.length - done, this.bytes + done);
    }
    this.bytes += chunk.length;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      // A file that got shorter must not keep the end of the longer one.
      if (this.#expected.length === 0) ftruncateSync(this.#descriptor, this.bytes);
    } finally {
      closeSync(this.#descriptor);
    }
  }
}
